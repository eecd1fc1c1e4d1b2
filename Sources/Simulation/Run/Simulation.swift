import MemoryModel
import Policies
import SimulationEngine
public import Traces
public import Units

/// One run: a scenario's host and guests, and the one loop in which everything happens to them.
///
/// The life of a run:
/// 1. `init` builds the host and the guests, as the scenario says.
/// 2. `run`, `run(until:)` or `step` start the work on the first call: first samples, streams, workers, orders.
/// 3. The loop takes the next event from the queue, or the next tick, whichever is due first; `dispatch` carries it out.
/// 4. What happens in a guest schedules what follows; `settle` follows up kswapd's wake-up, kills and a panic.
/// 5. `finish` closes the integrals and says what came of it.
///
/// **Running ahead.** Samples of a trace and batches of a balloon need no queue while nothing but ticks is due before them:
/// `followDemand` and `follow` take such ticks and events themselves, and count them alike.
///
/// A run is one thread and owns all its state. Its course depends on the scenario, the demands and the seed
/// alone. An error ends it. Source: `Docs/model.md`.
public struct Simulation: ~Copyable {
  let scenario: Scenario
  let observer: (any RunObserver)?
  var host: Host
  let guests: UnsafeMutablePointer<SimulatedGuest>
  /// How many of them are built.
  private(set) var guestCount = 0
  var queue = EventQueue<SimulationEvent>()
  /// Where the run has come to.
  public internal(set) var now = SimTime.zero
  /// When the run ends; moves while closed-loop work goes on.
  var end: SimTime { didSet { horizon = min(end, stop) } }
  /// Beyond this nothing is carried out for now, nor taken ahead of the queue.
  private var stop = SimTime.endOfTime { didSet { horizon = min(end, stop) } }
  /// Nothing later than this is taken ahead of the queue.
  private(set) var horizon = SimTime.zero
  private var hasStarted = false
  /// Threads of closed-loop streams, and processes of scripts, that are not done.
  var openWork = 0
  var tick: Int64 = 0
  /// When the next tick is recorded; ticks are not queued, for they come last in their instant (`Phase.recorder`).
  var nextTick = SimTime.zero
  var events: Int64 = 0
  var eventPrint = Fingerprint()
  var samplePrint = Fingerprint()
  let row: UnsafeMutableBufferPointer<Int64>
  var hostMeter = HostMeter(free: .zero)
  /// The host's policy at work; nil: nobody decides there.
  var hostPolicy: HostPolicyRun?
  /// What is computed at the end.
  var figures = Figure.all
  /// When the invariants are next checked in a release build.
  var nextCheck = SimTime.zero

  /// A run of `scenario`; `demands` holds each guest's committed samples, in the guests' order.
  public init(
    _ scenario: Scenario, demands: [CommittedDemand], observer: (any RunObserver)? = nil
  ) throws(SimulationError) {
    precondition(demands.count == scenario.guests.count, "a demand for each guest")
    self.scenario = scenario
    self.observer = observer
    host = Host(
      memory: scenario.host.memory, tmem: scenario.host.tmem,
      disks: scenario.host.disks.map(\.parameters))
    hostPolicy = Self.hostPolicy(scenario)
    row = .allocate(capacity: TickColumn.all.count)
    row.initialize(repeating: 0)
    end = .zero
    guests = .allocate(capacity: scenario.guests.count)
    for (index, spec) in scenario.guests.enumerated() {
      let guest = try Self.build(spec, demands[index], scenario, &host)
      (guests + index).initialize(to: guest)
      guestCount += 1
    }
    hostMeter = HostMeter(free: host.free, held: guestCount > 1 ? host.heldPages : nil)
  }

  deinit {
    for index in 0..<guestCount { (guests + index).deinitialize(count: 1) }
    guests.deallocate()
    row.deallocate()
  }

  /// Runs to the end and says what came of it.
  ///
  /// - Throws: what the observer throws; the run is over then.
  public mutating func run() throws -> RunSummary {
    try run(until: .endOfTime)
    return try finish()
  }

  /// Carries out all that happens until `time`, which is included, or until the end of the run.
  ///
  /// However a run is cut into pieces, its course and its fingerprint are the same. Batches of a balloon that nothing
  /// interrupts are ended together, so a balloon may be further, but never beyond the next tick.
  ///
  /// - Returns: whether anything is left to happen.
  /// - Throws: what the observer throws; the run is over then.
  @discardableResult
  public mutating func run(until time: SimTime) throws -> Bool {
    try startOnce()
    stop = time
    while try takeNext() {}
    now = max(now, horizon)
    return time < end
  }

  /// Carries out the next event, or records the next tick; batches of a balloon that nothing interrupts are one event.
  ///
  /// - Returns: whether there was one before the end of the run.
  /// - Throws: what the observer throws; the run is over then.
  @discardableResult
  public mutating func step() throws -> Bool {
    try startOnce()
    stop = min(queue.nextTime, nextTick)
    if try takeNext() { return true }
    now = max(now, end)
    return false
  }

  private mutating func startOnce() throws {
    if hasStarted { return }
    hasStarted = true
    try start()
  }

