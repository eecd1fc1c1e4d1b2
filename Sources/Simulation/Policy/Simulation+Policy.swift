import MemoryModel
public import Policies
import SimulationEngine
import Units

extension Simulation {
  /// What one turn of a policy takes besides a shrink.
  ///
  /// Assumed: 10 us, a hypercall and some arithmetic; with an interval of 0 it bounds the rate.
  static let turnTime = SimDuration.microseconds(10)

  /// Lets a guest's policy start, then makes the scenario's writes; those that count only before the start come before it.
  mutating func startPolicy(_ index: Int) throws {
    guard let card = guests[index].policy?.type.card else { return }
    let spec = guests[index].spec
    let (early, late) = spec.tunables.parted { card.setting($0.attribute)?.isOfStart == true }
    for setting in early { try write(index, setting.attribute, setting.text) }
    var boot = GuestBoot(
      commandLine: spec.boot, isInitialDomain: spec.isInitialDomain,
      timers: guests[index].kernel.timers)
    if card.looksAtPages {
      var random = RandomStream(seed: scenario.seed, purpose: "\(spec.name)/policy")
      boot.seed = random.next()
    }
    let view = guests[index].view
    guard let start = guests[index].policy?.start(view, boot: boot) else { return }
    schedule(start.wake, of: index, since: now)
    try emit(
      .driverInit, guest: index,
      start.notices.map { ($0.key, EventRecord.Value($0.value)) })
    for setting in late { try write(index, setting.attribute, setting.text) }
  }

  /// A write to one of a policy's settings, as root.
  mutating func write(_ index: Int, _ setting: String, _ text: String) throws {
    let outcome = guests[index].policy?.write(setting, text) ?? WriteOutcome(.noAttribute)
    schedule(outcome.wake, of: index, since: now)
    try emit(
      .sysfsWrite, guest: index,
      [
        ("attribute", .text(setting)), ("text", .text(text)),
        ("status", .text(outcome.status.rawValue)),
      ])
  }

  /// A turn of a guest's policy: it decides, and what it asks for is begun.
  mutating func startTurn(_ index: Int) throws {
    if guests[index].isDead { return }
    if guests[index].policy?.shrink != nil {
      guests[index].policy?.isOverdue = true
      return
    }
    if guests[index].policy?.delay != nil || guests[index].policy?.isHeldUp == true,
      holdTurnUp(index)
    {
      return
    }
    if guests[index].policy?.looksAtPages == true { return try takeMonitoringTurn(index) }
    let ended = now + Self.turnTime
    let (wake, shrinkIsDue, balloonIsDue) = guests[index].takeTurn(at: now)
    if let wake {
      try recordTurn(index, end: ended)
      schedule(wake, of: index, since: ended)
    } else if let fault = guests[index].policy?.row.fault {
      try recordTurn(index, end: now)
      try endPolicy(index, fault.text)
    } else if shrinkIsDue {
      queue.schedule(.shrink(guest: UInt16(index)), at: ended, in: .controller)
    } else {
      try recordTurn(index, end: ended)
      queueTurn(index, since: ended)
    }
    if balloonIsDue { try startBalloonNow(index) }
  }

  /// A fault has ended a policy: its kernel oopses, or its program is gone.
  private mutating func endPolicy(_ index: Int, _ fault: String) throws {
    guard let card = guests[index].policy?.type.card else { return }
    let kind: EventRecord.Kind =
      switch card.place {
      case .guestKernel: .kernelOops
      case .guestProgram, .host: .policyEnded
      }
    try emit(kind, guest: index, [("reason", .text(fault)), ("in", .text(card.actor))])
  }

  /// The turn goes on with its shrink, or ends.
  mutating func continueShrink(_ index: Int) throws {
    guard !guests[index].isDead, var shrink = guests[index].policy?.shrink else { return }
    if guests[index].policy?.isShrinkOver == true { return try endShrink(index) }
    guests[index].kernel.begin(at: now)
    let before = shrink.shrunk
    let progress = guests[index].kernel.continueShrink(&shrink, &host)
    guests[index].meter.shrunk += Int64(shrink.shrunk - before)
    guests[index].policy?.isShrinkOver = progress == .ended
    guests[index].policy?.shrink = shrink
    schedule(
      .shrink(guest: UInt16(index)), after: max(guests[index].kernel.elapsed, Pace.leastTurn),
      .controller)
    try followUp(index)
  }

  /// A turn that shrank ends; if the time of the next one has come meanwhile, that begins.
  private mutating func endShrink(_ index: Int) throws {
    try recordTurn(index, end: now)
    queueTurn(index, since: now)
    if guests[index].policy?.isOverdue == true {
      guests[index].policy?.isOverdue = false
      try startTurn(index)
    }
  }

  /// A turn that the end of the run cuts short has decided all the same.
  mutating func recordUnfinishedTurn(_ index: Int) throws {
    if guests[index].policy?.shrink != nil { try recordTurn(index, end: now) }
  }

  /// The turn is over at `end`, and the policy says when it wants the next one.
  private mutating func queueTurn(_ index: Int, since end: SimTime) {
    guard let wake = guests[index].policy?.end() else { return }
    schedule(wake, of: index, since: end)
  }

  /// Schedules a turn; one beyond the end of time never comes.
  @inline(__always)
  mutating func schedule(_ wake: Wake, of index: Int, since start: SimTime) {
    let turn = SimulationEvent.worker(guest: UInt16(index))
    switch wake {
    case .never: break
    case .jiffies(let delay):
      schedule(turn, of: index, afterJiffies: delay, since: start, .controller)
    case .seconds, .microseconds:
      guard let due = wake.programTime(since: start) else { return }
      queue.schedule(turn, at: due, in: .controller)
    }
  }

  /// Tells the observer of a turn.
  @inline(__always)
  mutating func recordTurn(_ index: Int, end: SimTime) throws {
    guard let observer else { return }
    switch guests[index].policy {
    case let run?: try observer.decision(run.record(guest: index, end: end))
    case nil: break
    }
  }

  /// While the policy is late, a turn that is due begins later; true if it was put off.
  private mutating func holdTurnUp(_ index: Int) -> Bool {
    guard let delay = guests[index].policy?.delay, guests[index].policy?.isHeldUp == false else {
      guests[index].policy?.isHeldUp = false
      return false
    }
    guests[index].policy?.isHeldUp = true
    schedule(.worker(guest: UInt16(index)), after: delay, .controller)
    return true
  }
}

extension GuestSpec {
  /// The guest's policy before its start; nil: a static guest.
  var policy: (any GuestPolicy)? {
    guard let type = controller.policy else { return nil }
    let versions = type.card.versions
    let usual = versions.contains(driver.rawValue) ? driver.rawValue : versions[0]
    return type.init(version: policyVersion ?? usual) ?? type.init(version: usual)
  }

  /// The guest's policy before its start, with what the scenario writes to it right after; nil: a static guest.
  public var policyAtBoot: (any GuestPolicy)? {
    guard var policy else { return nil }
    for setting in tunables { _ = policy.write(setting.attribute, setting.text) }
    return policy
  }
}

extension Array {
  /// The elements that a claim is true of, and the others, each in their order.
  fileprivate func parted(_ isTrue: (Element) -> Bool) -> ([Element], [Element]) {
    (filter(isTrue), filter { !isTrue($0) })
  }
}
