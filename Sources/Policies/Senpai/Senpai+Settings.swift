extension Senpai {
  /// The arguments of `senpai.py`, with what they are when nobody gives them.
  ///
  /// The ranges are ours: outside of them the program would divide by zero or do nothing sensible.
  public struct Settings: Hashable, Sendable {
    /// `--min-size`: the limit is never below, in bytes; 0 or more.
    public var minSize: Int64 = 100 << 20
    /// `--max-size`: the limit is never above, in bytes; 0 or more. Of two bounds that cross, the least counts.
    public var maxSize: Int64 = 100 << 30
    /// `--interval`: ticks from one adjustment to the next that tightens; 0 or more.
    ///
    /// With 0 the count starts below zero and never comes back to it, so that after an adjustment nothing tightens again.
    public var interval: Int64 = 6
    /// `--pressure`: stall in us that is aimed at between two adjustments; 1 or more.
    public var pressure: Int64 = 10_000
    /// `--max-probe`: the part of the limit that is taken at most; 0 to 1.
    public var maxProbe = 0.01
    /// `--max-backoff`: the part of the limit that is given at most; 0 to 1,000.
    public var maxBackoff = 1.0
    /// `--coeff-probe`: how many times below the target the stall lies when most is taken; above 0, up to 10^9.
    public var probeCoefficient = 10.0
    /// `--coeff-backoff`: how many times above the target the stall lies when most is given; above 0, up to 10^9.
    public var backoffCoefficient = 20.0

    /// The program's own.
    public init() {}

    /// The first argument that is out of its range, as the program spells it with underlines; nil: none.
    public var wrongArgument: String? {
      if minSize < 0 { return "min_size" }
      if maxSize < 0 { return "max_size" }
      if interval < 0 { return "interval" }
      if pressure < 1 { return "pressure" }
      if !(0...1).contains(maxProbe) { return "max_probe" }
      if !(0...1_000).contains(maxBackoff) { return "max_backoff" }
      if !Self.coefficients.contains(probeCoefficient) { return "coeff_probe" }
      if !Self.coefficients.contains(backoffCoefficient) { return "coeff_backoff" }
      return nil
    }

    private static let coefficients = 1e-9...1e9

    /// A limit between the bounds, cut to a whole page.
    func bounded(_ limit: Int64) -> Int64 { max(minSize, min(maxSize, limit)) & ~4_095 }
  }
}
