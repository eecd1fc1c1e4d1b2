import MemoryModel
import Policies
import SimulationEngine
import Units

extension Simulation {
  /// The host's policy before its start; nil: nobody decides on the host.
  static func hostPolicy(_ scenario: Scenario) -> HostPolicyRun? {
    scenario.host.policy.map { HostPolicyRun($0.policy, scenario.hostView) }
  }

  /// Lets the host's policy start; guests report first where it polls them.
  mutating func startHostPolicy() throws {
    if hostPolicy?.readsTouchedPages == true {
      for index in 0..<guestCount { guests[index].watchTouches() }
    }
    if hostPolicy?.reportInterval != nil {
      for index in 0..<guestCount { pollReport(index) }
    }
    lookAtGuests()
    guard let start = hostPolicy?.start() else { return }
    scheduleHost(start.wake)
    try emit(.driverInit, guest: nil, start.notices.map { ($0.key, EventRecord.Value($0.value)) })
  }

  /// A guest's driver fills in what the host asked for; the host asks again an interval later, unless nobody answers.
  mutating func pollReport(_ index: Int) {
    guard !guests[index].isDead, let interval = hostPolicy?.reportInterval else { return }
    guests[index].kernel.begin(at: now)
    guests[index].report = guests[index].report(at: now)
    guests[index].report?.touched = guests[index].takeTouches()
    guests[index].reportTime = now
    schedule(.report(guest: UInt16(index)), after: .seconds(interval), .controller)
  }

  /// A turn of the host's policy: it decides for every guest, and what it asks for is begun.
  mutating func takeHostTurn() throws {
    lookAtGuests()
    guard let wake = hostPolicy?.turn() else { return }
    scheduleHost(wake)
    for index in 0..<guestCount {
      let size = guests[index].kernel.balloonCurrent.pages
      let offset = Int64(size - guests[index].kernel.ram.pages)
      guard let row = hostPolicy?.row(ofGuest: index, offset: offset) else { continue }
      if let observer, let policy = hostPolicy?.type, let turn = hostPolicy?.turns {
        try observer.decision(
          DecisionRecord(policy: policy, turn: turn, time: now, row: row, runTime: .zero))
      }
      guests[index].noteTarget(row, at: now)
      guard !guests[index].isDead, let asks = hostPolicy?.asks[index] else { continue }
      for place in 0..<asks.count {
        switch asks[place] {
        case .balloonTarget(let target):
          guests[index].kernel.begin(at: now)
          // Queued, for all guests are told before the first of them moves.
          if guests[index].kernel.setBalloonTarget(target) {
            schedule(balloonStart(index), after: .zero, .balloon)
          }
        case .maximum(let pages):
          host.setMaxPages(
            PageCount(Int(clamping: pages)) + Host.toolstackSlack, of: guests[index].kernel.domain)
        case .tmemCapacity(let pages):
          host.limitFrontswap(
            to: PageCount(Int(clamping: pages)), of: guests[index].kernel.domain)
        case .reclaim(let pages):
          guests[index].kernel.begin(at: now)
          guests[index].kernel.reclaimMemory(PageCount(Int(clamping: pages)), &host)
          try followUp(index)
        case .shrinkFrontswap, .pageOut: break
        }
      }
    }
  }

  /// What the host's policy sees now.
  private mutating func lookAtGuests() {
    hostPolicy?.view.time = now.nanoseconds
    hostPolicy?.view.free = UInt64(host.free.pages)
    hostPolicy?.view.tmem = UInt64(host.roomOfTmem.pages)
    for index in 0..<guestCount {
      hostPolicy?.view.guests[index].isUp = !guests[index].isDead
      hostPolicy?.view.guests[index].size = UInt64(guests[index].kernel.balloonCurrent.pages)
      hostPolicy?.view.guests[index].target = guests[index].kernel.balloonTarget
      hostPolicy?.view.guests[index].tmem = guests[index].tmemUse
      var report = guests[index].report
      report?.age = (now - guests[index].reportTime).nanoseconds
      hostPolicy?.view.guests[index].report = report
    }
  }

  private mutating func scheduleHost(_ wake: Wake) {
    guard let due = wake.programTime(since: now) else { return }
    queue.schedule(.hostTurn, at: due, in: .controller)
  }
}

