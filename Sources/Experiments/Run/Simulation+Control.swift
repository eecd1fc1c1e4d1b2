import Controllers
import MemoryModel
import SimulationEngine

extension Simulation {
  /// What one run of the worker takes besides a shrink.
  ///
  /// Assumed: 10 us, a hypercall and some arithmetic; with an interval of 0 it bounds the rate.
  static let workerRunTime: Int64 = 10_000

  /// The selfballoon worker starts: decides, sets the target, begins a shrink.
  mutating func startWorker(_ index: Int) throws {
    if guests[index].isDead { return }
    if guests[index].workerRun != nil {
      guests[index].isWorkerOverdue = true
      return
    }
    if holdWorkerUp(index) { return }
    guests[index].kernel.begin(at: now)
    let observation = guests[index].observation
    guard let decision = guests[index].driver?.beginRun(observation) else { return }
    guests[index].invocations += 1
    var run = SimulatedGuest.WorkerRun(start: now, decision: decision, shrink: nil)
    if let part = decision.balloon, let outcome = part.outcome {
      guests[index].goal = Int64(truncatingIfNeeded: part.goal)
      guests[index].target = Int64(truncatingIfNeeded: outcome.target)
      guests[index].meter.record(
        goal: guests[index].goal, current: Int64(truncatingIfNeeded: part.current), at: now)
      setBalloonTarget(index, outcome.balloonTarget)
    }
    if let fault = decision.fault {
      guests[index].workerRun = run
      try recordWorker(index)
      guests[index].workerRun = nil
      return try emit(
        .kernelOops, guest: index,
        [("reason", .text(fault.rawValue)), ("in", .text("selfballoon worker"))])
    }
    if let target = decision.shrink?.shrinkTarget {
      run.shrink = guests[index].kernel.beginShrink(
        to: PageCount(Int(clamping: target)),
        allMeansNothing: !guests[index].spec.driver.canShrinkToZero)
    }
    guests[index].workerRun = run
    schedule(.shrink(guest: UInt16(index)), after: Self.workerRunTime, .controller)
  }

  /// The worker goes on with its shrink, or ends.
  mutating func continueShrink(_ index: Int) throws {
    guard !guests[index].isDead, var run = guests[index].workerRun else { return }
    guard var shrink = run.shrink, !run.isShrinkOver else { return try endWorker(index) }
    guests[index].kernel.begin(at: now)
    let before = shrink.shrunk
    let progress = guests[index].kernel.continueShrink(&shrink, &host)
    guests[index].meter.shrunk += Int64(shrink.shrunk - before)
    run.shrink = shrink
    run.isShrinkOver = progress == .ended
    guests[index].workerRun = run
    schedule(
      .shrink(guest: UInt16(index)), after: max(guests[index].kernel.elapsed, 1_000), .controller)
    try settle(index)
  }

  /// The worker ends and is queued again, if a part of it ran.
  private mutating func endWorker(_ index: Int) throws {
    try recordWorker(index)
    guests[index].workerRun = nil
    if let delay = guests[index].driver?.endRun() {
      schedule(.worker(guest: UInt16(index)), afterJiffies: delay, .controller)
    }
    if guests[index].isWorkerOverdue {
      guests[index].isWorkerOverdue = false
      try startWorker(index)
    }
  }

  /// Tells the observer of the run of the worker that is under way.
  mutating func recordWorker(_ index: Int) throws {
    guard let observer, let run = guests[index].workerRun else { return }
    try observer.worker(
      WorkerRecord(
        guest: index, invocation: guests[index].invocations, time: run.start,
        decision: run.decision, shrunk: Int64(run.shrink?.shrunk ?? 0), runTime: now - run.start))
  }

  /// Gives the balloon driver a target, in pages of the domain.
  mutating func setBalloonTarget(_ index: Int, _ target: UInt64) {
    if guests[index].kernel.setBalloonTarget(target) {
      schedule(.balloonStart(guest: UInt16(index)), after: 0, .balloon)
    }
  }

  /// The balloon worker starts, at once or after a back-off.
  mutating func startBalloon(_ index: Int) throws {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    try follow(index, guests[index].kernel.startBalloonWorker(&host))
  }

  /// A batch of the balloon worker is through.
  mutating func finishBalloonBatch(_ index: Int) throws {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    let before = guests[index].kernel.balloonCurrent.pages
    let step = guests[index].kernel.finishBatch(&host)
    guests[index].meter.moved(
      guests[index].kernel.balloonCurrent.pages - before, held: host.held(by: index), at: now)
    try follow(index, step)
  }

  private mutating func follow(_ index: Int, _ step: BalloonStep) throws {
    let guest = UInt16(index)
    switch step {
    case .batch(let nanoseconds):
      schedule(.balloonBatch(guest: guest), after: nanoseconds, .balloon)
    case .retry(let seconds):
      guests[index].meter.backoffs += 1
      schedule(
        .balloonStart(guest: guest), afterJiffies: UInt64(seconds) * UInt64(Jiffies.perSecond),
        .balloon)
      try emit(.balloonBackoff, guest: index, [("retry_after_s", .number(seconds))])
    case .cancelled(noMorePages: false): try emit(.balloonCancelled, guest: index)
    case .cancelled(noMorePages: true): try emit(.balloonNoMorePages, guest: index)
    case .done: break
    }
    try settle(index)
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
      setBalloonTarget(order.guest, UInt64(target.pages))
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
