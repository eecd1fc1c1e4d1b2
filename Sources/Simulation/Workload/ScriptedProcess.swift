import MemoryModel
import SimulationEngine
import Units

/// A process of a workload script at work: which step it is in, and how far.
public struct ScriptedProcess {
  /// What came of a step.
  public struct Outcome: Hashable, Sendable {
    /// When it began and ended.
    var start: SimTime
    var end = SimTime.zero
    /// Accesses or touches made.
    var done: Int64 = 0
    /// Reads of file pages that were not in memory, and major faults.
    public var misses: Int64 = 0
    var majorFaults: Int64 = 0
  }

  private let steps: [WorkloadScript.Step]
  /// The first page of the file set, and its disk.
  private let filePage: UInt32
  private let disk: Int
  /// The first page of every region mapped so far, by its number; `unmapped` once it is unmapped.
  private var regions: [UInt32] = []
  private static let unmapped = UInt32.max
  /// The pages that the step under way reads.
  private var reads: ScriptedReads?
  /// The file page of the last access.
  private var last = UInt32.max
  /// What came of the steps so far, the one under way included.
  private(set) var outcomes: [Outcome] = []
  /// Whether the last outcome's step goes on.
  private var isAtWork = false
  /// Whether the OOM killer ended it.
  private var isKilled = false
  /// Whether the time of an unmapping runs.
  private var isUnmapping = false
  /// How many accesses of the step under way are due and made.
  private var pace = Pace(rate: nil, total: 0)
  /// Accesses of the steps before it that were made later than in the quantum in which they were due.
  private var deferredBefore: Int64 = 0
  /// Where touched pages are noted, if somebody asks for them.
  var touchLog: TouchedPages?

  init(_ steps: [WorkloadScript.Step], filePage: UInt32, disk: Int) {
    self.steps = steps
    self.filePage = filePage
    self.disk = disk
  }

  /// When the first step may begin.
  var firstStart: SimTime { steps.first?.at ?? .zero }

  /// Accesses made later than in the quantum in which they were due.
  var deferred: Int64 { deferredBefore + pace.deferred }

  /// Goes on for a quantum; the kernel has begun.
  ///
  /// Returns when it is to go on again; nil once it has ended and its memory is freed.
  mutating func step(
    _ kernel: inout GuestKernel, _ host: inout Host, at now: SimTime
  ) -> SimTime? {
    while !isKilled && (isAtWork || outcomes.count < steps.count) {
      let time = now + kernel.elapsed
      if !isAtWork {
        let step = steps[outcomes.count]
        if step.at > time { return step.at }
        if kernel.elapsed >= Pace.quantum { return time }
        begin(step.operation, at: time)
      }
      let next = carryOn(&kernel, &host, at: now)
      isKilled = wasKilled(kernel)
      if isKilled { break }
      if let next { return next }
      isAtWork = false
      outcomes[outcomes.count - 1].end = now + kernel.elapsed
    }
    return exit(&kernel, &host, at: now)
  }

  /// Unmaps what is left, once the time that takes is over.
  private mutating func exit(
    _ kernel: inout GuestKernel, _ host: inout Host, at now: SimTime
  ) -> SimTime? {
    let left = regions.filter { $0 != Self.unmapped }
    if let next = wait(forUnmapping: left, kernel, at: now) { return next }
    for region in left { kernel.unmapRegion(region, cpu: 0, &host) }
    return nil
  }

  /// When regions are unmapped that begin to be now; nil once the wait for that is over.
  ///
  /// The pages are given back and committed memory falls at the end, as the kernel does it.
  private mutating func wait(
    forUnmapping left: [UInt32], _ kernel: borrowing GuestKernel, at now: SimTime
  ) -> SimTime? {
    if isUnmapping {
      isUnmapping = false
      return nil
    }
    let touched = left.reduce(0) { $0 + (kernel.touchedPages(ofRegion: $1)?.pages ?? 0) }
    let cost = kernel.unmappingCost * Int64(touched)
    isUnmapping = cost > .zero
    return isUnmapping ? now + kernel.elapsed + cost : nil
  }

  private mutating func begin(_ operation: WorkloadScript.Operation, at time: SimTime) {
    outcomes.append(Outcome(start: time))
    let (total, perSecond) = operation.work
    deferredBefore += pace.deferred
    pace = Pace(
      rate: perSecond == 0 ? nil : Rate(count: perSecond, per: .seconds(1)), start: time,
      total: total)
    isAtWork = true
    reads =
      switch operation {
      case .map, .unmap, .touch, .lock: nil
      case .readRegion(let region, let reads): ScriptedReads(reads, from: regions[region])
      case .readFile(let reads): ScriptedReads(reads, from: filePage)
      case .scanFile(let first, let count, _, _):
        ScriptedReads(scanOf: count, from: filePage + UInt32(first))
      }
  }

  /// Whether the OOM killer took a region, and with it the process.
  private func wasKilled(_ kernel: borrowing GuestKernel) -> Bool {
    for region in regions where region != Self.unmapped {
      if kernel.touchedPages(ofRegion: region) == nil { return true }
    }
    return false
  }

