public import Units

/// The ranges of a scenario's values, where a kind of value has one range everywhere.
///
/// They are wide enough for any machine and narrow enough that no sum or product of a run overflows 64 bits.
public enum ScenarioLimits {
  /// A guest's memory.
  public static let guestMemory = PageCount.mebibytes(16)...PageCount.gibibytes(1_024)
  /// A host's memory.
  public static let hostMemory = PageCount.mebibytes(16)...PageCount.gibibytes(16_384)
  /// A swap device or a file set: a guest has at most 2^30 pages in all (`GuestSpec.pageLimit`).
  public static let storage = PageCount.pages(1)...PageCount.gibibytes(4_096)
  /// Committed memory: 2^40 kB.
  public static let committed = PageCount.zero...PageCount.gibibytes(1_024 * 1_024)
  /// Ten years.
  public static let longestTime = SimDuration.seconds(3_650 * 86_400)
  /// An instant of a run.
  public static let instant = SimDuration.zero...longestTime
  /// The length of a run.
  public static let duration = SimDuration.nanoseconds(1)...longestTime
  /// The time between two ticks.
  public static let tick = SimDuration.milliseconds(1)...SimDuration.seconds(86_400)
  /// What one operation takes.
  public static let cost = SimDuration.zero...SimDuration.seconds(10)
  /// A window of read-ahead.
  public static let readAhead = PageCount.pages(1)...PageCount.mebibytes(64)
  /// File streams of a guest.
  public static let streams = 1_000
  /// Ticks of one run.
  public static let ticks: Int64 = 100_000_000
  /// Accesses of a stream or a phase.
  public static let accesses: ClosedRange<Int64> = 1...1_000_000_000_000_000
  /// A factor on a trace, in millionths.
  public static let scale: ClosedRange<Int64> = 1_000...30_000_000
}
