import MemoryModel
import SimulationEngine
import Units

extension Simulation {
  /// Follows the committed trace from sample to sample as long as nothing but ticks comes before the next, for such
  /// samples need no queue; then queues the next.
  mutating func followDemand(_ index: Int) throws {
    let event = SimulationEvent.demand(guest: UInt16(index))
    while let next = try playDemand(index) {
      checkInvariants()
      let due = queue.nextTime
      if next <= horizon {
        while nextTick < min(next, due) { try takeTick() }
      }
      guard next <= horizon, next < due || queue.isNext(at: next, in: .workload) else {
        return queue.schedule(event, at: next, in: .workload)
      }
      takeUp(event, at: next)
    }
  }

  /// The committed trace reaches its next sample: programs map, unmap and forget memory. Returns when to look again.
  @inline(__always)
  private mutating func playDemand(_ index: Int) throws -> SimTime? {
    let guest = guests + index
    if guest.pointee.isDead { return nil }
    let before = guest.pointee.demand.committed
    let next = guest.pointee.demand.advance(to: now)
    let change = guest.pointee.demand.committed - before
    guest.pointee.kernel.begin(at: now)
    // Programs run now here, now there: the CPUs take turns.
    let following = guest.pointee.commitCPU + 1
    let cpu = following < guest.pointee.spec.kernel.vcpus ? following : 0
    guest.pointee.commitCPU = cpu
    if change > 0 {
      if !guest.pointee.kernel.map(PageCount(change), cpu: cpu) {
        try noteRefusal(index, pages: Int64(change))
      }
    } else if change < 0 {
      guest.pointee.kernel.unmap(
        PageCount(-change), order: guest.pointee.spec.anon.release.order, cpu: cpu, &host)
    }
    let surplus = guest.pointee.kernel.touched.pages - guest.pointee.wantedTouched
    if surplus > 0 {
      guest.pointee.kernel.discard(PageCount(surplus), &host)
    } else if surplus < 0 && !guest.pointee.isTouching {
      guest.pointee.isTouching = true
      guest.pointee.touchPace = Pace(rate: guest.pointee.spec.anon.touchRate, start: now)
      schedule(.touch(guest: UInt16(index)), after: .zero, .workload)
    }
    try followUp(index)
    return next
  }

  /// The kernel refused a mapping: the program does without it.
  private mutating func noteRefusal(_ index: Int, pages: Int64) throws {
    guests[index].hasLostRegions = true
    guests[index].meter.refusals += 1
    guests[index].meter.refusedPages += pages
    try emit(.mappingRefused, guest: index, [("pages", .number(pages))])
  }

  /// Programs touch more of what they mapped, as far as its rate says that it is due.
  mutating func touch(_ index: Int) throws {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    var wanted = guests[index].wantedTouched - guests[index].kernel.touched.pages
    let pace = guests[index].touchPace
    wanted = Int(min(Int64(wanted), pace.due(at: now + Pace.quantum) - pace.done))
    guard wanted > 0 || guests[index].spec.anon.touchRate != nil else {
      guests[index].isTouching = false
      return
    }
    let done = guests[index].kernel.touch(
      PageCount(max(wanted, 0)), budget: Pace.quantum, &host)
    guests[index].kernel.noteWork()
    guests[index].touchPace.made(done.pages)
    let isStuck = done == .zero && guests[index].kernel.elapsed == .zero && wanted > 0
    let isDone = guests[index].wantedTouched <= guests[index].kernel.touched.pages
    if isStuck || isDone {
      guests[index].isTouching = false
    } else {
      // Only what is due later waits for its quantum. A step that ends early, since memory is below the low mark,
      // leaves pages that are due now: kswapd has its turn, then they go on.
      let pause = done.pages < wanted ? Pace.leastTurn : Pace.quantum
      schedule(
        .touch(guest: UInt16(index)), after: max(guests[index].kernel.elapsed, pause), .workload)
    }
    try followUp(index)
  }

