public import Units

/// A pattern and how long it lasts.
public struct PatternPhase: Sendable {
  /// When a phase ends.
  public enum End: Hashable, Sendable {
    /// At a time after boot.
    case time(SimTime)
    /// After a number of accesses in this phase.
    case accesses(Int64)
    /// Not before the run does.
    case never
  }
  /// Which pages.
  public var pattern: PatternSpec
  /// When the next phase begins.
  public var end: End

  /// A pattern until an end.
  public init(pattern: PatternSpec, end: End) {
    self.pattern = pattern
    self.end = end
  }
}

/// A distribution of accesses over pages.
public enum PatternSpec: Hashable, Sendable {
  /// Rank k with a probability proportional to (k + 1)^-alpha, ranks shuffled over the pages.
  case zipf(alpha: Double)
  /// Every page alike.
  case uniform
  /// One after another, round and round.
  case scan
  /// A share of the pages, in millionths, gets a share of the accesses, in millionths.
  case hotcold(hotPPM: Int64, accessPPM: Int64)
  /// Zipf with a share of scanning accesses, in millionths.
  case mix(alpha: Double, scanPPM: Int64)

  /// The pattern where none is named.
  public static let usual = PatternSpec.zipf(alpha: 0.9)
}
