public import Units

/// What a guest does with the memory it has committed.
///
/// Assumed where neither the scenario nor the trace says so: 0.8 of what is committed is touched, none of it is cold.
public struct AnonSpec: Sendable {
  /// How much of what is committed is touched.
  public enum Touched: Hashable, Sendable {
    /// As much as the trace's AnonPages says.
    case trace
    /// A share of what is committed, in millionths, 0 to 1,000,000; the newest region is touched first.
    case share(Int64)
  }
  /// How much of what is committed is touched.
  public var touched = Touched.share(800_000)
  /// The share of touched pages that are never touched again, in millionths.
  public var coldPPM: Int64 = 0
  /// Pages a second at which a new region is touched; nothing: as fast as it goes.
  public var touchRate: Rate?
  /// Which regions go first when the trace falls.
  public var release = ReleaseOrder.lifo
  /// Accesses to the pages that are not cold; nothing: none.
  public var access: AnonAccessSpec?

  /// Memory that is touched once and then left alone.
  public init() {}
}

/// Which regions are freed when committed memory falls.
public enum ReleaseOrder: String, CaseIterable, Sendable {
  /// The newest first.
  case lifo
  /// The oldest first.
  case fifo
  /// Each in proportion to its size.
  case proportional
}

/// Repeated accesses to anonymous memory.
public struct AnonAccessSpec: Sendable {
  /// How often.
  public var rate: Rate
  /// Which pages.
  public var pattern: PatternSpec
  /// The share of accesses that write, in millionths.
  public var writePPM: Int64

  /// Accesses of which half write, unless it is said otherwise.
  public init(rate: Rate, pattern: PatternSpec = .usual, writePPM: Int64 = 500_000) {
    self.rate = rate
    self.pattern = pattern
    self.writePPM = writePPM
  }
}
