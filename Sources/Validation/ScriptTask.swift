internal import MemoryModel
internal import Simulation
internal import SimulationEngine
internal import Units

/// A process of a recorded script, access by access, as it runs on a processor that it shares.
struct ScriptTask {
  private let steps: [WorkloadScript.Step]
  /// What an access of each step takes of the processor, and whether a step reads many pages a call.
  private let costs: [SimDuration]
  private let isWarming: [Bool]
  /// Steps that read where the script says that they write.
  private let isReading: [Bool]
  private let filePage: UInt32
  private var index = -1
  private var regions: [UInt32] = []
  private static let unmapped = UInt32.max
  private var start = SimTime.zero
  private var made: Int64 = 0
  private var last = UInt32.max
  private var stream: PageStream?
  /// File pages read that were not in memory.
  private(set) var misses: Int64 = 0

  /// Accesses that a process makes in a row before it looks at the clock again: all multiples of 16 in the columns `pN_acc`.
  private static let burst: Int64 = 16
  /// Pages that a call of `fwarm` reads. Source: the README of the recordings.
  private static let pagesPerCall: Int64 = 32

  init(
    _ steps: [WorkloadScript.Step], costs: [SimDuration], isWarming: [Bool], isReading: [Bool],
    filePage: UInt32
  ) {
    self.steps = steps
    self.costs = costs
    self.isWarming = isWarming
    self.isReading = isReading
    self.filePage = filePage
  }

  /// When the process begins.
  var firstStart: SimTime { steps.first?.at ?? .zero }

  private var step: WorkloadScript.Step { steps[index] }

  /// What the process does next; the kernel's state changes now, the time that it takes follows.
  mutating func next(
    _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host, at now: SimTime, disk: Int
  ) -> [OneProcessor.Piece] {
    while true {
      if index < 0 || made >= steps[index].operation.accesses {
        if index + 1 == steps.count { return exit(&kernel, &host) }
        if steps[index + 1].at > now { return [.rest(steps[index + 1].at)] }
        index += 1
        made = 0
        start = now
        if let pieces = begin(&kernel, &host) { return pieces }
        continue
      }
      let rate = step.operation.rate
      if rate > 0 {
        let burst = made / Self.burst * Self.burst
        let due = start + .nanoseconds(Int64(Int128(burst) * 1_000_000_000 / Int128(rate)))
        if due > now { return [.rest(due)] }
      }
      return isWarming[index]
        ? warm(&kernel, &host, at: now, disk: disk) : access(&kernel, &host, at: now, disk: disk)
    }
  }

  /// Begins a step; what it takes if it is one that is over at once.
  private mutating func begin(
    _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host
  ) -> [OneProcessor.Piece]? {
    switch step.operation {
    case .map(_, let pages):
      regions.append(kernel.mapRegion(PageCount(pages), cpu: 0))
    case .unmap(let region):
      let time = unmap([regions[region]], &kernel, &host)
      regions[region] = Self.unmapped
      return [.work(time)]
    case .readRegion(let region, let reads): stream = PageStream(reads, from: regions[region])
    case .readFile(let reads): stream = PageStream(reads, from: filePage)
    case .scanFile(let first, let count, _, _):
      stream = PageStream(scanOf: count, from: filePage + UInt32(first))
    case .touch, .lock: break
    }
    return nil
  }

  private func unmap(
    _ first: [UInt32], _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host
  ) -> SimDuration {
    var touched = 0
    for page in first {
      touched += kernel.touchedPages(ofRegion: page)?.pages ?? 0
      kernel.unmapRegion(page, cpu: 0, &host)
    }
    return RecordedGuestCosts.unmapPage * Int64(touched)
  }

  private mutating func exit(
    _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host
  ) -> [OneProcessor.Piece] {
    let left = regions.filter { $0 != Self.unmapped }
    regions = []
    return [.work(unmap(left, &kernel, &host)), .exit]
  }

  /// One access, and what it takes.
  private mutating func access(
    _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host, at now: SimTime, disk: Int
  ) -> [OneProcessor.Piece] {
    kernel.begin(at: now)
    var count: Int64 = 1
    let done: Bool
    switch step.operation {
    case .map, .unmap: preconditionFailure("over at once")
    case .touch(let region, let first, _, _):
      let page = first + Int(made)
      guard let touched = kernel.touchedPages(ofRegion: regions[region]) else { return die() }
      if page >= touched.pages {
        done =
          kernel.touch(PageCount(1), ofRegion: regions[region], budget: .forever, &host) > .zero
      } else {
        let bit = isReading[index] ? 0 : GuestKernel.writeBit
        done = one(regions[region] + UInt32(page) | bit) {
          kernel.accessAnon($0, budget: .forever, &host)
        }
      }
    case .lock(let region, let pages):
      guard kernel.touchedPages(ofRegion: regions[region]) != nil else { return die() }
      count = Int64(
        kernel.lock(
          PageCount(pages - Int(made)), ofRegion: regions[region], budget: .forever, &host
        ).pages)
      done = count > 0
    case .readRegion(let region, _):
      guard kernel.touchedPages(ofRegion: regions[region]) != nil else { return die() }
      done = one(stream?.next ?? 0) { kernel.accessAnon($0, budget: .forever, &host) }
    case .readFile, .scanFile: done = readFile(&kernel, &host, disk: disk)
    }
    let work = costs[index] * count
    if done {
      made += count
      stream?.take()
    }
    var pieces = OneProcessor.pieces(of: &kernel)
    if done {
      pieces.append(.work(work))
    } else if pieces.isEmpty {
      // Nothing to be had and nothing to wait for: as good as killed.
      return die()
    }
    return pieces
  }

