public import Units

/// What the balloon worker does next.
public enum BalloonStep: Hashable, Sendable {
  /// The batch under way ends after so long; call again then.
  case batch(SimDuration)
  /// A try failed: the worker is queued again after so many whole seconds.
  case retry(after: SimDuration)
  /// Memory was added, and is online after so many whole seconds: the thread goes on then.
  case added(SimDuration)
  /// Given up until the next target; `noMorePages`: because no page is ballooned out. A thread tries again after an hour.
  case cancelled(noMorePages: Bool)
  /// At its target.
  case done
}

extension GuestKernel {
  /// `current_pages`, B.
  public var balloonCurrent: PageCount { PageCount(balloon.current) }
  /// `target_pages` as the driver stores it.
  public var balloonTarget: UInt64 { balloon.target }
  /// What is missing to the target; negative above it.
  public var balloonCredit: Int64 { balloon.credit }
  /// `retry_count` and `schedule_delay`: tries so far, and the time until the next.
  public var balloonTries: (count: Int, delay: SimDuration) {
    (balloon.retryCount, balloon.scheduleDelay)
  }
  /// Pages on the ballooned list.
  public var ballooned: PageCount { PageCount(balloon.ballooned) }

  /// balloon_set_new_target(): sets the target. Returns whether the worker is to be started now.
  ///
  /// While a back-off timer runs only the target changes, but for a thread, which a changed credit wakes: what it waited for is
  /// void then (`balloonSleep`). Source: Docs/kernel.md 2.2, 2.9.
  public mutating func setBalloonTarget(_ target: UInt64) -> Bool {
    balloon.target = target
    if balloon.isThread { return balloon.wake() }
    switch balloon.work {
    case .idle:
      balloon.work = .pending
      return true
    case .running:
      balloon.work = .runningAndPending
      return false
    case .pending, .runningAndPending:
      return false
    }
  }

  /// balloon_process(), its beginning: the work queue starts the worker.
  public mutating func startBalloonWorker(_ host: inout Host) -> BalloonStep {
    precondition(balloon.work == .pending, "the balloon worker was not queued")
    balloon.work = .running
    // A thread goes on with the state in which it fell asleep.
    if balloon.isThread { return startPass(&host) }
    balloon.outcome = .done
    return startBatch(&host)
  }

  /// The number of the thread's sleep: a start that was scheduled for another sleep is void. Always 0 of a worker.
  public var balloonSleep: UInt32 { balloon.sleep }

  /// Whether the worker is to start now, by a start that was scheduled when `balloonSleep` was `number`.
  public mutating func balloonIsDue(_ number: UInt32) -> Bool { balloon.isDue(number) }

  /// balloon_thread(), a pass of its loop after a sleep. Source: Docs/kernel.md 2.9.
  private mutating func startPass(_ host: inout Host) -> BalloonStep {
    if balloon.added > 0 { onlineMemory() }
    if balloon.credit != 0 { return startBatch(&host) }
    // Nothing is to be done, and what went wrong before is counted once more.
    balloon.updateSchedule()
    return fallAsleep()
  }

  /// balloon_thread() waits for a changed credit, and for a time that follows from its state.
  private mutating func fallAsleep() -> BalloonStep {
    balloon.fallAsleep()
    return switch balloon.outcome {
    case .done: .done
    case .again: .retry(after: balloon.scheduleDelay)
    case .cancelled: .cancelled(noMorePages: false)
    case .waiting:
      balloon.credit == 0
        ? .done : balloon.added > 0 ? .added(Self.hotplugWait) : .cancelled(noMorePages: true)
    }
  }

  /// How long the thread waits for memory that it added. Source: Docs/kernel.md 2.9.
  private static let hotplugWait = SimDuration.seconds(1)

  /// Memory that was added comes online: its pages are ballooned out, and can be asked for.
  private mutating func onlineMemory() {
    zones.addSections(of: balloon.onlineMemory(), ceiling: settings.policy.minFreeCeiling)
    updateLimits()
  }

  /// Takes the pages over that have reached the allocator by now.
  @inline(never)
  mutating func takeArrived() { takeIn(balloon.arrival.take(by: now)) }

  /// So many pages of the batch under way reach the allocator, which keeps them in whole blocks.
  @inline(__always)
  mutating func takeIn(_ count: Int) {
    noteFragments()
    fragments.whole += count
    totalRAM += count
    free += count
  }

