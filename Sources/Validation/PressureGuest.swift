internal import MemoryModel
internal import Policies
internal import Simulation
internal import Units

/// A recorded guest with one processor simulated: its programs, kswapd, the balloon's worker and the agent compete for it.
///
/// The kernel is that of a run; who runs when is decided here, task by task, and so is how long a stall lasts.
struct PressureGuest: ~Copyable {
  /// What is seen at a sample.
  struct Sample {
    /// Totals in us.
    var some = 0.0, full = 0.0, ioSome = 0.0
    /// Pages restored, scanned and swapped in, reads of files from the disk.
    var restores = 0.0, scanned = 0.0, swapIns = 0.0, misses = 0.0
    /// Pages of RAM and free ones; Senpai's limit in pages.
    var ram = 0.0, free = 0.0, limit = 0.0
    /// Of the pages scanned those of direct reclaim; pages swapped out; the anonymous lists.
    var scannedDirectly = 0.0, swapOuts = 0.0, activeAnon = 0.0, inactiveAnon = 0.0
  }

  private enum Role {
    case process(Int)
    case kswapd
    case balloon
    case spin(busy: SimDuration, idle: SimDuration, until: SimTime)
    case agent
  }

  private let recording: PressureRecording
  private var kernel: GuestKernel
  private var host: MemoryModel.Host
  private var processor = OneProcessor()
  private var roles: [Role] = []
  private var processes: [ScriptTask] = []
  private var kswapdToken: UInt32?
  private var isInflating = false
  private var hasRested = true
  private var senpai: Senpai?
  /// What the agent has written into `memory.high` and is still to reclaim for, in time.
  private var writing = SimDuration.zero
  /// The region that stands for what the kernel comes to hold, and how much of it does.
  private var kernelRegion: UInt32 = 0
  private var kernelGrowth = 0
  private let restTouched: Int
  private static let kswapd = 0, balloon = 1, agent = 2

  /// The guest at its boot, with what it held at its first sample.
  ///
  /// - Throws: `SimulationError`.
  init(_ recording: PressureRecording) throws {
    self.recording = recording
    let guest = recording.guest
    let costs = PressureCosts(recording)
    let condition = try GuestReplay.condition(of: guest)
    let (script, places) = guest.workload
    let scenario = guest.scenario(script, kernelPages: condition.kernel)
    var spec = scenario.guests[0]
    spec.kernel.swapsToMemory = recording.swapDisk == nil
    spec.kernel.pageCluster = recording.pageCluster
    spec.kernel.costs = Self.costs(costs)
    let disk = DiskParameters(
      randomRead: costs.read, write: costs.read,
      bandwidth: max(4_096 * 1_000_000_000 / max(costs.read.nanoseconds, 1), 1), channels: 256)
    host = MemoryModel.Host(
      memory: PageCount(guest.memory * 4),
      tmem: TmemConfiguration(cleancache: false, frontswap: false), disks: [disk, disk])
    let domain = host.addDomain(memory: spec.memoryAtBoot, maximum: spec.memory)
    var configuration = GuestConfiguration(
      spec.kernel, zones: GuestZones(spec.bootParameters))
    configuration.kernel.timers = spec.timers
    // What is in no group is none of its reclaim's business.
    let isGroup = recording.loop?.drive == .memoryHigh
    configuration.kernelUnreclaimable = PageCount(
      condition.kernel + (isGroup ? condition.restTouched : 0))
    configuration.fileSets = [(PageCount(script.filePages), 0)]
    if let pages = recording.swapDisk {
      configuration.swap = [(PageCount(pages), 1)]
    } else if let mebibytes = guest.description.configuration.zramMebibytes {
      configuration.swap = [(.mebibytes(mebibytes), 1)]
    }
    configuration.cleancache = false
    configuration.frontswap = false
    kernel = GuestKernel(configuration, domain: domain ?? 0)
    kernel.shareProcessor()
    kernel.begin(at: .zero)
    if condition.restCommitted > 0 && !isGroup {
      kernel.holdRegion(
        PageCount(condition.restCommitted), touched: PageCount(condition.restTouched),
        active: PageCount(condition.restActive), storedPPM: GuestRecording.restStored, &host)
    }
    restTouched = isGroup ? 0 : condition.restTouched
    addTasks(script, places)
    kernelRegion = kernel.mapRegion(PageCount(guest.memory), cpu: 0)
  }

  /// Page tables, nodes of the page cache and what else the kernel holds for processes, as they come to be: locked pages.
  ///
  /// A page table has 512 entries, a node of the page cache 64 in 576 bytes, seven of them a page. Each process has four
  /// page tables at least, and about eight pages of slab (the columns PageTables and Slab of c_thrash1).
  private mutating func growKernel() {
    let now = processor.now
    let begun = processes.count { $0.firstStart <= now }
    let files = kernel.levels.activeFile + kernel.levels.inactiveFile
    let wanted =
      begun * Self.pagesOfProcess + max(kernel.touched.pages - restTouched, 0) / 512
      + files / (7 * 64)
    if wanted <= kernelGrowth { return }
    kernel.begin(at: now)
    let done = kernel.lock(
      PageCount(wanted - kernelGrowth), ofRegion: kernelRegion, budget: .forever, &host)
    kernelGrowth += done.pages
    _ = kernel.takeStalls()
  }

