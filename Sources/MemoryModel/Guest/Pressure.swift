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
  public enum Activity: Int, BitwiseCopyable, CaseIterable, Sendable {
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
    var activity: Activity
    var change: Int32
  }

  /// The edges that the clock has not come to, in the order of their times, behind `passed` others.
  private var edges: [Edge] = []
  private var passed = 0
  /// How many tasks do what at `clock`.
  private var tasks = InlineArray<5, Int32>(repeating: 0)
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
    tasks[activity.rawValue] += 1
  }

  /// One task less does this from now on.
  public mutating func end(_ activity: Activity, at now: SimTime) {
    pass(to: now)
    tasks[activity.rawValue] -= 1
  }

  /// A task does this from `start` to `end`; it is told of at `now`, which is not later than `start` and never falls.
  public mutating func add(
    _ activity: Activity, from start: SimTime, to end: SimTime, toldAt now: SimTime
  ) {
    if end <= start { return }
    hasBegun = true
    passEdges(to: now)
    insert(Edge(time: start, activity: activity, change: 1))
    insert(Edge(time: end, activity: activity, change: -1))
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

  /// Puts an edge where it belongs: nearly always at or near the end.
  @inline(__always)
  private mutating func insert(_ edge: Edge) {
    var place = edges.count
    while place > passed && edges[place - 1].time > edge.time { place -= 1 }
    if place == edges.count { edges.append(edge) } else { edges.insert(edge, at: place) }
  }

  /// Takes the edges up to `time`.
  @inline(__always)
  private mutating func passEdges(to time: SimTime) {
    while passed < edges.count, edges[passed].time <= time {
      let edge = edges[passed]
      advance(to: edge.time)
      tasks[edge.activity.rawValue] += edge.change
      passed += 1
    }
    if passed == edges.count {
      edges.removeAll(keepingCapacity: true)
      passed = 0
    } else if passed >= Self.mostPassed {
      edges.removeFirst(passed)
      passed = 0
    }
  }

  /// How many edges that are done with are kept at most, so that moving the others is rare.
  private static var mostPassed: Int { 64 }

  /// Takes all that happens up to `time`, which is not before the clock.
  private mutating func pass(to time: SimTime) {
    passEdges(to: time)
    advance(to: time)
  }

  /// Moves the clock on; between two edges everybody does the same.
  @inline(__always)
  private mutating func advance(to time: SimTime) {
    if time >= nextUpdate { updateAverages(upTo: time) }
    count(to: time)
  }

  /// Adds up what the tasks do from the clock to `time`.
  @inline(__always)
  private mutating func count(to time: SimTime) {
    if time <= clock { return }
    let length = UInt64((time - clock).nanoseconds)
    clock = time
    let reclaims = tasks[Activity.reclaims.rawValue] != 0
    let waits = tasks[Activity.stallsForDisk.rawValue] != 0
    let stalls = waits || tasks[Activity.stalls.rawValue] != 0
    let disk = waits || tasks[Activity.waitsForDisk.rawValue] != 0
    let isStill = tasks[Activity.works.rawValue] == 0
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
    return tasks[Activity.reclaims.rawValue] == 0 && tasks[Activity.stalls.rawValue] == 0
      && tasks[Activity.stallsForDisk.rawValue] == 0 && tasks[Activity.waitsForDisk.rawValue] == 0
      && memoryAverages.some == none && diskAverages.some == none
      && memoryAverages.averaged == memoryTotals && diskAverages.averaged == diskTotals
  }
}
