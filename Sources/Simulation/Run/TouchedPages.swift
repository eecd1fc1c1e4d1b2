import MemoryModel

/// Which pages of a guest were touched since the host last asked, as a hypervisor that watches them finds out.
///
/// A page counts once, however often it was accessed. Pages of processes that were touched for the first time count too. What
/// the guest's kernel has for itself, and what reclaim and disks move, does not.
final class TouchedPages {
  /// A bit for each page of the guest's page table.
  private var words: [UInt64] = []
  /// How many pages of each region had been touched when the host last asked, by its first page.
  private var regions: [UInt32: Int] = [:]

  /// Takes note of accesses as a stream makes them.
  func note(_ accesses: some Sequence<UInt32>) {
    for access in accesses { mark(Int(access & ~GuestKernel.writeBit)) }
  }

  /// How many pages were touched since the last call; a new count begins. O(pages / 64 + regions).
  func take(from kernel: borrowing GuestKernel) -> Int {
    var regions: [UInt32: Int] = [:]
    kernel.forEachTouchedRegion { first, touched in
      regions[first] = touched
      for page in min(self.regions[first] ?? 0, touched)..<touched { mark(Int(first) + page) }
    }
    self.regions = regions
    var count = 0
    for index in words.indices {
      count += words[index].nonzeroBitCount
      words[index] = 0
    }
    return count
  }

  private func mark(_ page: Int) {
    let index = page / 64
    if index >= words.count {
      words += Array(repeating: 0, count: index + 1 - words.count)
    }
    words[index] |= 1 << UInt64(page % 64)
  }
}
