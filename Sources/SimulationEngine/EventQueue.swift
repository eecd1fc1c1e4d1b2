public import Units

/// The future event set: hands out payloads in the total order of time, phase, and scheduling.
///
/// A 4-ary heap over one owned buffer; time, phase and sequence are packed into one 128-bit key, so that
/// an order is one comparison. Hand-written because it is the inner loop of every run: 1.5 to 1.9 times
/// the rate of swift-collections' `Heap` (`Docs/performance.md`). Push and pop cost O(log n).
public struct EventQueue<Payload: BitwiseCopyable>: ~Copyable {
  @usableFromInline
  struct Entry {
    @usableFromInline var key: UInt128
    @usableFromInline var payload: Payload

    @inlinable
    init(key: UInt128, payload: Payload) {
      self.key = key
      self.payload = payload
    }
  }

  @usableFromInline var entries: UnsafeMutablePointer<Entry>
  @usableFromInline var capacity: Int
  @usableFromInline var pending = 0
  @usableFromInline var sequence: UInt64 = 0
  /// Whether the root was handed out and nothing has taken its place yet.
  ///
  /// Most events schedule another: it goes where they came from, in one walk instead of two.
  @usableFromInline var isRootTaken = false

  /// An empty queue with room for `capacity` events before it has to grow.
  @inlinable
  public init(capacity: Int = 64) {
    self.capacity = max(capacity, 4)
    entries = .allocate(capacity: self.capacity)
  }

  deinit { entries.deallocate() }

  /// How many events are pending.
  @inlinable public var count: Int { isRootTaken ? pending &- 1 : pending }

  /// How many bits of the key's lower word the sequence takes; the phase stands above it.
  @inlinable
  static var sequenceBits: UInt64 { 56 }

  /// When the next event is due, or the end of time if none is pending. O(log n) after `next`, else O(1).
  @inlinable
  public var nextTime: SimTime {
    mutating get {
      fillRoot()
      return pending == 0
        ? .endOfTime
        : SimTime(nanoseconds: Int64(bitPattern: UInt64(truncatingIfNeeded: entries[0].key >> 64)))
    }
  }

  /// Whether what would be scheduled now for `time` in `phase` would be the next event. O(log n) after `next`, else O(1).
  @inlinable @inline(never)
  public mutating func isNext(at time: SimTime, in phase: Phase) -> Bool {
    fillRoot()
    if pending == 0 { return true }
    let key = entries[0].key
    let due = UInt64(truncatingIfNeeded: key >> 64)
    let wanted = UInt64(bitPattern: time.nanoseconds)
    if due != wanted { return due > wanted }
    return UInt64(truncatingIfNeeded: key) >> Self.sequenceBits > UInt64(phase.rawValue)
  }

  /// Puts the last entry where the root was taken from.
  @inlinable
  mutating func fillRoot() {
    if isRootTaken { takeLastAsRoot() }
  }

  @inlinable @inline(never)
  mutating func takeLastAsRoot() {
    isRootTaken = false
    pending &-= 1
    if pending > 0 { sink(entries[pending]) }
  }

  /// Adds `payload`, due at `time` in `phase`, behind everything already scheduled there.
  ///
  /// `time` must not be negative: the key compares it as an unsigned number.
  @inlinable
  public mutating func schedule(_ payload: Payload, at time: SimTime, in phase: Phase) {
    precondition(time.nanoseconds >= 0, "an event before the beginning of time")
    let low = UInt64(phase.rawValue) << Self.sequenceBits | sequence
    sequence += 1
    let entry = Entry(
      key: UInt128(UInt64(bitPattern: time.nanoseconds)) << 64 | UInt128(low), payload: payload)
    if isRootTaken {
      isRootTaken = false
      return sink(entry)
    }
    if pending == capacity { grow() }
    var hole = pending
    pending += 1
    while hole > 0 {
      let parent = (hole - 1) >> 2
      if !(entry.key < entries[parent].key) { break }
      entries[hole] = entries[parent]
      hole = parent
    }
    entries[hole] = entry
  }

  /// Removes the next event and returns when it was due and what it carries.
  ///
  /// Stops the program if nothing is pending: ask `nextTime` or `count` first.
  @inlinable
  public mutating func next() -> (time: SimTime, payload: Payload) {
    fillRoot()
    precondition(pending > 0, "no event is pending")
    let first = entries[0]
    isRootTaken = true
    let time = Int64(bitPattern: UInt64(truncatingIfNeeded: first.key >> 64))
    return (SimTime(nanoseconds: time), first.payload)
  }

  /// Puts `entry` where it belongs, starting from a hole at the root.
  @inlinable
  mutating func sink(_ entry: Entry) {
    let heap = entries
    let count = pending
    var hole = 0
    while true {
      let first = 4 &* hole &+ 1
      if first >= count { break }
      var least = first
      var leastKey = heap[first].key
      let end = min(first &+ 4, count)
      var child = first &+ 1
      while child < end {
        let key = heap[child].key
        let isLess = key < leastKey
        least = isLess ? child : least
        leastKey = isLess ? key : leastKey
        child &+= 1
      }
      if !(leastKey < entry.key) { break }
      heap[hole] = heap[least]
      hole = least
    }
    heap[hole] = entry
  }

  @inlinable
  mutating func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: entries, count: pending)
    entries.deallocate()
    entries = larger
    capacity *= 2
  }
}
