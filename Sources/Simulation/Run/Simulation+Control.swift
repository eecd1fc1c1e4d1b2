import MemoryModel
import Policies
import SimulationEngine
import Units

extension Simulation {
  /// What one run of the worker takes besides a shrink.
  ///
  /// Assumed: 10 us, a hypercall and some arithmetic; with an interval of 0 it bounds the rate.
  static let workerRunTime = SimDuration.microseconds(10)

  /// The selfballoon worker starts: decides, sets the target, begins a shrink.
  mutating func startWorker(_ index: Int) throws {
    if guests[index].isDead { return }
    if guests[index].workerRun != nil {
      guests[index].isWorkerOverdue = true
      return
    }
    if holdWorkerUp(index) { return }
    guests[index].kernel.begin(at: now)
    guard guests[index].driver != nil else { return }
    let observation = guests[index].observation
    var decision = WorkerDecision()
    var isBalloonDue = false
    guests[index].driver?.beginRun(observation, into: &decision)
    guests[index].invocations += 1
    if let part = decision.balloon, let outcome = part.outcome {
      guests[index].goal = Int64(truncatingIfNeeded: part.goal)
      guests[index].target = Int64(truncatingIfNeeded: outcome.target)
      guests[index].meter.stability.record(
        goal: guests[index].goal, current: Int64(truncatingIfNeeded: part.current),
        committed: Int64(truncatingIfNeeded: part.committed),
        isFloored: outcome.target != outcome.unflooredTarget, at: now)
      noteSettling(
        index, current: Int64(truncatingIfNeeded: part.current),
        isFloored: outcome.target != outcome.unflooredTarget)
      isBalloonDue = guests[index].kernel.setBalloonTarget(outcome.balloonTarget)
    }
    let decided = now + Self.workerRunTime
    if let fault = decision.fault {
      try recordWorker(index, decision, start: now, end: now)
      try emit(
        .kernelOops, guest: index,
        [("reason", .text(fault.rawValue)), ("in", .text("selfballoon worker"))])
    } else if let target = decision.shrink?.shrinkTarget,
      let shrink = guests[index].kernel.beginShrink(
        to: PageCount(Int(clamping: target)),
        allMeansNothing: !guests[index].spec.driver.canShrinkToZero)
    {
      guests[index].workerRun = SimulatedGuest.WorkerRun(
        start: now, decision: decision, shrink: shrink)
      queue.schedule(.shrink(guest: UInt16(index)), at: decided, in: .controller)
    } else {
      try recordWorker(index, decision, start: now, end: decided)
      requeueWorker(index, at: decided)
    }
    if isBalloonDue { try startBalloonNow(index) }
  }

  /// The worker goes on with its shrink, or ends.
  mutating func continueShrink(_ index: Int) throws {
    guard !guests[index].isDead, var run = guests[index].workerRun else { return }
    if run.isShrinkOver { return try endShrink(index, run) }
    guests[index].kernel.begin(at: now)
    let before = run.shrink.shrunk
    let progress = guests[index].kernel.continueShrink(&run.shrink, &host)
    guests[index].meter.shrunk += Int64(run.shrink.shrunk - before)
    run.isShrinkOver = progress == .ended
    guests[index].workerRun = run
    schedule(
      .shrink(guest: UInt16(index)), after: max(guests[index].kernel.elapsed, Pace.leastTurn),
      .controller)
    try followUp(index)
  }

  /// A run of the worker that shrank ends; if its time has come meanwhile, it starts again.
  private mutating func endShrink(_ index: Int, _ run: SimulatedGuest.WorkerRun) throws {
    try recordWorker(index, run)
    guests[index].workerRun = nil
    requeueWorker(index, at: now)
    if guests[index].isWorkerOverdue {
      guests[index].isWorkerOverdue = false
      try startWorker(index)
    }
  }

  /// The worker's run ends at `end`: it is queued again, if a part of it ran.
  private mutating func requeueWorker(_ index: Int, at end: SimTime) {
    guard let delay = guests[index].driver?.endRun() else { return }
    schedule(.worker(guest: UInt16(index)), afterJiffies: delay, since: end, .controller)
  }

  /// Tells the observer of a run of the worker that shrank, over or not.
  mutating func recordWorker(_ index: Int, _ run: SimulatedGuest.WorkerRun) throws {
    try recordWorker(
      index, run.decision, start: run.start, end: now, shrunk: Int64(run.shrink.shrunk))
  }

  @inline(__always)
  private func recordWorker(
    _ index: Int, _ decision: WorkerDecision, start: SimTime, end: SimTime, shrunk: Int64 = 0
  ) throws {
    guard let observer else { return }
    try observer.worker(
      WorkerRecord(
        guest: index, invocation: guests[index].invocations, time: start, decision: decision,
        shrunk: shrunk, runTime: end - start))
  }

  /// Notes the first time that memory is near its goal, or near its target where the floor holds that up.
  @inline(__always)
  private mutating func noteSettling(_ index: Int, current: Int64, isFloored: Bool) {
    if guests[index].meter.hasSettled { return }
    let aim = isFloored ? guests[index].target : guests[index].goal
    if StabilityMeter.isNear(current, aim) { guests[index].meter.settle() }
  }

  /// Starts the balloon worker as the last thing of an event, without the queue if nothing else is due now.
  private mutating func startBalloonNow(_ index: Int) throws {
    let event = SimulationEvent.balloonStart(guest: UInt16(index))
    if queue.nextTime > now {
      takeUp(event, at: now)
      try startBalloon(index)
    } else {
      schedule(event, after: .zero, .balloon)
    }
  }

