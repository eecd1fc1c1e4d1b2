/// Free page reporting: a guest tells its host which of its free blocks the host may discard.
///
/// Two seconds after a large block became free, a run goes through the free lists, and reports blocks that the host does
/// not know of, 32 a request. A list's budget ends its part of the run; then another run follows 2 s later. Until it is
/// allocated and freed again, a block is not reported a second time.
///
/// Source: Linux 6.12, mm/page_reporting.c; Linux 6.1 does the same. Restated in `Docs/policies.md`, section "Free page
/// reporting".
public struct PageReporting: Hashable, Sendable {
  /// `PAGE_REPORTING_CAPACITY`: blocks in a request.
  public static let capacity = 32
  /// `PAGE_REPORTING_DELAY`: seconds from the first request of a run to the run.
  public static let delay: Int64 = 2
  /// The greatest order of a block: 4 MiB.
  public static let greatestOrder = 10

  /// `page_reporting_order`: blocks of this order and above are reported. Default 9, a huge page.
  public var order = 9
  /// Where it stands.
  public private(set) var state = State.idle

  /// Nothing is requested.
  public init() {}

  /// Where reporting stands, by the kernel's numbers.
  public enum State: Int, Sendable {
    /// Nothing to do.
    case idle
    /// A run is due, or has to follow.
    case requested
    /// A run is going on.
    case active
  }

  /// A free list of a zone. Reported blocks are at its end, so that they are the last to be allocated.
  public struct FreeList: Hashable, Sendable {
    /// A block has 2 to the power of this pages.
    public var order: Int
    /// The migrate type, by the kernel's number.
    public var type: Int
    /// Blocks that the host does not know of.
    public var unreported: Int
    /// Blocks that the host has discarded.
    public var reported: Int

    /// A free list.
    public init(order: Int, type: Int = 0, unreported: Int, reported: Int = 0) {
      self.order = order
      self.type = type
      self.unreported = unreported
      self.reported = reported
    }
  }

  /// A zone of the guest's memory.
  public struct Zone: Hashable, Sendable {
    /// Its free lists by order, and then by type.
    public var lists: [FreeList]
    /// Its free pages, in blocks of all orders.
    public var free: Int
    /// The mark at which kswapd wakes, in pages.
    public var lowMark: Int

    /// A zone.
    public init(lists: [FreeList], free: Int, lowMark: Int) {
      self.lists = lists
      self.free = free
      self.lowMark = lowMark
    }

    /// Pages that the host has discarded.
    public var reportedPages: Int { lists.reduce(0) { $0 + $1.reported << $1.order } }
  }

  /// page_reporting_notify_free(): a block of an order became free. Returns whether a run has to be begun after `delay`.
  public mutating func noteFree(order: Int) -> Bool {
    order >= self.order && request()
  }

  /// Asks for a run, as registering does. Returns whether one has to be begun after `delay`; else it is on its way.
  public mutating func request() -> Bool {
    let before = state
    state = .requested
    return before == .idle
  }

  /// page_reporting_process(): a run. `report` carries a request for so many blocks to the host; false: it failed.
  ///
  /// A failure ends the run, and its blocks are not reported. Returns whether another run follows after `delay`.
  public mutating func run(_ zones: inout [Zone], report: (_ blocks: Int) -> Bool) -> Bool {
    state = .active
    for index in zones.indices {
      if !process(&zones[index], report) { break }
    }
    if state == .active { state = .idle }
    return state == .requested
  }

  /// Blocks taken off their lists for the next request.
  private struct Batch {
    /// Blocks by list.
    var taken: [Int]
    /// Blocks in all.
    var count = 0

    /// Takes blocks of a list as far as there are any and there is room.
    mutating func take(_ list: Int, of zone: inout Zone) {
      let blocks = min(zone.lists[list].unreported, PageReporting.capacity - count)
      zone.lists[list].unreported -= blocks
      taken[list] += blocks
      count += blocks
    }

    /// page_reporting_drain(): puts all blocks back, at the end of their lists if they were reported.
    mutating func drain(into zone: inout Zone, areReported: Bool) {
      for list in taken.indices where taken[list] > 0 {
        if areReported {
          zone.lists[list].reported += taken[list]
        } else {
          zone.lists[list].unreported += taken[list]
        }
        taken[list] = 0
      }
      count = 0
    }
  }

  /// page_reporting_process_zone(): a run's part in a zone, unless too little is free there. False: a request failed.
  private mutating func process(_ zone: inout Zone, _ report: (Int) -> Bool) -> Bool {
    guard zone.free > zone.lowMark + Self.capacity << order else { return true }
    var batch = Batch(taken: Array(repeating: 0, count: zone.lists.count))
    for list in zone.lists.indices where zone.lists[list].order >= order {
      if !cycle(list, &zone, &batch, report) { return false }
    }
    // What is left is less than a whole request.
    return batch.count == 0 || send(&batch, &zone, report)
  }

  /// page_reporting_cycle(): a run's part of a list. False: a request failed.
  private mutating func cycle(
    _ list: Int, _ zone: inout Zone, _ batch: inout Batch, _ report: (Int) -> Bool
  ) -> Bool {
    // All blocks of the order count, reported or not, but not those that are in the batch.
    var free = 0
    for other in zone.lists where other.order == zone.lists[list].order {
      free += other.unreported + other.reported
    }
    var budget = (free + Self.capacity * 16 - 1) / (Self.capacity * 16)
    while zone.lists[list].unreported > 0 {
      if budget < 0 {
        state = .requested
        return true
      }
      if batch.count < Self.capacity {
        batch.take(list, of: &zone)
        continue
      }
      if !send(&batch, &zone, report) { return false }
      budget -= 1
    }
    return true
  }

  private func send(_ batch: inout Batch, _ zone: inout Zone, _ report: (Int) -> Bool) -> Bool {
    let isReported = report(batch.count)
    batch.drain(into: &zone, areReported: isReported)
    return isReported
  }
}
