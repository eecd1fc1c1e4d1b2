public import Traces
public import Units

/// Where a guest's Committed_AS comes from.
public struct CommittedSpec: Sendable {
  /// The samples' origin.
  public enum Source: Sendable {
    /// One level for the whole run.
    case constant(PageCount)
    /// Samples written in the scenario, times rising strictly from zero.
    case points([CommittedPoint])
    /// A file or folder, and how it is imported; the path is absolute or relative to the working directory.
    case trace(path: String, ImportOptions)
  }
  /// The samples' origin.
  public var source: Source
  /// Factor on committed and touched pages, in millionths.
  public var scalePPM: Int64
  /// How a sample leads to the next.
  public var between: Interpolation
  /// Whether `between` was said, and not left to its default.
  public var isBetweenChosen = true
  /// How often the samples are played one after another, at least once.
  public var times: Int

  /// Samples, played once as they are unless it is said otherwise.
  public init(
    source: Source, scalePPM: Int64 = 1_000_000, between: Interpolation = .step, times: Int = 1
  ) {
    self.source = source
    self.scalePPM = scalePPM
    self.between = between
    self.times = times
  }

  /// Nothing, for the whole run.
  public static let none = CommittedSpec(source: .constant(.zero))
}

/// How a sample of a trace leads to the next.
public enum Interpolation: String, CaseIterable, Sendable {
  /// The level holds until the next sample.
  case step
  /// The level moves along a straight line, in steps of one tick.
  case linear
}