  /// The balloon worker starts, at once or after a back-off.
  @inline(__always)
  mutating func startBalloon(_ index: Int) throws {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    try follow(index, guests[index].kernel.startBalloonWorker(&host))
  }

  /// A batch of the balloon worker is through.
  mutating func finishBalloonBatch(_ index: Int) throws {
    if guests[index].isDead { return }
    try follow(index, endBatch(index))
  }

  /// Ends the batch under way now, and says how the worker goes on.
  @inline(__always)
  private mutating func endBatch(_ index: Int) -> BalloonStep {
    guests[index].kernel.begin(at: now)
    let before = guests[index].kernel.balloonCurrent.pages
    let step = guests[index].kernel.finishBatch(&host)
    let moved = guests[index].kernel.balloonCurrent.pages - before
    guests[index].meter.moved(moved, held: host.held(by: index), at: now)
    // A try that came back without a page.
    let missing = moved == 0 ? max(guests[index].kernel.balloonCredit, 0) : 0
    if missing > 0 || guests[index].meter.isUngranted {
      guests[index].meter.note(ungranted: missing, at: now)
    }
    return step
  }

  /// Follows the balloon worker through its batches as long as nothing but ticks happens before they end, for such
  /// batches need no queue; then queues what comes next.
  private mutating func follow(_ index: Int, _ first: BalloonStep) throws {
    let event = SimulationEvent.balloonBatch(guest: UInt16(index))
    let limit = min(queue.nextTime + .nanoseconds(-1), end)
    var step = first
    while case .batch(let time) = step, !guests[index].kernel.needsAttention {
      let done = now + time
      if done > limit { break }
      if nextTick < done {
        while nextTick < done, nextTick <= horizon { try takeOneTick() }
        if nextTick < done { break }
        takeUp(event, at: done)
      } else {
        // More that fit before anything else happens are ended together, but for the last.
        let room = min(limit, nextTick) - done
        if room >= time {
          repeatBatch(index, atMost: Int(room.nanoseconds / time.nanoseconds), lasting: time)
        }
        takeUp(event, at: now + time)
      }
      step = endBatch(index)
      checkInvariants()
    }
    if step == .done { return try followUp(index) }
    try queueBalloon(index, step)
  }

  /// Lets batches end that are like the one under way.
  @inline(__always)
  private mutating func repeatBatch(_ index: Int, atMost count: Int, lasting time: SimDuration) {
    let before = guests[index].kernel.balloonCurrent.pages
    let ended = guests[index].kernel.repeatBatch(atMost: count, lasting: time, &host)
    if ended == 0 { return }
    now = now + time * Int64(ended)
    events += Int64(ended)
    let moved = guests[index].kernel.balloonCurrent.pages - before
    guests[index].meter.moved(
      moved / ended, times: ended, lasting: time, held: host.held(by: index), at: now)
    eventPrint.combine(UInt64(bitPattern: now.nanoseconds) ^ UInt64(ended) << 48)
  }

  /// Queues the end of the batch under way, or the next try, and tells of what went wrong.
  private mutating func queueBalloon(_ index: Int, _ step: BalloonStep) throws {
    let guest = UInt16(index)
    switch step {
    case .batch(let time): schedule(.balloonBatch(guest: guest), after: time, .balloon)
    case .retry(let delay):
      guests[index].meter.backoffs += 1
      let seconds = delay.nanoseconds / SimDuration.seconds(1).nanoseconds
      schedule(
        .balloonStart(guest: guest), afterJiffies: UInt64(seconds) * UInt64(Jiffies.perSecond),
        .balloon)
      try emit(.balloonBackoff, guest: index, [("retry_after_s", .number(seconds))])
    case .cancelled(noMorePages: false): try emit(.balloonCancelled, guest: index)
    case .cancelled(noMorePages: true): try emit(.balloonNoMorePages, guest: index)
    case .done: break
    }
    try followUp(index)
  }

  /// An order from outside, by its place in the scenario.
  mutating func carryOut(_ index: Int) throws {
    let order = scenario.events[index]
    if case .fault(let fault, let duration) = order.action {
      return try beginFault(fault, order: index, for: duration)
    }
    if guests[order.guest].isDead { return }
    switch order.action {
    case .write(let writes):
      for write in writes { try writeSysfs(order.guest, write.attribute, write.text) }
    case .balloonTarget(let target):
      try emit(
        .balloonTarget, guest: order.guest, [("target_pages", .number(Int64(target.pages)))])
      if guests[order.guest].kernel.setBalloonTarget(UInt64(target.pages)) {
        try startBalloonNow(order.guest)
      }
    case .dropCaches:
      guests[order.guest].kernel.begin(at: now)
      let dropped = guests[order.guest].kernel.dropCaches(&host)
      try emit(.dropCaches, guest: order.guest, [("pages", .number(Int64(dropped.pages)))])
    case .fault: break
    }
  }

  /// A write to one of the driver's attributes, as root.
  mutating func writeSysfs(_ index: Int, _ attribute: String, _ text: String) throws {
    guard var driver = guests[index].driver else {
      return try emit(
        .sysfsWrite, guest: index,
        [
          ("attribute", .text(attribute)), ("text", .text(text)),
          ("status", .text(SelfBalloonDriver.WriteStatus.noAttribute.rawValue)),
        ])
    }
    let outcome = driver.write(attribute, text: Array(text.utf8))
    guests[index].driver = driver
    if let delay = outcome.queuedDelay {
      schedule(.worker(guest: UInt16(index)), afterJiffies: delay, .controller)
    }
    try emit(
      .sysfsWrite, guest: index,
      [
        ("attribute", .text(attribute)), ("text", .text(text)),
        ("status", .text(outcome.status.rawValue)),
      ])
  }
}