extension Scenario {
  /// The host as its policy sees it before its guests are built.
  fileprivate var hostView: HostView {
    let guests = guests.map { guest in
      var view = HostView.Guest(
        built: UInt64(guest.memory.pages), least: guest.minimumMemory.map { UInt64($0.pages) },
        most: guest.maximumMemory.map { UInt64($0.pages) }, shares: guest.shares.map(UInt64.init))
      view.tmem = host.tmem.frontswap && guest.hasFrontswap ? TmemUse() : nil
      return view
    }
    var view = HostView(memory: UInt64(host.memory.pages), free: 0, guests: guests)
    view.seed = seed
    return view
  }

  /// What to know before a run of what the host's policy cannot do, a sentence each.
  public var hostPolicyDoubts: [String] {
    host.policy?.policy.doubts(hostView, names: guests.map(\.name)) ?? []
  }
}

extension Wake {
  /// When a program that sleeps so wakes up; nil: never, or beyond the end of time.
  func programTime(since start: SimTime) -> SimTime? {
    let (count, unit): (Int64, Int64)
    switch self {
    case .seconds(let seconds): (count, unit) = (seconds, 1_000_000_000)
    case .microseconds(let microseconds): (count, unit) = (microseconds, 1_000)
    case .never, .jiffies: return nil
    }
    let (time, isTooLong) = max(0, count).multipliedReportingOverflow(by: unit)
    let (due, isTooFar) = start.nanoseconds.addingReportingOverflow(time)
    return isTooLong || isTooFar ? nil : SimTime(nanoseconds: due)
  }
}

extension EventRecord.Value {
  /// What a policy said.
  init(_ notice: PolicyNotice) {
    switch notice {
    case .number(let number): self = .number(number)
    case .text(let text): self = .text(text)
    }
  }
}

extension GuestPressure {
  /// /proc/pressure at an instant, as it is printed.
  fileprivate init(_ pressure: Pressure, at now: SimTime) {
    self.init(memoryTotal: Int64(clamping: pressure.memory(at: now).some / 1_000))
    memory = Averages(pressure.memoryAverages(at: now))
    io = Averages(pressure.diskAverages(at: now))
  }
}

extension GuestPressure.Averages {
  /// Averages of `some`, 11 bits of which are a fraction of a per cent, cut to two digits.
  fileprivate init(_ averages: PressureAverages) {
    func hundredths(_ average: UInt64) -> Int64 {
      Int64(clamping: (average >> 11) * 100 + ((average & 2_047) * 100) >> 11)
    }
    self.init(avg10: hundredths(averages.some.avg10), avg60: hundredths(averages.some.avg60))
  }
}

extension SimulatedGuest {
  /// What the hypervisor counts of its frontswap; nil: it has none.
  var tmemUse: TmemUse? {
    guard kernel.frontswapEnabled else { return nil }
    let refused = kernel.counters[.frontswapFailedStores]
    return TmemUse(
      puts: kernel.counters[.frontswapStores] + refused, refused: refused,
      pages: UInt64(kernel.frontswapPages.pages))
  }

  /// Has its streams take note of the pages that they touch.
  mutating func watchTouches() {
    let pages = TouchedPages()
    touchedPages = pages
    anon?.touchLog = pages
    for index in files.indices { files[index].touchLog = pages }
    for index in processes.indices { processes[index].touchLog = pages }
  }

  /// How many pages were touched since the last call; nil: nobody takes note.
  func takeTouches() -> UInt64? {
    touchedPages.map { UInt64($0.take(from: kernel)) }
  }

  /// What its driver would report now.
  func report(at now: SimTime) -> GuestReport {
    let levels = kernel.levels
    var report = GuestReport(
      total: UInt64(kernel.memTotal.pages), free: UInt64(levels.free),
      available: UInt64(kernel.available.pages),
      committed: UInt64(kernel.committed.pages),
      files: UInt64(levels.activeFile + levels.inactiveFile),
      inactiveFiles: UInt64(levels.inactiveFile))
    report.swapIns = kernel.counters[.pswpin]
    report.swapOuts = kernel.counters[.pswpout]
    report.majorFaults = kernel.counters[.pgmajfault]
    report.faults = kernel.counters[.pgfault]
    report.kills = kernel.counters[.oomKill]
    report.reserve = UInt64(kernel.zones.totalReserve.pages)
    report.anonymous = UInt64(levels.activeAnon + levels.inactiveAnon)
    report.swapTotal = spec.swap.reduce(0) { $0 + UInt64($1.size.pages) }
    report.swapUsed = UInt64(levels.swapUsed)
    report.swappiness = Int64(spec.kernel.swappiness)
    report.pressure = kernel.pressureIfKept.map { GuestPressure($0, at: now) }
    return report
  }
}
