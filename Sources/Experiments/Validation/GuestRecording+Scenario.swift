internal import MemoryModel
internal import Policies
internal import SimulationEngine

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

  /// What the guest holds at the first sample besides free memory, in pages: the initial condition.
  ///
  /// `rest` is what belongs to no process of the script: what it commits, and its pages on the anonymous lists (the
  /// RAM file system's included), which nobody accesses again. All else that is not free is the kernel's; slab is
  /// part of it, because KReclaimable falls in none of the recordings.
  struct InitialCondition: Hashable {
    var kernel: Int
    var restCommitted: Int
    var restTouched: Int
    var restActive: Int
  }

  var initialCondition: InitialCondition {
    let limit = description.totalRAM / 4
    func first(_ column: String) -> Int {
      Int(min(max(series[column]?.first ?? 0, 0), Double(description.totalRAM)))
    }
    let processes = script.processes.count
    let own = processes * Self.processTouched
    let active = min(first("Active(anon)"), limit)
    let touched = min(max(active + first("Inactive(anon)") - own, 0), limit)
    let committed = max(first("Committed_AS") - processes * Self.processCommitted, touched)
    let kernel = first("MemTotal") - first("MemFree") - touched - own
    return InitialCondition(
      kernel: min(max(kernel, 0), 2 * limit), restCommitted: committed, restTouched: touched,
      restActive: active)
  }

  /// The script as it is carried out, and for each line of it the process and its step.
  ///
  /// Every process has pages of its own from the beginning. A Zipf operation has tables: 8 bytes and 4 bytes a page
  /// that it draws from, each a mapping of its own, and gone when it is over.
  var workload: (script: WorkloadScript, places: [(process: Int, step: Int)?]) {
    var processes: [[WorkloadScript.Step]] = []
    var places: [[Int]] = []
    let (delays, durations) = recordedTimes
    for (process, steps) in script.processes.enumerated() {
      var writer = ProcessWriter()
      writer.map(Self.processCommitted, touching: Self.processTouched, at: .zero)
      for (index, step) in steps.enumerated() {
        writer.add(
          WorkloadScript.Step(
            at: step.at + delays[process][index],
            step.operation.paced(over: durations[process][index])))
      }
      processes.append(writer.steps)
      places.append(writer.places)
    }
    return (WorkloadScript(processes: processes), lines(places))
  }

  /// How much later than its time each step begins, and how long it took; zero if that is not known.
  ///
  /// Operations of a second, its sample, and the controller that acts on the sample begin within some milliseconds of each
  /// other, in either order. What the recording began after the sample begins as much later here, so that the
  /// controller does not see it yet.
  private var recordedTimes: (delays: [[SimDuration]], durations: [[SimDuration]]) {
    var delays = script.processes.map { [SimDuration](repeating: .zero, count: $0.count) }
    var durations = delays
    let places = lines(script.processes.map { Array($0.indices) })
    let samples = series["t"] ?? []
    for operation in description.operations {
      guard let place = places[operation.line] else { continue }
      durations[place.process][place.step] = .recorded(operation.end - operation.start)
      let due = Double(script.processes[place.process][place.step].at.nanoseconds) / 1e9
      let near = samples.min { abs($0 - due) < abs($1 - due) } ?? due
      let late = operation.start - near
      if late > 0 && abs(near - due) < Self.sameMoment && operation.start - due < Self.sameMoment {
        delays[place.process][place.step] = .recorded(late)
      }
    }
    return (delays, durations)
  }

  /// Within how many seconds of its time an operation or a sample counts as begun in time.
  private static let sameMoment = 0.05

  /// The process and the step of each line of the recorded script.
  private func lines(_ places: [[Int]]) -> [(process: Int, step: Int)?] {
    let numbers = description.script.map { line in
      line.split(separator: " ").first.flatMap { Int($0) }
    }
    let known = Set(numbers.compactMap(\.self)).sorted()
    var next = [Int](repeating: 0, count: known.count)
    return numbers.map { number in
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

    mutating func map(_ pages: Int, touching touched: Int, at: SimTime) {
      steps.append(WorkloadScript.Step(at: at, .map(region: mapped, pages: pages)))
      if touched > 0 {
        let touch = WorkloadScript.Operation.touch(
          region: mapped, first: 0, count: touched, rate: 0)
        steps.append(WorkloadScript.Step(at: at, touch))
      }
      mapped += 1
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
      case .unmap(let region): place(step.at, .unmap(region: numbers[region]))
      case .scanFile: place(step.at, step.operation)
      case .readFile(let reads): read(reads, step.at, step.operation)
      case .readRegion(let region, let reads):
        read(reads, step.at, .readRegion(region: numbers[region], reads))
      }
    }

    private mutating func read(
      _ reads: WorkloadScript.ZipfReads, _ at: SimTime, _ operation: WorkloadScript.Operation
    ) {
      let tables = mapped..<mapped + 2
      for bytes in [8, 4] {
        let pages = (reads.count * bytes + PageCount.pageSize - 1) / PageCount.pageSize
        map(pages, touching: pages, at: at)
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
  /// Linux 6.1 with virtio's balloon; swap in the guest's own RAM that takes none of it (zram of same-filled pages)
  /// is frontswap without a limit of the host; no cleancache.
  func scenario(_ script: WorkloadScript) -> Scenario {
    let memory = PageCount(self.memory)
    var kernel = KernelSettings(.linux6_1, balloon: .virtio)
    kernel.swapsToMemory = true
    kernel.costs = RecordedGuestCosts.costs(isBusy: !self.script.processes.isEmpty)
    var guest = GuestSpec(name: "guest", memory: memory, kernel: kernel)
    guest.bootReserved = memory - PageCount(description.totalRAM)
    guest.boot = "tmem tmem.cleancache=0 tmem.selfballooning=0 tmem.selfshrinking=0"
    guest.controller = .selfballoon
    guest.tunables = tunables
    guest.swap = swap
    guest.slabReclaimable = .zero
    guest.kernelUnreclaimable = PageCount(initialCondition.kernel)
    guest.anon.touched = .share(0)
    guest.workload = ScriptSpec(script, text: "", disk: "disk")
    let reserved = memory.pages - description.totalRAM
    let events = (description.steps ?? []).map { step in
      EventSpec(
        at: SimTime(nanoseconds: Int64((step[0] * 1e9).rounded())), guest: 0,
        action: .balloonTarget(PageCount(Int(step[1]) + reserved)))
    }
    return Scenario(
      name: description.id, description: "", seed: 1, duration: .time(duration),
      tick: .nanoseconds(Int64((description.configuration.sample * 1e9).rounded())),
      host: HostSpec(
        memory: .pages(memory.pages * 4),
        tmem: TmemConfiguration(cleancache: false, metadataPPM: 0),
        disks: [DiskSpec(name: "disk", parameters: RecordedGuestCosts.disk)]),
      guests: [guest], events: events)
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
    return [
      ("selfballoon_interval", "\(law.interval)"),
      ("selfballoon_downhysteresis", "\(law.downHysteresis)"),
      ("selfballoon_uphysteresis", "\(law.upHysteresis)"),
      ("selfballoon_reserved_mb", "\(description.reservedMebibytes)"),
      ("frontswap_hysteresis", "\(law.frontswapHysteresis)"),
      ("frontswap_inertia", "\(law.frontswapInertia)"),
      ("frontswap_selfshrinking", law.isSelfshrinking ? "1" : "0"),
      ("selfballooning", "1"),
    ]
  }
}

extension SimDuration {
  /// A recorded number of seconds, cut off at 0 and a day.
  fileprivate static func recorded(_ seconds: Double) -> SimDuration {
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
