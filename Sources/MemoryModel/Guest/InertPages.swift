import Glibc

/// Which file pages are inert, a bit a page: active and marked as read, so that reading one once more changes no state.
///
/// It repeats what the records say, in a hundredth of their memory, so that most hits need not look at a record.
/// 32 KiB for a GiB of files; the bits of pages never read take no memory of the simulator's machine.
struct InertPages: ~Copyable {
  private let words: UnsafeMutablePointer<UInt64>

  /// No page of `count` is inert.
  init(count: Int) {
    let length = max((count + 63) / 64, 1)
    guard let memory = calloc(length, MemoryLayout<UInt64>.stride) else {
      preconditionFailure("no memory for the bits of \(count) pages")
    }
    words = memory.bindMemory(to: UInt64.self, capacity: length)
  }

  deinit { free(words) }

  /// Whether a page is inert.
  @inline(__always)
  subscript(page: UInt32) -> Bool {
    words[Int(page >> 6)] >> UInt64(page & 63) & 1 != 0
  }

  /// Notes that a page is inert.
  @inline(__always)
  func insert(_ page: UInt32) { words[Int(page >> 6)] |= 1 << UInt64(page & 63) }

  /// Notes that a page is not inert any more, if it was.
  @inline(__always)
  func remove(_ page: UInt32) { words[Int(page >> 6)] &= ~(1 << UInt64(page & 63)) }

  /// Those of up to 64 accesses that are no reads of inert pages, a bit each, the first lowest; fetches their records.
  @inline(__always)
  func accessesToMake(
    _ accesses: UnsafePointer<UInt32>, count: Int, _ pages: borrowing PageTable, fetchesCopies: Bool
  ) -> UInt64 {
    var mask: UInt64 = 0
    for place in 0..<count {
      let access = accesses[place]
      let word = words[Int(access & ~GuestKernel.writeBit) &>> 6]
      // The top bit of the access is 1 of a write.
      let isInert = word &>> UInt64(access & 63)
      mask |= ((~isInert & 1) | UInt64(access &>> 31)) &<< UInt64(place)
    }
    var left = mask
    while left != 0 {
      let page = accesses[left.trailingZeroBitCount] & ~GuestKernel.writeBit
      pages.prefetch(page)
      if fetchesCopies { pages.prefetchCopy(page) }
      left &= left &- 1
    }
    return mask
  }
}
