/// What a policy's law says of a guest whose goal stays where it is: which part of the distance each turn closes.
///
/// Truncation and the time of a turn are left out.
public struct PolicyLaw: Hashable, Sendable {
  /// Seconds between two turns, as they come: by the timers of the guest's kernel if they do.
  public var interval: Double
  /// The part of memory above the goal that a turn takes; nil: it takes none.
  public var down: Double?
  /// The part of what is missing that a turn gives; nil: it gives none.
  public var up: Double?
  /// The part of frontswap that a shrink brings home while nothing is stored; nil: none.
  public var frontswap: Double?
  /// How many turns there are to a shrink.
  public var turnsOfShrink = 1

  /// A law.
  public init(
    interval: Double, down: Double?, up: Double?, frontswap: Double?, turnsOfShrink: Int = 1
  ) {
    self.interval = interval
    self.down = down
    self.up = up
    self.frontswap = frontswap
    self.turnsOfShrink = turnsOfShrink
  }

  /// One part in so many; nil: a divisor of 0.
  static func share(_ divisor: some BinaryInteger) -> Double? {
    divisor == 0 ? nil : 1 / Double(divisor)
  }
}
