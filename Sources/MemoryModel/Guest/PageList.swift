import CPrefetch
import Glibc

/// One LRU list: its pages in the order in which they came, in a ring.
///
/// A page that leaves from the middle leaves a hole behind, so that no neighbour is touched; each page's record says its
/// place. When the ring is full, the holes are closed, or it is doubled if more than half are pages: O(1) a page on average.
/// Memory: 4 to 16 bytes a page of the list at its longest.
struct PageList: ~Copyable {
  /// Pages by their places; 0, whose record nobody reads, is a hole.
  private var ring: UnsafeMutablePointer<UInt32>
  private var mask: UInt32
  /// The place where reclaim looks next, and the one behind the youngest page. They count on beyond the ring's length.
  private var oldest: UInt32 = 0
  private var end: UInt32 = 0

  /// How many places ahead reclaim fetches records: a batch of reclaim and the holes between its pages.
  private static var prefetchDistance: UInt32 { 64 }

  /// An empty list.
  init() {
    let capacity = 64
    ring = Self.ring(capacity)
    mask = UInt32(capacity - 1)
  }

  deinit { Glibc.free(ring) }

  /// A ring of holes, which takes memory of the simulator's machine only where it is written.
  private static func ring(_ capacity: Int) -> UnsafeMutablePointer<UInt32> {
    guard let memory = calloc(capacity, MemoryLayout<UInt32>.stride) else {
      preconditionFailure("no memory for a list of \(capacity) pages")
    }
    return memory.bindMemory(to: UInt32.self, capacity: capacity)
  }

  /// Adds a page where the youngest are.
  @inline(__always)
  mutating func append(_ page: UInt32, _ records: UnsafeMutablePointer<PageRecord>) {
    if end &- oldest > mask { makeRoom(records) }
    ring[Int(end & mask)] = page
    records[Int(page)].place = end
    end &+= 1
  }

  /// Adds a page where reclaim looks first.
  mutating func appendOldest(_ page: UInt32, _ records: UnsafeMutablePointer<PageRecord>) {
    if end &- oldest > mask { makeRoom(records) }
    oldest &-= 1
    ring[Int(oldest & mask)] = page
    records[Int(page)].place = oldest
  }

  /// Takes the page at `place` out.
  @inline(__always)
  func remove(at place: UInt32) { ring[Int(place & mask)] = 0 }

  /// Takes the `wanted` oldest pages out, which must exist, and lets the processor fetch the records of those after them.
  ///
  /// Without a branch on what is a hole, which no processor can foresee.
  @inline(__always)
  mutating func takeOldest(
    _ wanted: Int, into taken: UnsafeMutablePointer<UInt32>,
    _ records: UnsafeMutablePointer<PageRecord>
  ) {
    var found = 0
    var place = oldest
    while found < wanted && place != end {
      let page = ring[Int(place & mask)]
      cacheLinePrefetch(records + Int(ring[Int((place &+ Self.prefetchDistance) & mask)]))
      taken[found] = page
      found &+= page == 0 ? 0 : 1
      place &+= 1
    }
    oldest = place
    precondition(found == wanted, "\(wanted) pages of a list of \(found)")
  }

  /// Closes the holes, and doubles the ring if it is more than half full then.
  @inline(never)
  private mutating func makeRoom(_ records: UnsafeMutablePointer<PageRecord>) {
    // A page is put where the ring was read before.
    var free = oldest
    var place = oldest
    while place != end {
      let page = ring[Int(place & mask)]
      ring[Int(free & mask)] = page
      records[Int(page)].place = free
      free &+= page == 0 ? 0 : 1
      place &+= 1
    }
    end = free
    if end &- oldest > mask / 2 { double() }
  }

  private mutating func double() {
    let larger = Self.ring(2 * (Int(mask) + 1))
    let largerMask = 2 &* mask &+ 1
    var place = oldest
    while place != end {
      larger[Int(place & largerMask)] = ring[Int(place & mask)]
      place &+= 1
    }
    Glibc.free(ring)
    ring = larger
    mask = largerMask
  }

  /// Its pages, oldest first. O(places).
  var all: [UInt32] {
    var found: [UInt32] = []
    var place = oldest
    while place != end {
      let page = ring[Int(place & mask)]
      if page != 0 { found.append(page) }
      place &+= 1
    }
    return found
  }

  /// The page at `place`, if there is one.
  func page(at place: UInt32) -> UInt32? {
    guard place &- oldest < end &- oldest, ring[Int(place & mask)] != 0 else { return nil }
    return ring[Int(place & mask)]
  }
}
