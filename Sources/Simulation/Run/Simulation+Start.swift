public import MemoryModel
import Policies
import SimulationEngine
public import Traces
public import Units

extension Simulation {
  /// Refuses what cannot be run, as building the guests does, but without what takes memory or time. O(guests).
  public static func check(
    _ scenario: Scenario, demands: [CommittedDemand]
  ) throws(SimulationError) {
    var host = Host(
      memory: scenario.host.memory, tmem: scenario.host.tmem,
      disks: scenario.host.disks.map(\.parameters))
    for (spec, demand) in zip(scenario.guests, demands) {
      _ = try configuration(of: spec, demand, scenario, &host)
    }
  }

  /// A guest's place on the host, and what its kernel is told at boot.
  private static func configuration(
    of spec: GuestSpec, _ demand: CommittedDemand, _ scenario: Scenario, _ host: inout Host
  ) throws(SimulationError) -> (domain: Int, GuestConfiguration) {
    let options: BootOptions
    do {
      options = try BootOptions(commandLine: spec.boot, generation: spec.driver)
    } catch {
      switch error {
      case .notABoolean(let option, let value):
        throw .bootOption(guest: spec.name, option: option, value: value)
      }
    }
    let zones = GuestZones(spec.bootParameters)
    let free = host.free.pages
    guard
      let domain = host.addDomain(
        memory: spec.memoryAtBoot, maximum: spec.memory, weight: spec.tmemWeight)
    else {
      throw .hostTooSmall(guest: spec.name, needed: spec.memoryAtBoot.pages, free: free)
    }
    var configuration = GuestConfiguration(spec.kernel, zones: zones)
    configuration.kernel.timers = spec.timers
    let own = spec.kernelMemory(totalRAM: zones.totalRAM)
    configuration.kernelUnreclaimable = own.unreclaimable
    configuration.slabReclaimable = own.slab
    configuration.slabInUse = min(spec.slabInUse, own.unreclaimable)
    guard (own.unreclaimable + own.slab) < zones.totalRAM else {
      throw .guestTooSmall(
        guest: spec.name, kernel: (own.unreclaimable + own.slab).pages,
        total: zones.totalRAM.pages)
    }
    let disks = scenario.host.disks
    try spec.checkPages(demand.greatest)
    func disk(_ name: String) -> Int { disks.firstIndex { $0.name == name } ?? 0 }
    configuration.fileSets = spec.files.map { ($0.size, disk($0.disk)) }
    if let workload = spec.workload {
      configuration.fileSets.append(
        (PageCount(workload.script.filePages), disk(workload.disk)))
    }
    configuration.swap = spec.swap.map { ($0.size, disk($0.disk)) }
    configuration.cleancache = options.isCleancacheOn
    configuration.frontswap = options.isFrontswapOn
    return (domain, configuration)
  }

  /// Builds a guest on the host.
  static func build(
    _ spec: GuestSpec, _ demand: CommittedDemand, _ scenario: Scenario, _ host: inout Host
  ) throws(SimulationError) -> SimulatedGuest {
    let (domain, configuration) = try configuration(of: spec, demand, scenario, &host)
    let disks = scenario.host.disks
    func disk(_ name: String) -> Int { disks.firstIndex { $0.name == name } ?? 0 }
    let scriptDisk = spec.workload.map { disk($0.disk) } ?? 0
    let kernel = GuestKernel(configuration, domain: domain)
    let files = spec.files.enumerated().map { index, file in
      FileStream(
        file, firstPage: kernel.firstPage(ofFileSet: index), disk: disk(file.disk),
        seed: scenario.seed, purpose: "\(spec.name)/files/\(file.name)")
    }
    let anon = spec.anon.access.map {
      AnonStream(
        $0, coldPPM: spec.anon.coldPPM, seed: scenario.seed, purpose: "\(spec.name)/anon")
    }
    let processes = (spec.workload?.script.processes ?? []).map {
      ScriptedProcess(
        $0, filePage: kernel.firstPage(ofFileSet: spec.files.count), disk: scriptDisk)
    }
    let boot = Int64(configuration.zones.totalRAM.pages)
    return SimulatedGuest(
      spec: spec, kernel: kernel,
      policy: spec.policy.map { PolicyRun($0) },
      demand: DemandPlayer(demand.points, spec.committed, spec.anon, tick: scenario.tick),
      files: files,
      anon: anon, processes: processes,
      meter: GuestMeter(
        memory: spec.memory.pages, held: spec.memoryAtBoot.pages,
        isStatic: spec.controller == .none && scenario.host.policy?.card.movesBalloons != true),
      goal: boot,
      target: boot)
  }

