import CPrefetch

/// One LRU list: its pages in the order in which they came, in a ring.
///
/// A page that leaves from the middle leaves a hole behind, so that no neighbour is touched; each page's record says its
/// place. When the ring is full, the holes are closed, or it is doubled if more than half are pages: O(1) a page on average.
/// Memory: 4 to 16 bytes a page of the list at its longest.
struct PageList: ~Copyable {
  /// Pages by their places; 0, which is no page, is a hole.
  private var ring: UnsafeMutablePointer<UInt32>
  private var mask: UInt32
  /// The place where reclaim looks next, and the one behind the youngest page. They count on beyond the ring's length.
  private var oldest: UInt32 = 0
  private var end: UInt32 = 0
  /// How many pages the list has.
  private(set) var count = 0

  /// How many places ahead reclaim fetches records. At 3 ns a page it covers 100 ns to memory.
  private static var prefetchDistance: UInt32 { 32 }

  /// An empty list.
  init() {
    let capacity = 64
    ring = Self.ring(capacity)
    mask = UInt32(capacity - 1)
  }

  deinit { ring.deallocate() }

  private static func ring(_ capacity: Int) -> UnsafeMutablePointer<UInt32> {
    let ring = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    ring.initialize(repeating: 0, count: capacity)
    return ring
  }

  /// Adds a page where the youngest are.
  @inline(__always)
  mutating func append(_ page: UInt32, _ records: UnsafeMutablePointer<PageRecord>) {
    if end &- oldest > mask { makeRoom(records) }
    ring[Int(end & mask)] = page
    records[Int(page)].place = end
    end &+= 1
    count &+= 1
  }

  /// Adds a page where reclaim looks first.
  mutating func appendOldest(_ page: UInt32, _ records: UnsafeMutablePointer<PageRecord>) {
    if end &- oldest > mask { makeRoom(records) }
    oldest &-= 1
    ring[Int(oldest & mask)] = page
    records[Int(page)].place = oldest
    count &+= 1
  }

  /// Takes the page at `place` out.
  @inline(__always)
  mutating func remove(at place: UInt32) {
    ring[Int(place & mask)] = 0
    count &-= 1
  }

  /// Takes the oldest page out, which must exist, and lets the processor fetch the records of those that come after it.
  @inline(__always)
  mutating func removeOldest(_ records: UnsafeMutablePointer<PageRecord>) -> UInt32 {
    precondition(count > 0, "the oldest page of an empty list")
    var page: UInt32
    repeat {
      cacheLinePrefetch(records + Int(ring[Int((oldest &+ Self.prefetchDistance) & mask)]))
      page = ring[Int(oldest & mask)]
      oldest &+= 1
    } while page == 0
    count &-= 1
    return page
  }

  @inline(never)
  private mutating func makeRoom(_ records: UnsafeMutablePointer<PageRecord>) {
    let capacity = Int(mask) + 1
    let larger = 2 * count > capacity ? 2 * capacity : capacity
    let new = Self.ring(larger)
    var place: UInt32 = 0
    forEach { page in
      new[Int(place)] = page
      records[Int(page)].place = place
      place += 1
    }
    ring.deallocate()
    ring = new
    mask = UInt32(larger - 1)
    (oldest, end) = (0, place)
  }

  /// Its pages, oldest first. O(places).
  func forEach(_ body: (UInt32) -> Void) {
    var place = oldest
    while place != end {
      let page = ring[Int(place & mask)]
      if page != 0 { body(page) }
      place &+= 1
    }
  }

  /// The page at `place`, if there is one.
  func page(at place: UInt32) -> UInt32? {
    guard place &- oldest < end &- oldest, ring[Int(place & mask)] != 0 else { return nil }
    return ring[Int(place & mask)]
  }
}