  /// balloon_process(), behind a batch: the one under way has ended. Source: Docs/kernel.md 2.3, steps 4 to 6.
  public mutating func finishBatch(_ host: inout Host) -> BalloonStep {
    let moved = balloon.incoming - balloon.outgoing
    if balloon.outgoing > 0 { host.decrease(balloon.outgoing, domain: domain) }
    if !balloon.takesFromTotalFirst { totalRAM -= balloon.outgoing }
    if balloon.incoming > 0 { takeIn(balloon.arrival.finish()) }
    balloon.current += moved
    balloon.ballooned -= moved
    counters[.balloonOut] += Int64(balloon.outgoing)
    counters[.balloonIn] += Int64(balloon.incoming)
    if moved != 0 && zones.adjustManaged(by: moved) { updateLimits() }
    balloon.incoming = 0
    balloon.outgoing = 0
    return endPass(&host)
  }

  /// balloon_process(), the end of its loop: goes on, waits, or ends.
  @inline(__always)
  private mutating func endPass(_ host: inout Host) -> BalloonStep {
    balloon.updateSchedule()
    if balloon.isThread, balloon.outcome != .done { return fallAsleep() }
    switch balloon.outcome {
    case .done: return startBatch(&host)
    case .waiting: preconditionFailure("a worker does not wait for memory")
    case .again:
      // Queued already by a target set meanwhile: the work queue takes no later time (Docs/kernel.md 2.2).
      if balloon.work == .runningAndPending { return endWorker(.done, &host) }
      balloon.work = .pending
      return .retry(after: balloon.scheduleDelay)
    case .cancelled: return endWorker(.cancelled(noMorePages: false), &host)
    }
  }

  /// balloon_process(), the top of its loop: starts a batch. Source: Docs/kernel.md 2.3, steps 1 to 3.
  private mutating func startBatch(_ host: inout Host) -> BalloonStep {
    let credit = balloon.credit
    if credit == 0 {
      balloon.updateSchedule()
      return balloon.isThread ? fallAsleep() : endWorker(.done, &host)
    }
    let start = elapsed
    if credit > 0 {
      if balloon.ballooned == 0 && balloon.isThread {
        balloon.outcome = .waiting
        balloon.addMemory()
        return fallAsleep()
      }
      if balloon.ballooned == 0 {
        balloon.target = UInt64(balloon.current)
        return endWorker(.cancelled(noMorePages: true), &host)
      }
      balloon.outcome = increase(credit, &host)
    } else {
      balloon.outcome = decrease(credit, &host)
    }
    let time = balloon.fault.duration(max(elapsed - start, .nanoseconds(1)))
    if balloon.incoming > 0 {
      let given = balloon.fault.duration(timeToBeGiven(balloon.incoming))
      balloon.arrival.begin(balloon.incoming, from: now + start + given, lasting: time - given)
    }
    return .batch(time)
  }

  /// The worker ends; a target set while it ran starts it once more at once.
  private mutating func endWorker(_ step: BalloonStep, _ host: inout Host) -> BalloonStep {
    guard balloon.work == .runningAndPending else {
      balloon.work = .idle
      return step
    }
    balloon.work = .running
    balloon.outcome = .done
    return startBatch(&host)
  }

  /// increase_reservation(), leak_balloon() of virtio: takes a batch of pages from the host.
  ///
  /// Source: Docs/kernel.md 2.4.
  @inline(__always)
  private mutating func increase(_ credit: Int64, _ host: inout Host) -> BalloonDriver.Outcome {
    let wanted = Int(min(credit, Int64(min(balloon.batch, balloon.ballooned))))
    let given = host.populate(
      balloon.fault.growth(wanted, from: balloon.current), domain: domain)
    elapsed += timeToTake(given)
    if given == 0 {
      guard balloon.generation == .virtio else { return .again }
      elapsed += sleep(milliseconds: BalloonDriver.virtioPause)
    }
    balloon.incoming = given
    return .done
  }

