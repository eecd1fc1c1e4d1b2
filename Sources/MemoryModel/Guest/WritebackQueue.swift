import Units

/// Pages whose write is under way, in the order in which their writes end.
struct WritebackQueue {
  private var entries = RingBuffer<(page: UInt32, done: SimTime)>()

  /// Pages being written.
  var count: Int { entries.count }
  var isEmpty: Bool { entries.count == 0 }

  /// Adds a page whose write ends at `done`; a write cannot be seen to end before the one in front of it.
  mutating func append(_ page: UInt32, done: SimTime) {
    entries.append((page, max(done, entries.last?.done ?? .zero)))
  }

  /// Removes the next page whose write has ended by `now`.
  mutating func next(by now: SimTime) -> UInt32? {
    guard let first = entries.first, first.done <= now else { return nil }
    entries.removeFirst()
    return first.page
  }

  /// How long after `now` the next write ends, at least 1 us; nil if none is under way.
  func timeToNext(after now: SimTime) -> SimDuration? {
    guard let first = entries.first else { return nil }
    return max(first.done - now, .microseconds(1))
  }

  /// When the last write ends, or `now` if that is later.
  func timeOfLast(after now: SimTime) -> SimTime { max(entries.last?.done ?? now, now) }
}

/// Dirty file pages in the order in which they became dirty.
struct DirtyQueue {
  private var entries = RingBuffer<(page: UInt32, since: SimTime)>()

  /// Dirty file pages.
  var count: Int { entries.count }

  /// Adds a page that was clean until `since`.
  mutating func append(_ page: UInt32, at since: SimTime) { entries.append((page, since)) }

  /// When the oldest became dirty.
  var oldest: SimTime? { entries.first?.since }

  /// Removes the oldest.
  mutating func removeOldest() -> UInt32? {
    guard let first = entries.first else { return nil }
    entries.removeFirst()
    return first.page
  }
}

/// A queue in one growing buffer; both ends O(1).
struct RingBuffer<Element: BitwiseCopyable> {
  private var storage: [Element] = []
  private var head = 0
  private(set) var count = 0

  var first: Element? { count == 0 ? nil : storage[head] }
  var last: Element? { count == 0 ? nil : storage[(head + count - 1) & (storage.count - 1)] }

  mutating func append(_ element: Element) {
    if count == storage.count { grow(with: element) }
    storage[(head + count) & (storage.count - 1)] = element
    count += 1
  }

  mutating func removeFirst() {
    head = (head + 1) & (storage.count - 1)
    count -= 1
  }

  /// Doubles the buffer, whose length is a power of two; `filler` fills what is not used yet.
  private mutating func grow(with filler: Element) {
    var larger: [Element] = []
    larger.reserveCapacity(max(storage.count * 2, 64))
    for offset in 0..<count { larger.append(storage[(head + offset) & (storage.count - 1)]) }
    while larger.count < max(storage.count * 2, 64) { larger.append(filler) }
    storage = larger
    head = 0
  }
}