  /// A thread of a file stream makes the accesses that are due.
  mutating func stepFile(_ index: Int, _ stream: Int, _ thread: UInt16) throws {
    if guests[index].isDead { return try endThread(index, stream) }
    guests[index].kernel.begin(at: now)
    guests[index].files[stream].step(
      thread: Int(thread), &guests[index].kernel, &host, at: now)
    guests[index].kernel.noteWork()
    let pace = guests[index].files[stream].pace
    if pace.isOver {
      try endThread(index, stream)
    } else {
      queue.schedule(
        .file(guest: UInt16(index), stream: UInt16(stream), thread: thread),
        at: pace.next(after: guests[index].kernel.elapsed, at: now), in: .workload)
    }
    if guests[index].kernel.wantsFlush && guests[index].flushDue > now {
      scheduleFlush(index, after: .zero)
    }
    try followUp(index)
  }

  /// Programs access the memory that they touched before.
  mutating func stepAnon(_ index: Int) throws {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    guests[index].anon?.step(&guests[index].kernel, &host, at: now)
    guests[index].kernel.noteWork()
    guard let pace = guests[index].anon?.pace else { return }
    queue.schedule(
      .anon(guest: UInt16(index)), at: pace.next(after: guests[index].kernel.elapsed, at: now),
      in: .workload)
    try followUp(index)
  }

  /// A thread of closed-loop work has made its last access; the last of all ends the run.
  private mutating func endThread(_ index: Int, _ stream: Int) throws {
    guard case .closed = guests[index].files[stream].load else { return }
    openWork -= 1
    let isLast = guests[index].files[stream].endThread()
    if isLast {
      try emit(
        .workDone, guest: index,
        [
          ("stream", .text(guests[index].spec.files[stream].name)),
          ("accesses", .number(guests[index].files[stream].pace.done)),
        ])
    }
    let last = now + guests[index].kernel.elapsed
    guests[index].meter.workDone = max(guests[index].meter.workDone ?? .zero, last)
    endWork(at: last)
  }

  /// Some work is over at `last`; a run that lasts as long as its work ends with the last of it.
  private mutating func endWork(at last: SimTime) {
    if openWork == 0, case .trace = scenario.duration {
      end = last
      for guest in 0..<guestCount { end = max(end, guests[guest].demand.end) }
    }
  }

  /// A process of a script goes on.
  mutating func stepProcess(_ index: Int, _ process: Int) throws {
    var next: SimTime?
    if !guests[index].isDead {
      guests[index].kernel.begin(at: now)
      next = guests[index].processes[process].step(
        &guests[index].kernel, &host, at: now)
      guests[index].kernel.noteWork()
    }
    if let next {
      queue.schedule(
        .process(guest: UInt16(index), process: UInt16(process)), at: next, in: .workload)
    } else {
      openWork -= 1
      endWork(at: now + guests[index].kernel.elapsed)
    }
    if !guests[index].isDead { try followUp(index) }
  }

  /// A step of kswapd.
  mutating func stepKswapd(_ index: Int, _ token: UInt32) throws {
    if guests[index].isDead { return }
    guests[index].kernel.begin(at: now)
    if let delay = guests[index].kernel.kswapdStep(token: token, &host) {
      schedule(.kswapd(guest: UInt16(index), token: token), after: delay, .memory)
    }
    try followUp(index)
  }

  /// The flusher's turn.
  mutating func flush(_ index: Int, _ token: UInt32) {
    guard !guests[index].isDead, token == guests[index].flushToken else { return }
    guests[index].kernel.begin(at: now)
    let delay = guests[index].kernel.flush(&host)
    scheduleFlush(index, after: delay)
  }

  /// Schedules the flusher; what was scheduled before is void.
  mutating func scheduleFlush(_ index: Int, after delay: SimDuration) {
    guests[index].flushToken &+= 1
    guests[index].flushDue = now + delay
    schedule(
      .flush(guest: UInt16(index), token: guests[index].flushToken), after: delay, .memory)
  }
}

extension ReleaseOrder {
  /// The order as the kernel's mappings are unmapped.
  var order: UnmapOrder {
    switch self {
    case .lifo: .newestFirst
    case .fifo: .oldestFirst
    case .proportional: .proportional
    }
  }
}
