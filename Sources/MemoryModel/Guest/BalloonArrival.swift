internal import Units

/// How the pages of a batch come in: the hypervisor gives them all at once, then they reach the allocator one by one, and B shows
/// them when the last has.
///
/// Recorded in a guest that samples while a batch is under way: `Docs/kernel.md` 2.4.
struct BalloonArrival {
  /// Pages of the batch, and those of them that the allocator has.
  var count = 0
  var arrived = 0
  /// When the first one is on its way, and how long all take.
  private var start = SimTime.zero
  private var all = SimDuration.zero

  /// So many pages are on their way from `start` on; the last arrives after `time`.
  @inline(__always)
  mutating func begin(_ count: Int, from start: SimTime, lasting time: SimDuration) {
    self.count = count
    arrived = 0
    self.start = start
    all = time
  }

  /// How many have come since the last call.
  mutating func take(by now: SimTime) -> Int {
    let passed = max((now - start).nanoseconds, 0)
    let due =
      passed >= all.nanoseconds
      ? count : Int(Int128(count) * Int128(passed) / Int128(all.nanoseconds))
    defer { arrived = max(arrived, due) }
    return max(due - arrived, 0)
  }

  /// How many are still to come, for the batch is through.
  @inline(__always)
  mutating func finish() -> Int {
    let rest = count - arrived
    count = 0
    arrived = 0
    return rest
  }
}
