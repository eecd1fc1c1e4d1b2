internal import MemoryModel
internal import Policies
internal import Simulation
internal import Units

extension GuestRecording {
  /// Pages that a process commits and touches besides what its script says.
  ///
  /// Source: Committed_AS falls by 97 pages when a process of the recordings ends, AnonPages by 10.
  static let processCommitted = 97
  private static let processTouched = 10

  /// What a swapped page of the rest of the guest keeps of a page, in millionths: it is no same-filled page.
  ///
  /// Calibrated on `guestanon`: memory that /proc/meminfo does not name grows by 557 and 432 pages while 654 and 454 pages
  /// of the RAM file system and of idle processes are swapped out.
  static let restStored: Int64 = 900_000

  /// What the guest holds besides free memory and what its script does, in pages: the initial condition.
  ///
  /// `rest` is what belongs to no process of the script: what it commits, and its pages on the anonymous lists (the
  /// RAM file system's included), which nobody accesses again. All else that is not free is the kernel's; slab is
  /// part of it, because KReclaimable falls in none of the recordings.
  struct InitialCondition: Hashable {
    var kernel = 0
    var restCommitted = 0
    var restTouched = 0
    var restActive = 0
  }

  /// What the processes of the script have come to hold, in pages.
  struct ScriptShare: Hashable {
    var committed = 0
    var activeAnon = 0
    var inactiveAnon = 0
    /// Locked pages, which are on no list.
    var locked = 0
    /// Whether it has read files. How many pages of them are in memory the sample says, and nobody else has any.
    var hasReadFiles = false
  }

  /// The initial condition with which the guest is at the first sample as it was recorded.
  ///
  /// What the script has come to hold by then, `script`, is part of the sample, and no part of the condition.
  func initialCondition(besides script: ScriptShare) -> InitialCondition {
    let limit = description.totalRAM / 4
    func first(_ column: String) -> Int {
      Int(min(max(series[column]?.first ?? 0, 0), Double(description.totalRAM)))
    }
    let active = min(max(first("Active(anon)") - script.activeAnon, 0), limit)
    let touched = min(max(active + first("Inactive(anon)") - script.inactiveAnon, 0), limit)
    let kernel =
      first("MemTotal") - first("MemFree") - touched - script.activeAnon - script.inactiveAnon
      - script.locked
      - (script.hasReadFiles ? first("Active(file)") + first("Inactive(file)") : 0)
    return InitialCondition(
      kernel: min(max(kernel, 0), 2 * limit),
      restCommitted: max(first("Committed_AS") - script.committed, touched), restTouched: touched,
      restActive: active)
  }

  /// Which tick of the simulation, counted from 0, the first sample is held against.
  var firstTick: Int {
    let time = series["t"]?.first ?? 0
    let configuration = description.configuration
    return Int(min(max(time, 0), configuration.duration) / configuration.sample + 0.5)
  }

  /// The script as it is carried out, and for each line of it the process and its step.
  ///
  /// Every process has pages of its own from the beginning. A Zipf operation has tables: 8 bytes and 4 bytes a page
  /// that it draws from, each a mapping of its own, locked in memory, and gone when it is over: Mlocked rises by as much.
  var workload: (script: WorkloadScript, places: [(process: Int, step: Int)?]) {
    let written = writtenProcesses { _ in true }
    let processes = written.map(\.steps) + controllingProcesses
    return (WorkloadScript(processes: processes), lines(written.map(\.places)))
  }

  /// As much of the script as had begun when the first sample was taken; its processes then stay as they are.
  var workloadBeforeFirstSample: WorkloadScript {
    let sampled = series["t"]?.first ?? 0
    let never = SimTime.zero + duration + .seconds(86_400)
    let begun = writtenProcesses { $0.start.map { $0 <= sampled } ?? false }.map {
      $0.steps + [WorkloadScript.Step(at: never, .unmap(region: 0))]
    }
    return WorkloadScript(processes: begun + controllingProcesses)
  }