  private static let pagesOfProcess = 12

  private static func costs(_ recorded: PressureCosts) -> Costs {
    var costs = Costs()
    costs.fileHit = .zero
    costs.anonHit = .zero
    costs.minorFault = .zero
    costs.clearPage = .zero
    costs.unmapPage = .zero
    costs.tmemPut = .zero
    costs.tmemMiss = .zero
    costs.tmemGet = recorded.load
    costs.scanPage = recorded.scanPage
    costs.balloonOutGuest = PressureCosts.balloonOut
    costs.balloonOutXen = .zero
    costs.balloonInGuest = RecordedGuestCosts.balloonIn
    costs.balloonInXen = .zero
    costs.hypercall = .zero
    costs.tlbFlush = .zero
    return costs
  }

  private mutating func addTasks(
    _ script: WorkloadScript, _ places: [(process: Int, step: Int)?]
  ) {
    for role in [Role.kswapd, .balloon, .agent] {
      roles.append(role)
      _ = processor.add(at: .endOfTime)
    }
    for (number, steps) in script.processes.enumerated() {
      var costs = steps.map { step in
        if case .lock = step.operation { SimDuration.zero } else { PressureCosts.touch }
      }
      var isWarming = steps.map { _ in false }
      var isReading = isWarming
      for (line, place) in places.enumerated() {
        guard let place, place.process == number else { continue }
        let words = recording.guest.description.script[line].split(separator: " ")
        isWarming[place.step] = words[2] == "fwarm"
        isReading[place.step] = words[2] == "aread"
        switch steps[place.step].operation {
        case .readRegion, .readFile, .scanFile:
          costs[place.step] =
            isWarming[place.step]
            ? warming(line)
            : PressureCosts.access(line: line, work: Self.work(of: words), recording)
        case .map, .unmap, .lock, .touch: break
        }
      }
      processes.append(
        ScriptTask(
          steps, costs: costs, isWarming: isWarming, isReading: isReading,
          filePage: kernel.firstPage(ofFileSet: 0)))
      roles.append(.process(processes.count - 1))
      _ = processor.add(at: steps.first?.at ?? .zero)
    }
    for line in recording.guest.description.script {
      let words = line.split(separator: " ")
      guard words.count == 6, words[2] == "spin", let at = Double(words[1]),
        let busy = Int64(words[3]), let idle = Int64(words[4]), let seconds = Double(words[5])
      else { continue }
      roles.append(
        .spin(
          busy: .microseconds(min(max(busy, 1), 1_000_000)),
          idle: .microseconds(min(max(idle, 0), 1_000_000)),
          until: .zero + .recorded(at + seconds)))
      _ = processor.add(at: .zero + .recorded(at))
    }
  }

  /// Processor time that a line burns after each access on purpose, in its last word if there is one.
  private static func work(of words: [Substring]) -> SimDuration {
    let count = ["azipf": 12, "fzipf": 11, "fscan": 8][words[2]]
    guard words.count == count, let last = words.last, let time = Int64(last) else { return .zero }
    return .microseconds(min(max(time, 0), 10_000_000))
  }

  /// What a page takes of the processor in a line that reads many a call: its time without one wait a call.
  private func warming(_ line: Int) -> SimDuration {
    guard
      let outcome = recording.guest.description.operations.first(where: { $0.line == line }),
      outcome.accesses > 0
    else { return PressureCosts.touch }
    let each = (outcome.end - outcome.start) / Double(outcome.accesses) * 1e6
    return max(
      .microsecondsCut(each - recording.dataLatency * 1_000 / 32), .microseconds(5))
  }

  /// Simulates to the last sample and returns what was seen at each.
  mutating func run() -> [Sample] {
    var steps = (recording.guest.description.steps ?? [])[...]
    let readings = recording.readings
    let times = recording.guest.series["t"] ?? readings
    var samples: [Sample] = []
    for (index, time) in times.enumerated() {
      while let step = steps.first, step[0] <= time {
        advance(to: .zero + .recorded(step[0]))
        growKernel()
        setRAM(Int(step[1]))
        steps.removeFirst()
      }
      advance(to: .zero + .recorded(min(time, readings[index])))
      if let loop = recording.loop, readings[index] >= loop.start - 0.5 { decide(loop) }
      samples.append(look())
      growKernel()
      processor.wake(Self.agent)
    }
    return samples
  }