  /// decrease_reservation(), fill_balloon() of virtio: gives a batch of pages to the host, as far as they can be allocated.
  ///
  /// Source: Docs/kernel.md 2.3 and 2.5.
  @inline(__always)
  private mutating func decrease(_ credit: Int64, _ host: inout Host) -> BalloonDriver.Outcome {
    var wanted = credit == .min ? Int64.max : -credit
    var isClamped = false
    if balloon.asksFirst {
      let available = Int64(availablePages)
      isClamped = available < wanted && available < Int64(zones.totalReserve.pages)
      wanted = min(wanted, available)
    }
    let batch = Int(min(wanted, Int64(sharesProcessor ? Self.pagesInTurn : balloon.batch)))
    let taken = balloon.fault.isStuck ? 0 : allocateForBalloon(batch, &host)
    if balloon.takesFromTotalFirst { totalRAM -= taken }
    balloon.outgoing = taken
    elapsed += timeToGive(taken)
    if balloon.generation == .virtio {
      if taken < batch { elapsed += sleep(milliseconds: BalloonDriver.virtioPause) }
      return .done
    }
    return taken < batch || isClamped ? .again : .done
  }

  /// Allocates up to `count` pages, those above the low mark in one go.
  @inline(__always)
  private mutating func allocateForBalloon(_ count: Int, _ host: inout Host) -> Int {
    if boostFactor > 0 { boostMarks(for: count) }
    var taken = min(count, max(free - lowLimit, 0))
    if reporting != nil { restoreBlocks(using: taken, isTouched: false, &host) }
    free -= taken
    while taken < count, case .granted = allocate(.balloon, &host) { taken += 1 }
    return taken
  }

  /// What it takes to get `count` pages from the host.
  func timeToTake(_ count: Int) -> SimDuration {
    timeToBeGiven(count) + settings.costs.balloonInGuest * Int64(count)
  }

  /// What of that the host takes, before the first page reaches the allocator.
  private func timeToBeGiven(_ count: Int) -> SimDuration {
    settings.costs.hypercall + settings.costs.balloonInXen * Int64(count)
  }

  /// What it takes to give `count` free pages to the host.
  private func timeToGive(_ count: Int) -> SimDuration {
    settings.costs.tlbFlush + settings.costs.hypercall
      + (guestsPartOut + settings.costs.balloonOutXen) * Int64(count)
  }

  /// Ends the batch under way, which lasts `time`, and starts the next, up to `count` times.
  ///
  /// It goes on as long as all batches are alike: full, of pages that are plainly free. Returns how many have ended; the last
  /// that was started is under way. So many calls of `finishBatch`, each `time` after the one before, would do what it does.
  /// O(1).
  public mutating func repeatBatch(atMost count: Int, lasting time: SimDuration, _ host: inout Host)
    -> Int
  {
    if !balloon.fault.isNone { return 0 }
    let repeats = min(
      count, balloon.outgoing > 0 ? alikeOut(time) : alikeIn(time, room: host.plainRoom(of: domain))
    )
    let moved =
      balloon.outgoing > 0 ? -repeats * balloon.batch : repeats * balloon.batch
    guard repeats > 0, zones.adjustPlainly(by: moved) else { return 0 }
    if moved < 0 {
      host.decrease(-moved, domain: domain)
      counters[.balloonOut] -= Int64(moved)
    } else {
      let given = host.populate(moved, domain: domain)
      precondition(given == moved, "the host had room for \(moved) pages and gave \(given)")
      counters[.balloonIn] += Int64(moved)
    }
    totalRAM += moved
    free += moved
    fragments.whole += moved
    balloon.current += moved
    balloon.ballooned -= moved
    balloon.updateSchedule()
    return repeats
  }

  /// How many full batches can follow the one that goes out, without reclaim and without a clamp.
  @inline(__always)
  private func alikeOut(_ time: SimDuration) -> Int {
    let batch = balloon.batch
    let credit = balloon.credit
    guard balloon.outgoing == batch, balloon.outcome == .done, credit > .min,
      time == timeToGive(batch)
    else { return 0 }
    // What is available falls as fast as what is wanted: enough for the next is enough for all.
    if balloon.asksFirst && Int64(availablePages) < -credit - Int64(batch) {
      return 0
    }
    // As long as pages come out of free blocks the marks do not rise.
    let plain = boostFactor > 0 ? min(free - lowLimit, fragments.whole) : free - plainLimit
    return max(min(Int(-credit) - batch, plain), 0) >> balloon.batchShift
  }

  /// How many full batches can follow the one that comes in, if the host has `room` pages at once.
  @inline(__always)
  private func alikeIn(_ time: SimDuration, room: Int) -> Int {
    let batch = balloon.batch
    let credit = balloon.credit
    guard balloon.incoming == batch, balloon.outcome == .done, credit > 0,
      time == timeToTake(batch)
    else { return 0 }
    return max(min(Int(credit), balloon.ballooned, room + batch) - batch, 0) >> balloon.batchShift
  }
}