  /// The processes of the script, each as far as `isIncluded` says that its steps go.
  private func writtenProcesses(_ isIncluded: (RecordedStep) -> Bool) -> [ProcessWriter] {
    zip(processNumbers, zip(script.processes, recordedSteps)).map { number, process in
      let (steps, recorded) = process
      var touched = 0
      var writer = ProcessWriter()
      writer.mapOwn(domain == nil ? Self.processCommitted : Self.xenProcessCommitted)
      for (step, recorded) in zip(steps, recorded).prefix(while: { isIncluded($0.1) }) {
        let paced = WorkloadScript.Step(
          at: step.at + recorded.delay, step.operation.paced(over: recorded.duration))
        let pieces = touchPieces(
          of: paced, process: number, from: recorded.start, lasting: recorded.duration,
          after: &touched)
        for piece in pieces.dropLast() { writer.addPiece(piece) }
        writer.add(pieces.last ?? paced)
      }
      return writer
    }
  }

  /// Processes that do nothing in the guest but set targets and take memory of the hypervisor, from the beginning to their last line.
  private var controllingProcesses: [[WorkloadScript.Step]] {
    let working = Set(processNumbers)
    let lines = description.operations.filter { $0.process.map { !working.contains($0) } ?? false }
    return Set(lines.compactMap(\.process)).sorted().map { number in
      let end = lines.reduce(0) { $1.process == number ? max($0, $1.end) : $0 }
      var writer = ProcessWriter()
      writer.mapOwn(Self.xenProcessCommitted)
      return writer.steps + [WorkloadScript.Step(at: .zero + .recorded(end), .unmap(region: 0))]
    }
  }

  /// What the recording says of the time of a step.
  private struct RecordedStep {
    /// When it began, in seconds; nil if it had not ended at the end of the recording.
    var start: Double?
    /// How much later than its time it begins, and how long it took; zero if that is not known.
    var delay = SimDuration.zero
    var duration = SimDuration.zero
  }

  /// What is known of the time of each step of each process.
  ///
  /// Operations of a second, its sample, and the controller that acts on the sample begin within some milliseconds of each
  /// other, in either order. What the recording began after the sample begins as much later here, so that the
  /// controller does not see it yet.
  private var recordedSteps: [[RecordedStep]] {
    var steps = script.processes.map { [RecordedStep](repeating: RecordedStep(), count: $0.count) }
    let places = lines(script.processes.map { Array($0.indices) })
    let samples = series["t"] ?? []
    for operation in description.operations {
      guard let place = places[operation.line] else { continue }
      var step = RecordedStep(start: operation.start)
      step.duration = .recorded(operation.end - operation.start)
      let due = script.processes[place.process][place.step].at.seconds
      let near = samples.min { abs($0 - due) < abs($1 - due) } ?? due
      let late = operation.start - near
      if late > 0 && abs(near - due) < Self.sameMoment && operation.start - due < Self.sameMoment {
        step.delay = .recorded(late)
      }
      steps[place.process][place.step] = step
    }
    return steps
  }

  /// Within how many seconds of its time an operation or a sample counts as begun in time.
  private static let sameMoment = 0.05

  /// The number of the process of each line; nil if no process does what it says.
  private var lineNumbers: [Int?] {
    lines.map { line in line.split(separator: " ").first.flatMap { Int($0) } }
  }

  /// The numbers of the processes, in their order.
  var processNumbers: [Int] { Set(lineNumbers.compactMap(\.self)).sorted() }

  /// The process and the step of each line of the recorded script.
  private func lines(_ places: [[Int]]) -> [(process: Int, step: Int)?] {
    let known = processNumbers
    var next = [Int](repeating: 0, count: known.count)
    return lineNumbers.map { number in
      guard let number, let process = known.firstIndex(of: number) else { return nil }
      defer { next[process] += 1 }
      return (process, places[process][next[process]])
    }
  }

  /// Writes the steps of a process anew, with regions added and numbered in the order in which they are mapped.
  private struct ProcessWriter {
    var steps: [WorkloadScript.Step] = []
    /// Where each step of the script went.
    var places: [Int] = []
    private var numbers: [Int] = []
    private var mapped = 0