  /// Boots the guests and schedules what comes by itself.
  mutating func start() throws {
    try emit(.runStarted, guest: nil, [("guests", .number(Int64(guestCount)))])
    for index in 0..<guestCount {
      let guest = UInt16(index)
      end = max(end, guests[index].demand.end)
      if guests[index].spec.workload == nil {
        queue.schedule(.demand(guest: guest), at: .zero, in: .workload)
      }
      for (stream, file) in guests[index].files.enumerated() {
        var threads = 1
        if case .closed(_, let count) = file.load {
          threads = count
          openWork += count
        }
        for thread in 0..<threads {
          queue.schedule(
            .file(guest: guest, stream: UInt16(stream), thread: UInt16(thread)), at: .zero,
            in: .workload)
        }
      }
      if guests[index].anon != nil {
        queue.schedule(.anon(guest: guest), at: .zero, in: .workload)
      }
      for (process, work) in guests[index].processes.enumerated() {
        openWork += 1
        queue.schedule(
          .process(guest: guest, process: UInt16(process)), at: work.firstStart, in: .workload)
      }
      if !guests[index].files.isEmpty {
        scheduleFlush(index, after: guests[index].kernel.flusherPause)
      }
      scheduleReporting(index, since: .zero)
      try startPolicy(index)
    }
    try startHostPolicy()
    for (index, order) in scenario.events.enumerated() {
      queue.schedule(.order(UInt32(index)), at: order.at, in: .controller)
    }
    switch scenario.duration {
    case .time(let duration): end = .zero + duration
    case .trace: if openWork > 0 { end = .endOfTime }
    }
  }
}

extension GuestSpec {
  /// What decides the guest's zones.
  public var bootParameters: BootParameters {
    BootParameters(
      memory: memory, kernel: kernel, bootReserved: bootReserved, lateFreed: lateFreed,
      ballooned: memory - memoryAtBoot)
  }

  /// Pages that a guest may have in file sets and regions, and in swap: 2^30, so that a page's number, its place in
  /// the table and the bit for "write" fit into 32 bits however regions lie.
  static let pageLimit = 1 << 30

  /// Refuses a guest with more pages than can be numbered.
  func checkPages(_ committed: PageCount) throws(SimulationError) {
    let script = workload.map { $0.script.filePages + $0.script.mappedPages } ?? 0
    let pages = files.reduce(scaled(committed) + script) { $0 + $1.size.pages }
    let slots = swap.reduce(0) { $0 + $1.size.pages }
    guard max(pages, slots) <= Self.pageLimit else {
      throw .tooManyPages(guest: name, pages: max(pages, slots), limit: Self.pageLimit)
    }
  }

  /// Committed memory of the samples as the guest commits it.
  func scaled(_ committed: PageCount) -> Int {
    Int(Int128(committed.pages) * Int128(self.committed.scalePPM) / 1_000_000)
  }

  /// Memory that the kernel itself takes at boot: what nothing reclaims, and reclaimable slab.
  ///
  /// A rough fit to idle guests with a recorded 6.1 kernel (`Docs/model.md`, section 8): 16.4 MiB and about
  /// 1.5 MiB a GiB, and 8.8 MiB of slab; never more than an eighth and a sixteenth of the guest.
  public func kernelMemory(totalRAM: PageCount) -> (unreclaimable: PageCount, slab: PageCount) {
    let unreclaimable = min(4_200 + memory.pages / 700, totalRAM.pages / 8)
    let slab = min(2_245, totalRAM.pages / 16)
    return (kernelUnreclaimable ?? PageCount(unreclaimable), slabReclaimable ?? PageCount(slab))
  }
}
