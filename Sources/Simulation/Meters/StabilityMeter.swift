import Glibc
import Units

/// How a guest's memory follows its goal, measured at the decisions of its selfballoon worker.
///
/// A *swing* is the way of T (the RAM that the guest has) from one turning point to the next; a turn counts once T has come
/// back by a 256th of the goal, or 8 pages. A swing that is more than twice as far as committed memory moved
/// meanwhile was not asked for by the workload. Four of those in a row, two whole periods, are hunting.
struct StabilityMeter {
  /// So many swings in a row that nobody asked for are hunting.
  static let leastSwings = 4

  /// What one decision saw.
  private struct Sight {
    var time: Int64
    var current: Int64
    var goal: Int64
    var committed: Int64
    var isFloored: Bool
  }

  private var decisions: Int64 = 0
  private var first: Int64 = 0
  private var last: Sight?
  private var gapSum: Int128 = 0
  private(set) var deepestShortfall: Int64 = 0
  /// How long, in ns, T was below its goal: from each decision that found it there to the next.
  private(set) var shortfallTime: Int64 = 0
  private(set) var overshoot: Int64 = 0

  /// Times that T took to come near a goal that had moved away, and how many there were.
  private var settlingSum: Int64 = 0
  private var settlings: Int64 = 0
  private var unsettledSince: Int64?

  /// Distances to the goal, and how much of them was gone at the next decision: above the goal, where the floor did not bind,
  /// and below it.
  private var above = (gap: Int128(0), closed: Int128(0))
  private var below = (gap: Int128(0), closed: Int128(0))

  /// Which way T goes: 1 up, -1 down, 0 not known yet; its furthest point since it turned.
  private var direction: Int64 = 0
  private var furthest: Sight?
  /// The turning point before, and the range of committed memory since the decision before it.
  private var turn: Sight?
  private var sinceTurn = Range()
  /// The range of committed memory since T was furthest: it belongs to the next swing, if T turns there.
  private var sinceFurthest = Range()
  /// The swings of the present row, and of those rows that were long enough.
  private var row = Swings()
  private var hunting = Swings()

  /// A range of committed memory.
  private struct Range {
    var least = Int64.max
    var most = Int64.min

    mutating func include(_ value: Int64) {
      least = min(least, value)
      most = max(most, value)
    }

    mutating func include(_ other: Range) {
      least = min(least, other.least)
      most = max(most, other.most)
    }

    var width: Int64 { most < least ? 0 : most - least }
  }

  /// Swings that follow one another.
  private struct Swings {
    var count: Int64 = 0
    /// The sums of their lengths, in ns, and widths, in pages.
    var time: Int64 = 0
    var width: Int64 = 0
  }

  /// Notes what a decision saw: T, its goal and committed memory, in pages; and whether the floor held its target up.
  mutating func record(
    goal: Int64, current: Int64, committed: Int64, isFloored: Bool, at now: SimTime
  ) {
    let sight = Sight(
      time: now.nanoseconds, current: current, goal: goal, committed: committed,
      isFloored: isFloored)
    if decisions == 0 { first = sight.time }
    decisions += 1
    let gap = current - goal
    gapSum += Int128(gap.magnitude)
    deepestShortfall = max(deepestShortfall, -gap)
    if let last {
      if last.current < last.goal { shortfallTime += sight.time - last.time }
      approach(from: last, to: sight)
    }
    settle(sight)
    swing(sight)
    last = sight
  }

  /// How near a guest must be to its goal to have settled, in pages: 2% of the goal, or 8.
  private static func tolerance(_ goal: Int64) -> Int64 { max(abs(goal) / 50, 8) }

  /// Whether a guest with `current` pages is so near its goal.
  static func isNear(_ current: Int64, _ goal: Int64) -> Bool {
    abs(current - goal) <= tolerance(goal)
  }

