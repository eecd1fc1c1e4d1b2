public import Units

/// A guest's memory as a policy in its kernel sees it page by page: what was accessed, and what can be paged out.
///
/// A page is known by its number, from 0 to below `span`; numbers may be of pages that are not in memory.
public protocol MonitoredMemory: ~Copyable {
  /// How many numbers of pages there are; it may grow.
  var span: Int { get }
  /// Changes whenever a page may have been accessed.
  var activity: Int64 { get }
  /// Nanoseconds of `some` memory pressure since boot; 0 in a kernel without.
  var pressure: UInt64 { get }
  /// Whether a page is in memory and was accessed since it was made old, or never was made old.
  func isYoung(_ page: UInt32) -> Bool
  /// Forgets that a page was accessed, so that an access after this shows.
  mutating func makeOld(_ page: UInt32)
  /// Reclaims the pages of a range that are in memory, each at once; young ones are made old and stay.
  mutating func pageOut(_ pages: Range<UInt32>, skipsAnon: Bool) -> PageOutResult
}

/// What came of paging a range out.
public struct PageOutResult: Hashable, Sendable {
  /// Pages that are free now.
  public var reclaimed = 0
  /// Pages that were young, and stay.
  public var young = 0
  /// How long it took.
  public var time = SimDuration.zero

  /// Nothing yet.
  public init() {}
}

extension GuestPolicy {
  /// Looks at no pages.
  public mutating func look(at memory: inout some MonitoredMemory & ~Copyable) {}

  /// Does nothing with pages.
  public mutating func act(
    on memory: inout some MonitoredMemory & ~Copyable, into row: inout DecisionRow
  ) {}
}
