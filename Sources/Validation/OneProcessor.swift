internal import MemoryModel
internal import Units

/// Tasks that share one processor as Linux 6.1's scheduler divides it, and what they say to pressure.
///
/// Whoever had least time is first. A task that wakes up is treated as if it had had half a latency less than the least,
/// at most, and takes the processor if that is more than a granularity less than what the running one had. Otherwise
/// the tick looks, every four milliseconds. All tasks weigh the same.
///
/// Source: Linux 6.1, kernel/sched/fair.c, `place_entity()`, `wakeup_preempt_entity()`, `check_preempt_tick()`, with the
/// defaults for one CPU: latency 6 ms, least granularity 0.75 ms, wake-up granularity 1 ms; HZ 250.
struct OneProcessor {
  /// A part of what a task does.
  enum Piece {
    /// Needs the processor; nobody stalls.
    case work(SimDuration)
    /// Needs the processor, and stalls for memory.
    case reclaim(SimDuration)
    /// Sleeps so long, and `activity` is what pressure calls that; after a stall it stalls on until it has the processor.
    case sleep(SimDuration, Pressure.Activity?)
    /// Sleeps until then, or until somebody wakes it.
    case rest(SimTime)
    /// Is over.
    case exit
  }

  private struct Task {
    /// What of the processor it had, in ns, as the scheduler counts it.
    var had: Int64 = 0
    var isRunnable = false
    var wake = SimTime.endOfTime
    /// What it is to do yet, the next last.
    var pieces: [Piece] = []
    /// What is left of the piece that needs the processor, and whether it stalls in it.
    var left = SimDuration.zero
    var isStalled = false
    /// Whether it stalls besides until it has the processor, or between two pieces.
    var stallsOn = false
    /// What pressure was told.
    var activity: Pressure.Activity?
  }

  private var tasks: [Task] = []
  private var current: Int?
  private(set) var now = SimTime.zero
  /// How long the running task has had the processor without a break.
  private var slice = SimDuration.zero
  /// The least that a task had; never falls.
  private var least: Int64 = 0

  private static let latency: Int64 = 6_000_000
  private static let leastGranularity: Int64 = 750_000
  private static let wakeUpGranularity: Int64 = 1_000_000
  private static let tick: Int64 = 4_000_000

  /// Adds a task that begins at `start`, and returns its number.
  mutating func add(at start: SimTime) -> Int {
    tasks.append(Task(wake: start))
    return tasks.count - 1
  }

  /// Wakes a task that rests; nothing if it does not.
  mutating func wake(_ task: Int) {
    if !tasks[task].isRunnable { tasks[task].wake = min(tasks[task].wake, now) }
  }

  /// Whether a task sleeps or rests.
  func isAsleep(_ task: Int) -> Bool { !tasks[task].isRunnable }

  /// Lets the tasks run until `end`; `refill` says what a task does next, `tell` hears what changes for pressure.
  mutating func run(
    until end: SimTime,
    refill: (Int, inout OneProcessor) -> [Piece],
    tell: (_ old: Pressure.Activity?, _ new: Pressure.Activity?, SimTime) -> Void
  ) {
    while true {
      var next = end
      for task in tasks where !task.isRunnable { next = min(next, max(task.wake, now)) }
      if let current {
        next = min(next, now + tasks[current].left)
        if tasks.contains(where: { $0.isRunnable }) {
          let ticks = now.nanoseconds / Self.tick + 1
          next = min(next, SimTime(nanoseconds: ticks * Self.tick))
        }
      }
      let passed = next - now
      let isTick = next.nanoseconds % Self.tick == 0 && passed > .zero
      if let current {
        tasks[current].had += passed.nanoseconds
        tasks[current].left = tasks[current].left - passed
        slice += passed
      }
      now = next
      noteLeast()
      var isBusy = false
      for index in tasks.indices where !tasks[index].isRunnable && tasks[index].wake <= now {
        wakeUp(index, tell)
        isBusy = true
      }
      if let running = current, tasks[running].left == .zero {
        goOn(running, refill, tell)
        isBusy = true
      } else if isTick, let running = current, mustYield(running) {
        yield(running, tell)
      }
      // Who gets the processor may sleep at once: then it is the next one's turn.
      while current == nil, let first = firstRunnable() {
        dispatch(first, refill, tell)
        isBusy = true
      }
      if now >= end && !isBusy { return }
    }
  }