    /// Maps a region and then does something with it.
    mutating func map(_ pages: Int, at: SimTime, _ then: (Int) -> WorkloadScript.Operation) {
      steps.append(WorkloadScript.Step(at: at, .map(region: mapped, pages: pages)))
      steps.append(WorkloadScript.Step(at: at, then(mapped)))
      mapped += 1
    }

    /// Maps what a process has of its own.
    mutating func mapOwn(_ pages: Int) {
      map(pages, at: .zero) { .touch(region: $0, first: 0, count: processTouched, rate: 0) }
    }

    mutating func add(_ step: WorkloadScript.Step) {
      switch step.operation {
      case .map(_, let pages):
        numbers.append(mapped)
        place(step.at, .map(region: mapped, pages: pages))
        mapped += 1
      case .touch(let region, let first, let count, let rate):
        place(
          step.at, .touch(region: numbers[region], first: first, count: count, rate: rate))
      case .lock(let region, let count):
        place(step.at, .lock(region: numbers[region], count: count))
      case .unmap(let region): place(step.at, .unmap(region: numbers[region]))
      case .scanFile: place(step.at, step.operation)
      case .readFile(let reads): read(reads, step.at, step.operation)
      case .readRegion(let region, let reads):
        read(reads, step.at, .readRegion(region: numbers[region], reads))
      }
    }

    /// A part of a step, a touch, that is not its last.
    mutating func addPiece(_ step: WorkloadScript.Step) {
      add(step)
      places.removeLast()
    }

    private mutating func read(
      _ reads: WorkloadScript.ZipfReads, _ at: SimTime, _ operation: WorkloadScript.Operation
    ) {
      let tables = mapped..<mapped + 2
      for bytes in [8, 4] {
        let pages = (reads.count * bytes + PageCount.pageSize - 1) / PageCount.pageSize
        map(pages, at: at) { .lock(region: $0, count: pages) }
      }
      place(at, operation)
      for table in tables {
        steps.append(WorkloadScript.Step(at: at, .unmap(region: table)))
      }
    }

    private mutating func place(_ at: SimTime, _ operation: WorkloadScript.Operation) {
      places.append(steps.count)
      steps.append(WorkloadScript.Step(at: at, operation))
    }
  }

  /// The guest as it was recorded, with what moved its balloon: a scenario like any other.
  ///
  /// `own` pages are the kernel's. Up to a tick it is the script alone, in a guest that keeps its size.
  /// Linux 6.1 with virtio's balloon, or Xen's where the guest was one of Xen's; swap in the guest's own RAM that takes none of it (zram of same-filled pages)
  /// is frontswap without a limit of the host, and no frontswap in a guest of Xen's; no cleancache.
  func scenario(
    _ script: WorkloadScript, kernelPages own: Int, upToTick end: Int? = nil
  ) -> Scenario {
    let memory = PageCount(self.memory)
    let domain = domain
    var kernel = KernelSettings(.linux6_1, balloon: domain == nil ? .virtio : .linux6_1)
    if let domain {
      kernel.balloonOptions = domain.balloon
      kernel.watermarkBoostFactor = domain.boostFactor ?? kernel.watermarkBoostFactor
    }
    kernel.swapsToMemory = true
    // A program outside the kernel did the worker's part, by a clock without the wheel. Other guests keep that of 6.1.
    kernel.timers.hasWheel = description.controller?.isEnabled != true
    kernel.costs = RecordedGuestCosts.costs(isBusy: !self.script.processes.isEmpty)
    var disk = RecordedGuestCosts.disk
    if let costs = xenCosts {
      kernel.costs.balloonOutGuest = costs.out
      kernel.costs.balloonInGuest = costs.in
      kernel.costs.scanPage = costs.scan
      kernel.costs.tmemPut = max(costs.swapOut - kernel.costs.unmapPage, .zero)
      disk = costs.disk
    }
    var guest = GuestSpec(
      name: "guest", memory: domain.map { PageCount($0.maximum) } ?? memory, kernel: kernel)
    guest.bootMemory = memory
    guest.bootReserved = memory - PageCount(description.totalRAM)
    guest.boot =
      "tmem tmem.cleancache=0 tmem.selfballooning=0 tmem.selfshrinking=0"
      + (domain == nil ? "" : " tmem.frontswap=0")
    guest.controller = .usual
    guest.tunables = end == nil ? tunables : []
    guest.swap = swap
    guest.slabReclaimable = .zero
    guest.kernelUnreclaimable = PageCount(own)
    guest.slabInUse = PageCount(domain == nil ? 0 : slabAtStart)
    guest.anon.touched = .share(0)
    guest.workload = ScriptSpec(script, text: "", disk: "disk")
    // The steps of a guest of Xen's are targets of its balloon, those of others say how much RAM it is to have.
    let reserved = domain == nil ? memory.pages - description.totalRAM : 0
    let events = (end == nil ? description.steps ?? [] : []).map { step in
      EventSpec(
        at: SimTime(nanoseconds: Int64((step[0] * 1e9).rounded())), guest: 0,
        action: .balloonTarget(PageCount(Int(step[1]) + reserved)))
    }
    let tick = SimDuration.nanoseconds(
      Int64((description.configuration.sample * 1e9).rounded()))
    return Scenario(
      name: description.id, description: "", seed: 1,
      duration: .time(end.map { .nanoseconds(Int64($0) * tick.nanoseconds) } ?? duration),
      tick: tick,
      host: HostSpec(
        memory: .pages(domain.map { $0.pages + $0.hypervisorFree } ?? memory.pages * 4),
        tmem: TmemConfiguration(cleancache: false, metadataPPM: 0),
        disks: [DiskSpec(name: "disk", parameters: disk)]),
      guests: [guest], events: events)
  }