  /// What is due next, if that is not beyond the horizon.
  @inline(__always)
  private mutating func takeNext() throws -> Bool {
    let due = queue.nextTime
    if nextTick < due {
      if nextTick > horizon { return false }
      try takeOneTick()
    } else {
      if due > horizon || queue.count == 0 { return false }
      let (time, event) = queue.next()
      takeUp(event, at: time)
      try dispatch(event)
      checkInvariants()
    }
    return true
  }

  /// The next tick, where ticks are rare.
  @inline(never)
  mutating func takeOneTick() throws { try takeTick() }

  /// The next tick, within the loop over a trace's samples.
  @inline(__always)
  mutating func takeTick() throws {
    takeUp(.tick, at: nextTick)
    try recordTick()
    checkInvariants()
  }

  /// Moves the clock to an event, and counts it.
  @inline(__always)
  mutating func takeUp(_ event: SimulationEvent, at time: SimTime) {
    now = time
    events &+= 1
    eventPrint.combine(UInt64(bitPattern: time.nanoseconds) ^ event.word)
  }

  /// Carries out one event. The one place that knows them all.
  private mutating func dispatch(_ event: SimulationEvent) throws {
    switch event {
    case .demand(let guest): try followDemand(Int(guest))
    case .touch(let guest): try touch(Int(guest))
    case .file(let guest, let stream, let thread):
      try stepFile(Int(guest), Int(stream), thread)
    case .anon(let guest): try stepAnon(Int(guest))
    case .kswapd(let guest, let token): try stepKswapd(Int(guest), token)
    case .flush(let guest, let token): flush(Int(guest), token)
    case .balloonStart(let guest, let sleep):
      if guests[Int(guest)].kernel.balloonIsDue(sleep) { try startBalloon(Int(guest)) }
    case .balloonBatch(let guest): try finishBalloonBatch(Int(guest))
    case .worker(let guest): try startTurn(Int(guest))
    case .shrink(let guest): try continueShrink(Int(guest))
    case .order(let index): try carryOut(Int(index))
    case .tick: preconditionFailure("ticks are not queued")
    case .faultEnd(let index): try endFault(Int(index))
    case .faultTurn(let index): turnIntermittent(Int(index))
    case .process(let guest, let process): try stepProcess(Int(guest), Int(process))
    case .hostTurn: try takeHostTurn()
    case .report(let guest): pollReport(Int(guest))
    case .freePageReport(let guest): reportFreePages(Int(guest))
    }
  }

  /// In debug builds after every event, in release builds once a simulated second.
  @inline(__always)
  mutating func checkInvariants() {
    #if !DEBUG
      if now < nextCheck { return }
      nextCheck = now + .seconds(1)
    #endif
    checkInvariantsNow()
  }

  private func checkInvariantsNow() {
    for index in 0..<guestCount { guests[index].kernel.checkInvariants(host) }
    host.checkInvariants()
  }

  /// Schedules `event` `delay` from now.
  mutating func schedule(_ event: SimulationEvent, after delay: SimDuration, _ phase: Phase) {
    queue.schedule(event, at: now + delay, in: phase)
  }

  /// Schedules `event` as the timers of a guest's kernel do, so many jiffies after the last whole one at `start`.
  ///
  /// Source: Docs/kernel.md 1.5, 1.5a. A delay beyond the end of time never comes.
  mutating func schedule(
    _ event: SimulationEvent, of guest: Int, afterJiffies delay: UInt64, since start: SimTime,
    _ phase: Phase
  ) {
    guard let due = guests[guest].kernel.timers.end(of: delay, since: start) else { return }
    queue.schedule(event, at: due, in: phase)
  }

  /// After anything happened in a guest: kswapd's wake-up, kills and panic are followed up.
  @inline(__always)
  mutating func followUp(_ index: Int) throws {
    if guests[index].kernel.needsAttention { try attend(index) }
  }

  private mutating func attend(_ index: Int) throws {
    if let (token, after) = guests[index].kernel.takeKswapdWakeUp() {
      schedule(.kswapd(guest: UInt16(index), token: token), after: after, .memory)
    }
    if guests[index].kernel.hasNews { try report(index) }
  }

  /// Tells of kills and of a panic.
  private mutating func report(_ index: Int) throws {
    for kill in guests[index].kernel.takeKills() {
      guests[index].hasLostRegions = true
      try emit(
        .oomKill, guest: index,
        [
          ("committed_pages", .number(Int64(kill.committed.pages))),
          ("touched_pages", .number(Int64(kill.touched.pages))),
        ])
    }
    for stall in guests[index].kernel.takeAllocationStalls() {
      guests[index].meter.record(stall: stall)
    }
    if guests[index].kernel.hasPanicked && !guests[index].isDead {
      guests[index].isDead = true
      try emit(
        .kernelOops, guest: index,
        [("reason", .text("out of memory and nothing left to kill"))])
    }
  }

  /// Tells the observer of something that happened now.
  mutating func emit(
    _ kind: EventRecord.Kind, guest: Int?, _ detail: [(key: String, value: EventRecord.Value)] = []
  ) throws {
    eventPrint.combine(now.nanoseconds)
    eventPrint.combine(kind.rawValue)
    for (_, value) in detail {
      switch value {
      case .number(let number): eventPrint.combine(number)
      case .text(let text): eventPrint.combine(text)
      }
    }
    try observer?.event(EventRecord(time: now, guest: guest, kind: kind, detail: detail))
  }
}