  private mutating func readFile(
    _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host, disk: Int
  ) -> Bool {
    let before = kernel.counters[.pgpgin]
    let done = one(stream?.next ?? 0) {
      kernel.accessFile($0, last: &last, disk: disk, budget: .forever, &host)
    }
    misses += kernel.counters[.pgpgin] - before
    return done
  }

  /// A call that reads many pages: all requests at once, and one wait for them.
  private mutating func warm(
    _ kernel: inout GuestKernel, _ host: inout MemoryModel.Host, at now: SimTime, disk: Int
  ) -> [OneProcessor.Piece] {
    var pieces: [OneProcessor.Piece] = []
    var wait: OneProcessor.Piece?
    let end = min(made + Self.pagesPerCall, step.operation.accesses)
    while made < end {
      kernel.begin(at: now)
      let done = readFile(&kernel, &host, disk: disk)
      for piece in OneProcessor.pieces(of: &kernel) {
        if case .sleep(_, let activity) = piece, activity != .stalls {
          if case .sleep(_, .stallsForDisk)? = wait { continue }
          wait = piece
        } else if case .reclaim = piece {
          pieces.append(piece)
        }
      }
      pieces.append(.work(costs[index]))
      if !done { break }
      made += 1
      stream?.take()
    }
    if let wait { pieces.append(wait) }
    return pieces
  }

  private func one(_ access: UInt32, _ body: (UnsafeBufferPointer<UInt32>) -> Int) -> Bool {
    withUnsafePointer(to: access) { body(UnsafeBufferPointer(start: $0, count: 1)) } == 1
  }

  /// The OOM killer took it.
  private mutating func die() -> [OneProcessor.Piece] {
    index = steps.count - 1
    made = .max
    return [.exit]
  }
}

extension WorkloadScript.Operation {
  /// How many accesses or touches it makes.
  fileprivate var accesses: Int64 {
    switch self {
    case .map, .unmap: 0
    case .touch(_, _, let count, _): Int64(count)
    case .lock(_, let count): Int64(count)
    case .readRegion(_, let reads), .readFile(let reads): reads.accesses
    case .scanFile(_, _, let accesses, _): accesses
    }
  }

  /// How many a second; 0: as fast as it goes.
  fileprivate var rate: Int64 {
    switch self {
    case .map, .unmap, .lock: 0
    case .touch(_, _, _, let rate), .scanFile(_, _, _, let rate): rate
    case .readRegion(_, let reads), .readFile(let reads): reads.rate
    }
  }
}

/// The pages that a step reads, one after another.
private struct PageStream {
  private let sampler: PageSampler
  private let first: UInt32
  private var random: RandomStream
  private var scanned: UInt64 = 0
  private var drawn = [UInt32](repeating: 0, count: 256)
  private var place = 0

  init(_ reads: WorkloadScript.ZipfReads, from page: UInt32) {
    var shuffle = RandomStream(state: reads.shuffle)
    self.init(
      PageSampler(
        .zipf(ZipfTable(ranks: reads.count, alpha: reads.alpha)), count: reads.count,
        permutation: PageSampler.shuffled(reads.count, &shuffle)),
      from: page + UInt32(reads.first), RandomStream(state: reads.seed))
  }

  init(scanOf count: Int, from page: UInt32) {
    self.init(
      PageSampler(.scan, count: count, permutation: []), from: page, RandomStream(state: 0))
  }

  private init(_ sampler: PageSampler, from page: UInt32, _ random: RandomStream) {
    self.sampler = sampler
    first = page
    self.random = random
    fill()
  }

  private mutating func fill() {
    drawn.withUnsafeMutableBufferPointer { sampler.fill($0, scanned: &scanned, &random) }
    place = 0
  }

  /// The next page.
  var next: UInt32 { first + drawn[place] }

  /// Goes on to the one behind it.
  mutating func take() {
    place += 1
    if place == drawn.count { fill() }
  }
}

extension OneProcessor {
  /// What the operation that the kernel has just made takes, in its order.
  ///
  /// Reads of disks are submitted first, and come back with an interrupt.
  static func pieces(of kernel: inout GuestKernel) -> [Piece] {
    var pieces: [Piece] = []
    var done = SimDuration.zero
    for stall in kernel.takeStalls() {
      if stall.start > done { pieces.append(.work(stall.start - done)) }
      let time = stall.end - stall.start
      switch stall.kind {
      case .reclaim: pieces.append(.reclaim(time))
      case .sleep: pieces.append(.sleep(time, .stalls))
      case .read(let isRestored):
        pieces.append(isRestored ? .reclaim(PressureCosts.submit) : .work(PressureCosts.submit))
        pieces.append(
          .sleep(time + PressureCosts.interrupt, isRestored ? .stallsForDisk : .waitsForDisk))
        pieces.append(.work(PressureCosts.readWork))
      }
      done = stall.end
    }
    if kernel.elapsed > done { pieces.append(.work(kernel.elapsed - done)) }
    return pieces
  }
}
