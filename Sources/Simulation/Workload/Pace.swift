import Units

/// How fast accesses or touches follow one another, and how many of them are made.
///
/// They are made ahead, in turns: at its beginning a turn makes what is due within its quantum, and the next begins when
/// that is over. What is made later than in the quantum in which it was due counts as deferred. Source: Docs/model.md 1.
struct Pace {
  /// How far a turn runs ahead before others get theirs. Assumed: 10 ms, the scale of a scheduler's round.
  static let quantum = SimDuration.milliseconds(10)
  /// The most accesses of a turn. Assumed: 1,024, some milliseconds of hits.
  static let mostInTurn: Int64 = 1_024
  /// The least time that a turn takes. Assumed: 1 us, so that time goes on if accesses cost nothing.
  static let leastTurn = SimDuration.microseconds(1)

  /// How often; nil: as fast as it goes.
  let rate: Rate?
  /// From when on the rate holds.
  let start: SimTime
  /// How many there are in all.
  let total: Int64
  /// How many are made.
  private(set) var done: Int64 = 0
  /// How many of them were made later than in the quantum in which they were due.
  private(set) var deferred: Int64 = 0
  /// How many were due when the turn under way began, and are not made yet.
  private var overdue: Int64 = 0

  /// A pace of which nothing is made yet.
  init(rate: Rate?, start: SimTime = .zero, total: Int64 = .max) {
    self.rate = rate
    self.start = start
    self.total = total
  }

  /// Whether all are made.
  var isOver: Bool { done >= total }

  /// How many are due at `time`, those made included.
  func due(at time: SimTime) -> Int64 {
    guard let rate else { return total }
    return min(total, rate.due(after: time - start))
  }

  /// Begins a turn; returns how many it may make, at most.
  mutating func begin(at now: SimTime) -> Int {
    overdue = rate == nil ? 0 : max(due(at: now) - done, 0)
    return Int(min(due(at: now + Self.quantum) - done, Self.mostInTurn))
  }

  /// Notes that the turn made `count` of them.
  mutating func made(_ count: Int) {
    let late = min(overdue, Int64(count))
    overdue -= late
    deferred += late
    done += Int64(count)
  }

  /// Counts as made what a turn that begins now could make.
  mutating func passOver(at now: SimTime) { done = due(at: now + Self.quantum) }

  /// When the next turn begins if this one, begun now, took `elapsed`: in the quantum in which the next one is due.
  func next(after elapsed: SimDuration, at now: SimTime) -> SimTime {
    let soon = now + max(elapsed, Self.leastTurn)
    guard let rate else { return soon }
    let quanta = rate.time(of: done + 1).nanoseconds / Self.quantum.nanoseconds
    return max(soon, start + Self.quantum * quanta)
  }
}

extension Rate {
  /// How often something at this rate has happened `time` after its start.
  func due(after time: SimDuration) -> Int64 {
    Int64(clamping: Int128(time.nanoseconds) * Int128(count) / Int128(per.nanoseconds))
  }

  /// How long after its start the `number`-th happens, counted from 1, rounded up.
  func time(of number: Int64) -> SimDuration {
    .nanoseconds(
      Int64(
        clamping: (Int128(number) * Int128(per.nanoseconds) + Int128(count) - 1) / Int128(count)))
  }
}