  /// What became of the distance to the goal of the decision before, and how far T went beyond it.
  private mutating func approach(from last: Sight, to sight: Sight) {
    let gap = last.current - last.goal
    if gap > 0 {
      if !last.isFloored {
        above.gap += Int128(gap)
        above.closed += Int128(last.current - sight.current)
      }
      if sight.current < last.goal { overshoot = max(overshoot, last.goal - sight.current) }
    } else if gap < 0 {
      below.gap += Int128(-gap)
      below.closed += Int128(sight.current - last.current)
      if sight.current > last.goal { overshoot = max(overshoot, sight.current - last.goal) }
    }
  }

  private mutating func settle(_ sight: Sight) {
    if !Self.isNear(sight.current, sight.goal) {
      unsettledSince = unsettledSince ?? sight.time
    } else if let start = unsettledSince {
      settlingSum += sight.time - start
      settlings += 1
      unsettledSince = nil
    }
  }

  private mutating func swing(_ sight: Sight) {
    guard let peak = furthest, let last else {
      furthest = sight
      sinceTurn.include(sight.committed)
      return
    }
    sinceFurthest.include(sight.committed)
    let move = sight.current - peak.current
    if move * direction > 0 || (direction == 0 && move != 0) {
      // Further the same way.
      if direction == 0 { direction = move.signum() }
      furthest = sight
      sinceTurn.include(sinceFurthest)
      sinceFurthest = Range()
      // What the decision before saw may have led here.
      sinceFurthest.include(last.committed)
      sinceFurthest.include(sight.committed)
    } else if abs(move) >= max(abs(sight.goal) / 256, 8) {
      endSwing(at: peak)
      turn = peak
      direction = move.signum()
      furthest = sight
      sinceTurn = sinceFurthest
      sinceFurthest = Range()
      sinceFurthest.include(last.committed)
      sinceFurthest.include(sight.committed)
    }
  }

  /// T turned at `peak`; what led there from the turn before was asked for or not.
  private mutating func endSwing(at peak: Sight) {
    guard let turn else { return }
    let width = abs(peak.current - turn.current)
    guard sinceTurn.width * 2 < width else {
      row = Swings()
      return
    }
    row.count += 1
    row.time += peak.time - turn.time
    row.width += width
    if row.count == Self.leastSwings {
      hunting.count += row.count
      hunting.time += row.time
      hunting.width += row.width
    } else if row.count > Self.leastSwings {
      hunting.count += 1
      hunting.time += peak.time - turn.time
      hunting.width += width
    }
  }
}

extension StabilityMeter {
  /// The mean distance to the goal over all decisions, in pages.
  var trackingError: Double { decisions == 0 ? 0 : Double(gapSum) / Double(decisions) }

  /// The mean time to settle, in seconds; nil if the guest never settled.
  var meanSettling: Double? {
    settlings == 0 ? nil : Double(settlingSum) / Double(settlings) / 1e9
  }

  /// How many swings hunting took; 0: the guest does not hunt.
  var huntingSwings: Int64 { hunting.count }

  /// The mean length of two swings of hunting, in seconds.
  var huntingPeriod: Double? {
    hunting.count == 0 ? nil : 2 * Double(hunting.time) / Double(hunting.count) / 1e9
  }

  /// Half the mean width of a swing of hunting, in pages.
  var huntingAmplitude: Double? {
    hunting.count == 0 ? nil : Double(hunting.width) / Double(hunting.count) / 2
  }

  /// The time in which half of a distance above the goal was gone, in seconds; nil if T never came nearer. The floor's hold does
  /// not count.
  var halfLifeDown: Double? { halfLife(above) }

  /// The time in which half of a distance below the goal was gone, in seconds; nil if T never came nearer.
  var halfLifeUp: Double? { halfLife(below) }

  private func halfLife(_ distance: (gap: Int128, closed: Int128)) -> Double? {
    guard decisions > 1, let last, distance.gap > 0, distance.closed > 0 else { return nil }
    let interval = Double(last.time - first) / Double(decisions - 1) / 1e9
    return Self.halfLife(
      every: interval, share: Double(distance.closed) / Double(distance.gap))
  }

  /// The time in which half of something is gone of which a share goes at every interval: interval * ln 2 / -ln(1 - share); 0 if all
  /// goes at once.
  static func halfLife(every interval: Double, share: Double) -> Double {
    share >= 1 ? 0 : interval * log(2) / -log1p(-share)
  }
}
