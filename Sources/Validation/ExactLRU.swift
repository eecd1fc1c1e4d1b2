/// Exact least-recently-used replacement over a dense set of pages: what a simpler model would predict.
struct ExactLRU {
  private var next: [UInt32]
  private var previous: [UInt32]
  private var isIn: [Bool]
  private var count = 0
  private let head: UInt32

  /// An empty cache over pages `0 ..< pages`.
  init(pages: Int) {
    head = UInt32(pages)
    next = Array(repeating: UInt32(pages), count: pages + 1)
    previous = next
    isIn = Array(repeating: false, count: pages)
  }

  /// Accesses a page in a cache of `capacity` pages; true if it was there.
  mutating func access(_ page: UInt32, capacity: Int) -> Bool {
    let isHit = isIn[Int(page)]
    if isHit { unlink(page) } else { count += 1 }
    isIn[Int(page)] = true
    let first = next[Int(head)]
    (next[Int(page)], previous[Int(page)]) = (first, head)
    previous[Int(first)] = page
    next[Int(head)] = page
    while count > max(capacity, 1) {
      let last = previous[Int(head)]
      unlink(last)
      isIn[Int(last)] = false
      count -= 1
    }
    return isHit
  }

  private mutating func unlink(_ page: UInt32) {
    let (before, after) = (previous[Int(page)], next[Int(page)])
    next[Int(before)] = after
    previous[Int(after)] = before
  }
}
