import MemoryModel
import Units

/// When each page of a guest's file sets is accessed for the first and the last time, in ticks.
final class AccessLog {
  private let tick: Int64
  private let firstPage: Int
  /// By page; -1: never accessed.
  private var first: [Int32]
  private var last: [Int32]

  /// A log of `pages` file pages from `firstPage` on.
  init(firstPage: UInt32, pages: Int, tick: SimDuration) {
    self.firstPage = Int(firstPage)
    self.tick = tick.nanoseconds
    first = [Int32](repeating: -1, count: pages)
    last = first
  }

  /// Takes note of accesses as a stream makes them.
  func note(_ accesses: Slice<UnsafeBufferPointer<UInt32>>, at now: SimTime) {
    let tick = Int32(clamping: now.nanoseconds / tick)
    for access in accesses {
      let page = Int(access & ~GuestKernel.writeBit) - firstPage
      if first[page] < 0 { first[page] = tick }
      last[page] = tick
    }
  }

  /// For each of so many ticks, how many pages must be in memory: from the tick of their first access to that of their last, both
  /// included, for a page that is accessed in more than one.
  func needed(ticks: Int) -> [Int] {
    var changes = [Int](repeating: 0, count: ticks + 1)
    for (first, last) in zip(first, last) where first >= 0 && last > first && Int(first) < ticks {
      changes[Int(first)] += 1
      changes[min(Int(last) + 1, ticks)] -= 1
    }
    var pages = 0
    return changes.dropLast().map { change in
      pages += change
      return pages
    }
  }
}
