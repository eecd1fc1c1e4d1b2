extension OomdSenpai {
  /// The plugin's arguments, with what they are when nobody gives them.
  ///
  /// The ranges are ours: outside of them the plugin would divide by zero or do nothing sensible.
  public struct Settings: Hashable, Sendable {
    /// `limit_min_bytes`: what is left above all that cannot be reclaimed; 0 or more.
    public var leastLimit: Int64 = 100 << 20
    /// `limit_max_bytes`: how far above what is used the limit may be; 0 or more.
    public var mostLimit: Int64 = 10 << 30
    /// `interval`: runs of oomd that it waits; 0 or more.
    ///
    /// One run more lies between two steps that tighten: with 6 they are 7 runs apart.
    public var interval: Int64 = 6
    /// `pressure_ms` in us: the stall that is aimed at between two adjustments; 1 or more.
    public var pressure: Int64 = 10_000
    /// `pressure_pct`: pressure of memory in percent above which nothing is reclaimed; 0 to 100.
    public var pressurePercent = 0.1
    /// `io_pressure_pct`: the same of io; 0 to 100.
    public var ioPressurePercent = 0.1
    /// `max_probe`: the part that is taken at most; 0 to 1.
    public var maxProbe = 0.01
    /// `max_backoff`: the part of the limit that is given at most; 0 to 1,000.
    public var maxBackoff = 1.0
    /// `coeff_probe`: how many times below the target the stall lies when most is taken; above 0, up to 10^9.
    public var probeCoefficient = 10.0
    /// `coeff_backoff`: how many times above the target the stall lies when most is given; above 0, up to 10^9.
    public var backoffCoefficient = 20.0
    /// `immediate_backoff`: whether it reclaims and keeps no limit.
    public var reclaims = false
    /// `swap_validation`: whether it reclaims only where swap is full to its threshold.
    public var validatesSwap = false
    /// `swap_threshold`: a part of swap; 0 to 1.
    public var swapThreshold = 0.8
    /// `swapout_bps_threshold`: bytes a second; 1 or more.
    public var swapOutThreshold = 1_048_576.0

    /// The plugin's own.
    public init() {}

    /// The first argument that is out of its range, as oomd spells it; nil: none.
    public var wrongArgument: String? {
      if leastLimit < 0 { return "limit_min_bytes" }
      if mostLimit < 0 { return "limit_max_bytes" }
      if interval < 0 { return "interval" }
      if pressure < 1 { return "pressure_ms" }
      if !(0...100).contains(pressurePercent) { return "pressure_pct" }
      if !(0...100).contains(ioPressurePercent) { return "io_pressure_pct" }
      if !(0...1).contains(maxProbe) { return "max_probe" }
      if !(0...1_000).contains(maxBackoff) { return "max_backoff" }
      if !Self.coefficients.contains(probeCoefficient) { return "coeff_probe" }
      if !Self.coefficients.contains(backoffCoefficient) { return "coeff_backoff" }
      if !(0...1).contains(swapThreshold) { return "swap_threshold" }
      if !(1...1e18).contains(swapOutThreshold) { return "swapout_bps_threshold" }
      return nil
    }

    private static let coefficients = 1e-9...1e9

    /// So much of the most that is given, and not more than it.
    func backoff(_ part: Double) -> Double { min(part * maxBackoff, maxBackoff) }

    /// So much of the most that is taken, and not more than it.
    func probe(_ part: Double) -> Double { min(part * maxProbe, maxProbe) }
  }
}