  /// Carries on with the step under way. Returns when to come back; nil if the step is done.
  private mutating func carryOn(
    _ kernel: inout GuestKernel, _ host: inout Host, at now: SimTime
  ) -> SimTime? {
    let operation = steps[outcomes.count - 1].operation
    switch operation {
    case .map(_, let pages):
      regions.append(kernel.mapRegion(PageCount(pages), cpu: 0))
      return nil
    case .unmap(let region):
      if let next = wait(forUnmapping: [regions[region]], kernel, at: now) { return next }
      kernel.unmapRegion(regions[region], cpu: 0, &host)
      regions[region] = Self.unmapped
      return nil
    case .touch, .lock, .readRegion, .readFile, .scanFile: break
    }
    var outcome = outcomes[outcomes.count - 1]
    var wanted = pace.begin(at: now)
    let faults = kernel.counters[.pgmajfault]
    while wanted > 0 && kernel.elapsed < Pace.quantum {
      let count = min(wanted, reads?.available ?? ScriptedReads.drawAhead)
      let made = make(operation, count, &outcome, &kernel, &host)
      pace.made(made)
      outcome.done = pace.done
      wanted -= made
      if made < count { break }
    }
    outcome.majorFaults += kernel.counters[.pgmajfault] - faults
    outcomes[outcomes.count - 1] = outcome
    return pace.isOver ? nil : pace.next(after: kernel.elapsed, at: now)
  }

  /// Makes up to `count` accesses and returns how many.
  private mutating func make(
    _ operation: WorkloadScript.Operation, _ count: Int, _ outcome: inout Outcome,
    _ kernel: inout GuestKernel, _ host: inout Host
  ) -> Int {
    switch operation {
    case .map, .unmap: return 0
    case .touch(let region, let first, _, _):
      let page = first + Int(outcome.done)
      let touched = kernel.touchedPages(ofRegion: regions[region])?.pages ?? 0
      if page >= touched {
        return kernel.touch(
          PageCount(count), ofRegion: regions[region], budget: Pace.quantum, &host
        ).pages
      }
      let writes = (page..<min(page + count, touched)).map {
        regions[region] + UInt32($0) | GuestKernel.writeBit
      }
      let made = writes.withUnsafeBufferPointer {
        kernel.accessAnon($0, budget: Pace.quantum, &host)
      }
      touchLog?.note(writes.prefix(made))
      return made
    case .lock(let region, _):
      return kernel.lock(
        PageCount(count), ofRegion: regions[region], budget: Pace.quantum, &host
      ).pages
    case .readRegion:
      let touchLog = touchLog
      return reads?.access(count) { accesses in
        let made = kernel.accessAnon(accesses, budget: Pace.quantum, &host)
        touchLog?.note(accesses.prefix(made))
        return made
      } ?? 0
    case .readFile, .scanFile:
      let before = kernel.counters[.pgpgin] + kernel.counters[.cleancacheGets]
      let touchLog = touchLog
      let made = reads?.access(count) { accesses in
        let made = kernel.accessFile(
          accesses, last: &last, disk: disk, budget: Pace.quantum, &host)
        touchLog?.note(accesses.prefix(made))
        return made
      }
      outcome.misses += kernel.counters[.pgpgin] + kernel.counters[.cleancacheGets] - before
      return made ?? 0
    }
  }
}

/// The pages that a step of a script reads, one after another.
private struct ScriptedReads {
  private let sampler: PageSampler
  private let firstPage: UInt32
  private var random: RandomStream
  private var scanned: UInt64 = 0
  private var drawn = [UInt32](repeating: 0, count: drawAhead)
  private var position = drawAhead

  /// Pages drawn at a time.
  static let drawAhead = 256

  init(_ reads: WorkloadScript.ZipfReads, from page: UInt32) {
    var shuffle = RandomStream(state: reads.shuffle)
    sampler = PageSampler(
      .zipf(ZipfTable(ranks: reads.count, alpha: reads.alpha)), count: reads.count,
      permutation: PageSampler.shuffled(reads.count, &shuffle))
    firstPage = page + UInt32(reads.first)
    random = RandomStream(state: reads.seed)
  }

  init(scanOf count: Int, from page: UInt32) {
    sampler = PageSampler(.scan, count: count, permutation: [])
    firstPage = page
    random = RandomStream(state: 0)
  }

  /// How many pages `access` can offer at once.
  var available: Int { position == drawn.count ? drawn.count : drawn.count - position }

  /// Lets `body` access `count` pages, at most `available`; those that it did not come to are the first next time.
  mutating func access(_ count: Int, _ body: (UnsafeBufferPointer<UInt32>) -> Int) -> Int {
    if position == drawn.count {
      position = 0
      drawn.withUnsafeMutableBufferPointer { buffer in
        sampler.fill(buffer, scanned: &scanned, &random)
        for index in buffer.indices { buffer[index] += firstPage }
      }
    }
    let made = drawn.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[position..<position + count]))
    }
    position += made
    return made
  }
}

extension WorkloadScript.Operation {
  /// How many accesses or touches the operation makes, and how many a second (0: as fast as it goes).
  var work: (count: Int64, rate: Int64) {
    switch self {
    case .map, .unmap: (0, 0)
    case .touch(_, _, let count, let rate): (Int64(count), rate)
    case .lock(_, let count): (Int64(count), 0)
    case .readRegion(_, let reads), .readFile(let reads): (reads.accesses, reads.rate)
    case .scanFile(_, _, let accesses, let rate): (accesses, rate)
    }
  }
}