  /// Reclaimable slab at the first sample, in pages.
  private var slabAtStart: Int {
    Int(min(max(series["KReclaimable"]?.first ?? 0, 0), Double(description.totalRAM)))
  }

  private var duration: SimDuration {
    .nanoseconds(Int64((description.configuration.duration * 1e9).rounded()))
  }

  private var swap: [SwapSpec] {
    description.configuration.zramMebibytes.map {
      [SwapSpec(size: .mebibytes($0), disk: "disk")]
    } ?? []
  }

  /// The writes that start the driver with the recorded settings: the first run comes one interval later.
  private var tunables: [(attribute: String, text: String)] {
    guard let law = description.controller, law.isEnabled else { return [] }
    let shrinking: [(attribute: String, text: String)] = [
      ("frontswap_hysteresis", law.frontswapHysteresis),
      ("frontswap_inertia", law.frontswapInertia),
    ].compactMap { name, value in value.map { (name, "\($0)") } }
    return [
      ("selfballoon_interval", "\(law.interval)"),
      ("selfballoon_downhysteresis", "\(law.downHysteresis)"),
      ("selfballoon_uphysteresis", "\(law.upHysteresis)"),
      ("selfballoon_reserved_mb", "\(description.reservedMebibytes)"),
    ] + shrinking + [
      ("frontswap_selfshrinking", law.isSelfshrinking ? "1" : "0"),
      ("selfballooning", "1"),
    ]
  }
}

extension SimDuration {
  /// A recorded number of seconds, cut off at 0 and a day.
  static func recorded(_ seconds: Double) -> SimDuration {
    .nanoseconds(Int64(min(max(seconds, 0), 86_400) * 1e9))
  }
}

extension WorkloadScript.Operation {
  /// The operation at the speed at which it was recorded, if it is a touch as fast as it goes.
  ///
  /// That speed is the machine's and not the guest's: in the recordings 21 to 219 us a page.
  fileprivate func paced(over duration: SimDuration) -> Self {
    guard case .touch(let region, let first, let count, 0) = self, duration > .zero else {
      return self
    }
    let rate = Double(count) * 1e9 / Double(duration.nanoseconds)
    return .touch(
      region: region, first: first, count: count, rate: Int64(min(rate.rounded(.up), 1e9)))
  }
}
