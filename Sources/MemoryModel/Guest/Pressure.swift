public import Units

/// How long tasks of a guest stood still for want of memory, and for its disks: what /proc/pressure/memory and io say.
///
/// It is told what every task does from when to when, as far as that matters, and adds up moment by moment: `some` while
/// at least one task stalls, `full` while besides nobody gets on. It goes by one processor, as `Docs/model.md` says.
///
/// An interval may lie ahead of the clock, and intervals may come in any order, but none begins before the instant at
/// which it is told of. Each costs O(1) where few are open, and nothing happens in between.
///
/// Source: Linux 6.1.192, kernel/sched/psi.c; Docs/kernel.md 6.11.
public struct Pressure: Sendable {
  /// What a task does, as far as pressure goes by it.
  public enum Activity: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    /// It stalls for memory and has the processor: it reclaims.
    case reclaims
    /// It stalls for memory and waits, for the processor or for a timer.
    case stalls
    /// It stalls for memory because it waits for a disk to read a page that was in use.
    case stallsForDisk
    /// It waits for a disk, and memory is not to blame.
    case waitsForDisk
    /// It has the processor or waits for it, and does not stall.
    case works
  }

  /// The totals of one resource.
  public typealias Totals = PressureAverages.Totals

  /// Pages of files, and anonymous ones, that came back within the workingset and had been active before they were evicted.
  ///
  /// `workingset_restore_file` and `workingset_restore_anon`.
  public internal(set) var restores = (file: Int64(0), anon: Int64(0))

  /// When an interval begins or ends.
  private struct Edge: BitwiseCopyable {
    var time: SimTime
    var change: Int32
    var activity: Activity
  }

  /// What one task does, as long as nothing else lies beside it: most intervals never become edges.
  private struct Interval: BitwiseCopyable {
    var start = SimTime.zero
    var end = SimTime.zero
    var activity = Activity.works

    @inline(__always)
    func overlaps(from start: SimTime, to end: SimTime) -> Bool {
      self.start < end && start < self.end
    }
  }

  /// A stall or a wait that is not booked yet, and work; they do not overlap. None: the end is not after the clock.
  private var lone = Interval()
  private var work = Interval()
  /// The edges that the clock has not come to, in the order of their times: those from `passed` up to `filled`.
  private var edges: [Edge] = []
  private var passed = 0
  private var filled = 0
  /// How many tasks do what at `clock`, and all of them together.
  private var tasks = InlineArray<5, Int32>(repeating: 0)
  private var open: Int32 = 0
  /// How far everything is added up.
  private var clock = SimTime.zero
  private var memoryTotals = Totals()
  private var diskTotals = Totals()
  private var memoryAverages: PressureAverages
  private var diskAverages: PressureAverages
  /// When the averages are next brought up to date.
  private var nextUpdate: SimTime

  /// Nothing stalled yet in a guest that boots now.
  public init(_ timers: KernelTimers) {
    memoryAverages = PressureAverages(timers)
    diskAverages = memoryAverages
    nextUpdate = SimTime(nanoseconds: Int64(memoryAverages.nextUpdate))
  }

  /// Whether anything was ever told of: before that, what tasks do needs not be.
  public private(set) var hasBegun = false

  /// One more task does this from now on. `now` never falls.
  public mutating func begin(_ activity: Activity, at now: SimTime) {
    hasBegun = true
    pass(to: now)
    change(activity, by: 1)
  }

  /// One task less does this from now on.
  public mutating func end(_ activity: Activity, at now: SimTime) {
    pass(to: now)
    change(activity, by: -1)
  }

  private mutating func change(_ activity: Activity, by change: Int32) {
    tasks[Int(activity.rawValue)] += change
    open += change
  }

  /// A task does this from `start` to `end`; it is told of at `now`, which is not later than `start` and never falls.
  @inline(__always)
  public mutating func add(
    _ activity: Activity, from start: SimTime, to end: SimTime, toldAt now: SimTime
  ) {
    if end <= start { return }
    hasBegun = true
    if passed != filled || open != 0 || !addAlone(activity, from: start, to: end, toldAt: now) {
      addBeside(activity, from: start, to: end, toldAt: now)
    }
  }

  /// Keeps an interval without edges, if nothing that is known lies beside it.
  @inline(__always)
  private mutating func addAlone(
    _ activity: Activity, from start: SimTime, to end: SimTime, toldAt now: SimTime
  ) -> Bool {
    if activity == .works {
      if lone.overlaps(from: start, to: end) { return false }
      if work.end <= now {
        work = Interval(start: start, end: end)
      } else if work.overlaps(from: start, to: end) {
        // Who works beside who works changes nothing.
        work.start = min(work.start, start)
        work.end = max(work.end, end)
      } else {
        return false
      }
      return true
    }
    if lone.end > now || work.overlaps(from: start, to: end) { return false }
    if !bookLone() { return false }
    lone = Interval(start: start, end: end, activity: activity)
    return true
  }

  /// Adds up the lone interval, which is over; false if the averages are due before it ends.
  @inline(__always)
  private mutating func bookLone() -> Bool {
    if lone.end <= clock { return true }
    if lone.end >= nextUpdate { return false }
    let length = UInt64((lone.end - lone.start).nanoseconds)
    if lone.activity != .waitsForDisk {
      memoryTotals.some &+= length
      memoryTotals.full &+= length
    }
    if lone.activity == .waitsForDisk || lone.activity == .stallsForDisk {
      diskTotals.some &+= length
      diskTotals.full &+= length
    }
    clock = lone.end
    return true
  }

  /// Adds an interval beside others, as two edges.
  @inline(never)
  private mutating func addBeside(
    _ activity: Activity, from start: SimTime, to end: SimTime, toldAt now: SimTime
  ) {
    spill()
    passEdges(to: now)
    if passed == filled && open == 0 && addAlone(activity, from: start, to: end, toldAt: now) {
      return
    }
    insert(start, end, activity)
  }

  /// Makes edges of what was kept without.
  private mutating func spill() {
    if lone.end > clock { insert(max(lone.start, clock), lone.end, lone.activity) }
    if work.end > clock { insert(max(work.start, clock), work.end, .works) }
    lone.end = .zero
    work.end = .zero
  }

  /// /proc/pressure/memory at `now`: totals in ns. What is under way counts up to now.
  public func memory(at now: SimTime) -> Totals { passed(to: now).memoryTotals }

  /// /proc/pressure/io at `now`: totals in ns.
  public func disk(at now: SimTime) -> Totals { passed(to: now).diskTotals }

  /// The averages of /proc/pressure/memory as they were last brought up to date by `now`.
  public func memoryAverages(at now: SimTime) -> PressureAverages {
    passed(to: now).memoryAverages
  }

  /// The averages of /proc/pressure/io as they were last brought up to date by `now`.
  public func diskAverages(at now: SimTime) -> PressureAverages { passed(to: now).diskAverages }

  private func passed(to now: SimTime) -> Pressure {
    var copy = self
    copy.pass(to: now)
    return copy
  }

  private mutating func insert(_ start: SimTime, _ end: SimTime, _ activity: Activity) {
    insert(Edge(time: start, change: 1, activity: activity))
    insert(Edge(time: end, change: -1, activity: activity))
  }

  /// Puts an edge where it belongs: nearly always at or near the end.
  @inline(__always)
  private mutating func insert(_ edge: Edge) {
    if passed == filled {
      passed = 0
      filled = 0
    } else if passed >= Self.mostPassed {
      edges.removeFirst(passed)
      filled -= passed
      passed = 0
    }
    if filled == edges.count { edges.append(edge) }
    let (first, last) = (passed, filled)
    edges.withUnsafeMutableBufferPointer { edges in
      var place = last
      while place > first && edges[place - 1].time > edge.time {
        edges[place] = edges[place - 1]
        place -= 1
      }
      edges[place] = edge
    }
    filled += 1
  }

  /// How many edges that are done with are kept at most, so that moving the others is rare.
  private static var mostPassed: Int { 64 }

  /// Takes the edges up to `time`.
  @inline(__always)
  private mutating func passEdges(to time: SimTime) {
    while passed < filled, edges[passed].time <= time {
      let edge = edges[passed]
      advance(to: edge.time)
      change(edge.activity, by: edge.change)
      passed += 1
    }
  }

  /// Takes all that happens up to `time`, which is not before the clock.
  private mutating func pass(to time: SimTime) {
    spill()
    passEdges(to: time)
    advance(to: time)
  }

  /// Moves the clock on; between two edges everybody does the same.
  @inline(__always)
  private mutating func advance(to time: SimTime) {
    if time >= nextUpdate { updateAverages(upTo: time) }
    count(to: time)
  }

  /// How many tasks do this at the clock.
  @inline(__always)
  private func tasks(_ activity: Activity) -> Int32 { tasks[Int(activity.rawValue)] }

  /// Adds up what the tasks do from the clock to `time`.
  @inline(__always)
  private mutating func count(to time: SimTime) {
    if time <= clock { return }
    let length = UInt64((time - clock).nanoseconds)
    clock = time
    if open == 0 { return }
    let reclaims = tasks(.reclaims) != 0
    let waits = tasks(.stallsForDisk) != 0
    let stalls = waits || tasks(.stalls) != 0
    let disk = waits || tasks(.waitsForDisk) != 0
    let isStill = tasks(.works) == 0
    if reclaims || stalls {
      memoryTotals.some &+= length
      if reclaims || isStill { memoryTotals.full &+= length }
    }
    if disk {
      diskTotals.some &+= length
      // Who waits for the processor in memstall can only wait for somebody who has it.
      if isStill && !reclaims { diskTotals.full &+= length }
    }
  }

  /// The kernel's worker brings the averages up to date, about every two seconds.
  ///
  /// Through a time in which all of them are 0 and nobody stalls it sleeps, and catches up at once.
  @inline(never)
  private mutating func updateAverages(upTo time: SimTime) {
    while nextUpdate <= time {
      var due = nextUpdate
      if isAtRest {
        let periods = (time - due).nanoseconds / Int64(memoryAverages.period)
        due = due + .nanoseconds(Int64(memoryAverages.period)) * periods
      }
      count(to: due)
      _ = memoryAverages.collect(memoryTotals, at: due)
      _ = diskAverages.collect(diskTotals, at: due)
      nextUpdate = SimTime(nanoseconds: Int64(memoryAverages.nextUpdate))
    }
  }

  /// Whether nobody stalls, and nothing of what did shows in the averages or is still to be averaged.
  private var isAtRest: Bool {
    let none = PressureAverages.Averages()
    return open == tasks(.works) && memoryAverages.some == none && diskAverages.some == none
      && memoryAverages.averaged == memoryTotals && diskAverages.averaged == diskTotals
  }
}
