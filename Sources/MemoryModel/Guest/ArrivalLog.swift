import CPrefetch
import Glibc

/// The pages that came to the head of a list, in their order: a ring that only says what to fetch ahead.
///
/// Its pages lie there in the order in which reclaim comes to them; those that have left the list since are fetched in vain.
/// 4 bytes a page, of which those never written take no memory of the simulator's machine.
struct ArrivalLog: ~Copyable {
  private let pages: UnsafeMutablePointer<UInt32>
  private let mask: UInt32
  /// How many pages have come.
  private var count: UInt32 = 0
  /// The first arrival that was not fetched.
  private var next: UInt32 = 0
  /// How many pages reclaim fetches ahead. At 3 ns a page it covers 100 ns to memory.
  private static var distance: UInt32 { 32 }

  /// An empty log for a list of at most `listed` out of `pages` pages.
  init(pages count: Int, listed: Int) {
    // The greatest power of two that is not above `count`, but no more than needed for `listed`.
    var capacity = 1
    while 2 * capacity <= count && capacity < listed { capacity *= 2 }
    mask = UInt32(capacity - 1)
    guard let memory = calloc(capacity, MemoryLayout<UInt32>.stride) else {
      preconditionFailure("no memory for a log of \(capacity) pages")
    }
    pages = memory.bindMemory(to: UInt32.self, capacity: capacity)
  }

  deinit { free(pages) }

  /// Notes that `page` came, and returns the number of its arrival.
  @inline(__always)
  mutating func append(_ page: UInt32) -> UInt32 {
    let arrival = count
    pages[Int(arrival & mask)] = page
    count = arrival &+ 1
    return arrival
  }

  /// Lets the processor fetch the records of pages up to `distance` younger than `arrival`.
  @inline(__always)
  mutating func prefetch(after arrival: UInt32, _ records: UnsafeMutablePointer<PageRecord>) {
    let end = arrival &+ Self.distance
    // Another part of the list than before.
    if end &- next > Self.distance { next = arrival }
    while next != end {
      cacheLinePrefetch(records + Int(pages[Int(next & mask)]))
      next &+= 1
    }
  }
}
