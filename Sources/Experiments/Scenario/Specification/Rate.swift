public import SimulationEngine

/// How often something happens: a count in a span of time, both positive.
public struct Rate: Hashable, Sendable {
  /// How often.
  public var count: Int64
  /// In what time.
  public var per: SimDuration

  /// `count` times in `per`.
  public init(count: Int64, per: SimDuration) {
    self.count = count
    self.per = per
  }
}
