import MemoryModel
import Policies
import SimulationEngine
import Units

extension Simulation {
  /// Starts the balloon worker as the last thing of an event, without the queue if nothing else is due now.
  mutating func startBalloonNow(_ index: Int) throws {
    let event = balloonStart(index)
    if queue.nextTime > now {
      takeUp(event, at: now)
      try startBalloon(index)
    } else {
      schedule(event, after: .zero, .balloon)
    }
  }

  /// The start of a guest's balloon worker, which is void if its thread wakes before.
  func balloonStart(_ index: Int) -> SimulationEvent {
    .balloonStart(guest: UInt16(index), sleep: guests[index].kernel.balloonSleep)
  }

  /// How long the balloon's thread sleeps after it has given up. Source: Docs/kernel.md 2.9.
  private static let longSleep: UInt32 = 3_600

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
    if case .done = step { return try followUp(index) }
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
        balloonStart(index), of: index,
        afterJiffies: guests[index].kernel.timers.jiffies(seconds: UInt32(seconds)), since: now,
        .balloon)
      try emit(.balloonBackoff, guest: index, [("retry_after_s", .number(seconds))])
    case .cancelled(noMorePages: false):
      if guests[index].kernel.balloonSleep != 0 {
        schedule(
          balloonStart(index), of: index,
          afterJiffies: guests[index].kernel.timers.jiffies(seconds: Self.longSleep), since: now,
          .balloon)
      }
      try emit(.balloonCancelled, guest: index)
    case .cancelled(noMorePages: true): try emit(.balloonNoMorePages, guest: index)
    case .added(let delay):
      let seconds = delay.nanoseconds / SimDuration.seconds(1).nanoseconds
      schedule(
        balloonStart(index), of: index,
        afterJiffies: guests[index].kernel.timers.jiffies(seconds: UInt32(seconds)), since: now,
        .balloon)
      try emit(.balloonNoMorePages, guest: index)
    case .done: break
    }
    try followUp(index)
  }

  /// Queues the next look at a guest's free pages, if it reports them: a delayed work of its kernel.
  mutating func scheduleReporting(_ index: Int, since time: SimTime) {
    guard let delay = guests[index].kernel.reportingDelay else { return }
    let jiffies = guests[index].kernel.timers.jiffies(
      seconds: UInt32(delay.nanoseconds / SimDuration.seconds(1).nanoseconds))
    schedule(
      .freePageReport(guest: UInt16(index)), of: index, afterJiffies: jiffies, since: time, .memory)
  }

  /// A guest looks at its free pages, and tells the host of those that it may discard.
  mutating func reportFreePages(_ index: Int) {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    let time = guests[index].kernel.reportFreePages(&host)
    guests[index].meter.hold(host.held(by: index), at: now)
    scheduleReporting(index, since: now + time)
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
      for write in writes { try self.write(order.guest, write.attribute, write.text) }
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
}