  private mutating func noteLeast() {
    var lowest = Int64.max
    for task in tasks where task.isRunnable { lowest = min(lowest, task.had) }
    if lowest != .max { least = max(least, lowest) }
  }

  private func firstRunnable(except running: Int? = nil) -> Int? {
    var first: Int?
    for (index, task) in tasks.enumerated() where task.isRunnable && index != running {
      if first.map({ task.had < tasks[$0].had }) ?? true { first = index }
    }
    return first
  }

  private mutating func wakeUp(
    _ index: Int, _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    tasks[index].isRunnable = true
    tasks[index].wake = .endOfTime
    tasks[index].left = .zero
    tasks[index].had = max(tasks[index].had, least - Self.latency / 2)
    setActivity(index, tell)
    if let current, tasks[current].had - tasks[index].had > Self.wakeUpGranularity {
      yield(current, tell)
    }
  }

  /// Whether the tick takes the processor from a task.
  private func mustYield(_ running: Int) -> Bool {
    guard let first = firstRunnable(except: running) else { return false }
    let runnable = Int64(tasks.count { $0.isRunnable })
    let ideal = max(Self.latency / runnable, Self.leastGranularity)
    if slice.nanoseconds > ideal { return true }
    if slice.nanoseconds < Self.leastGranularity { return false }
    return tasks[running].had - tasks[first].had > ideal
  }

  private mutating func yield(
    _ running: Int, _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    current = nil
    setActivity(running, tell)
  }

  private mutating func dispatch(
    _ index: Int, _ refill: (Int, inout OneProcessor) -> [Piece],
    _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    current = index
    slice = .zero
    if tasks[index].left > .zero { return setActivity(index, tell) }
    goOn(index, refill, tell)
  }

  /// The running task is through with a piece: its next.
  private mutating func goOn(
    _ index: Int, _ refill: (Int, inout OneProcessor) -> [Piece],
    _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    tasks[index].stallsOn = false
    while true {
      if tasks[index].pieces.isEmpty { tasks[index].pieces = refill(index, &self).reversed() }
      guard let piece = tasks[index].pieces.popLast() else { continue }
      switch piece {
      case .work(let time), .reclaim(let time):
        if time <= .zero { continue }
        tasks[index].left = time
        if case .reclaim = piece {
          tasks[index].isStalled = true
        } else {
          tasks[index].isStalled = false
        }
        return setActivity(index, tell)
      case .sleep(let time, let activity):
        sleep(index, until: now + time, activity, tell)
      case .rest(let time): sleep(index, until: time, nil, tell)
      case .exit: sleep(index, until: .endOfTime, nil, tell)
      }
      return
    }
  }

  private mutating func sleep(
    _ index: Int, until time: SimTime, _ activity: Pressure.Activity?,
    _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    tasks[index].isRunnable = false
    tasks[index].wake = time
    tasks[index].isStalled = false
    tasks[index].stallsOn = activity == .stalls || activity == .stallsForDisk
    current = nil
    set(activity, of: index, tell)
  }

  /// What a runnable task does, as pressure sees it.
  private mutating func setActivity(
    _ index: Int, _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    let isStalled = tasks[index].isStalled || tasks[index].stallsOn
    set(
      isStalled ? (current == index ? .reclaims : .stalls) : .works, of: index, tell)
  }

  private mutating func set(
    _ activity: Pressure.Activity?, of index: Int,
    _ tell: (Pressure.Activity?, Pressure.Activity?, SimTime) -> Void
  ) {
    if tasks[index].activity == activity { return }
    tell(tasks[index].activity, activity, now)
    tasks[index].activity = activity
  }
}