  private mutating func look() -> Sample {
    let now = processor.now
    let memory = kernel.pressure.memory(at: now)
    let io = kernel.pressure.disk(at: now)
    let restores = kernel.pressure.restores
    return Sample(
      some: Double(memory.some) / 1_000, full: Double(memory.full) / 1_000,
      ioSome: Double(io.some) / 1_000, restores: Double(restores.file + restores.anon),
      scanned: Double(
        kernel.counters[.pgscanKswapd] + kernel.counters[.pgscanDirect]
          + kernel.memoryHighReclaim.scanned),
      swapIns: Double(kernel.counters[.pswpin]),
      misses: Double(processes.reduce(0) { $0 + $1.misses }), ram: Double(kernel.ram.pages),
      free: Double(kernel.freePages.pages), limit: Double((senpai?.state.limit ?? 0) >> 12),
      scannedDirectly: Double(kernel.counters[.pgscanDirect]),
      swapOuts: Double(kernel.counters[.pswpout]), activeAnon: Double(kernel.levels.activeAnon),
      inactiveAnon: Double(kernel.levels.inactiveAnon))
  }

  /// Asks the balloon for total RAM of so many pages.
  private mutating func setRAM(_ pages: Int) {
    let reserved = recording.guest.memory - recording.guest.description.totalRAM
    kernel.begin(at: processor.now)
    if kernel.setBalloonTarget(UInt64(max(pages + reserved, 0))) { processor.wake(Self.balloon) }
  }

  /// A tick of Senpai's: it reads the pressure, and moves its limit.
  private mutating func decide(_ loop: PressureRecording.Loop) {
    let total = Int64(kernel.pressure.memory(at: processor.now).some / 1_000)
    let used: Int64
    switch loop.drive {
    case .balloon:
      used =
        Int64(kernel.ram.pages - kernel.freePages.pages)
        + Int64(recording.guest.description.totalReserve)
    case .memoryHigh: used = Int64(kernel.memoryCurrent.pages)
    }
    let outcome: Senpai.Outcome
    if var started = senpai {
      outcome = started.tick(
        Senpai.Sight(total: total, current: used << 12, high: started.state.limit))
      senpai = started
    } else {
      let (started, first) = Senpai.start(
        loop.settings, Senpai.Sight(total: total, current: used << 12, high: nil))
      outcome = first
      senpai = started
    }
    guard let limit = outcome.high.map({ Int($0 >> 12) }) else { return }
    switch loop.drive {
    case .balloon: setRAM(limit)
    case .memoryHigh:
      kernel.begin(at: processor.now)
      kernel.writeMemoryHigh(PageCount(limit), &host)
      writing += kernel.elapsed
      _ = kernel.takeStalls()
    }
  }

  private mutating func advance(to time: SimTime) {
    // The processor is moved out for the time, for its tasks change the guest.
    var processor = processor
    processor.run(until: time) { task, processor in
      refill(task, &processor)
    } tell: { old, new, now in
      kernel.changePressure { pressure in
        if let old { pressure.end(old, at: now) }
        if let new { pressure.begin(new, at: now) }
      }
    }
    self.processor = processor
  }

  /// What a task does next.
  private mutating func refill(
    _ task: Int, _ processor: inout OneProcessor
  ) -> [OneProcessor.Piece] {
    let now = processor.now
    let pieces: [OneProcessor.Piece]
    switch roles[task] {
    case .process(let number):
      pieces = processes[number].next(&kernel, &host, at: now, disk: 0)
    case .kswapd: pieces = kswapd(at: now)
    case .balloon: pieces = balloon(at: now)
    case .spin(let busy, let idle, let end):
      pieces = now >= end ? [.exit] : [.work(busy), .sleep(idle, nil)]
    case .agent:
      hasRested.toggle()
      pieces = hasRested ? [.rest(.endOfTime)] : [.work(PressureCosts.sample + writing)]
      writing = .zero
    }
    if let wakeUp = kernel.takeKswapdWakeUp() {
      kswapdToken = wakeUp.token
      processor.wake(Self.kswapd)
    }
    return pieces
  }

  /// A step of kswapd's: all of it stalls, until it sleeps.
  private mutating func kswapd(at now: SimTime) -> [OneProcessor.Piece] {
    guard let token = kswapdToken else { return [.rest(.endOfTime)] }
    kernel.begin(at: now)
    let next = kernel.kswapdStep(token: token, &host)
    _ = kernel.takeStalls()
    guard let next else {
      kswapdToken = nil
      return [.rest(.endOfTime)]
    }
    let work = OneProcessor.Piece.reclaim(kernel.elapsed)
    return next > kernel.elapsed + .microseconds(1)
      ? [work, .rest(now + next)] : [.reclaim(next)]
  }

  /// A batch of the balloon's worker.
  private mutating func balloon(at now: SimTime) -> [OneProcessor.Piece] {
    kernel.begin(at: now)
    let step = isInflating ? kernel.finishBatch(&host) : kernel.startBalloonWorker(&host)
    isInflating = false
    guard case .batch = step else {
      _ = kernel.takeStalls()
      return [.rest(.endOfTime)]
    }
    isInflating = true
    var pieces = OneProcessor.pieces(of: &kernel)
    // A batch that was not had to the last page ends with a nap of a fifth of a second.
    if case .work(let time)? = pieces.last, time > Self.nap {
      pieces[pieces.count - 1] = .work(time - Self.nap)
      pieces.append(.sleep(Self.nap, nil))
    }
    return pieces
  }

  private static let nap = SimDuration.milliseconds(200)
}
