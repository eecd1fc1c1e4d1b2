internal import MemoryModel
internal import SimulationEngine
internal import Units

/// One replay of a recorded workload through a control group of the guest kernel's anonymous memory.
struct SwapReplay: ~Copyable {
  /// What is counted after warm-up.
  struct Window {
    var swapIns: Int64 = 0
    var swapOuts: Int64 = 0
    var refaultActivations: Int64 = 0
    var activations: Int64 = 0
    var swappedSum = 0
    var activeSum = 0
    var samples = 0
  }

  /// Kernel memory that is charged to the group besides page tables.
  ///
  /// Measured: charge less resident pages is 18 in the recordings when 8,192 pages are touched, and 34 when 16,384 are.
  static let kernelMemory = 2
  /// Pages that one page table, charged to the group too, maps.
  static let pagesPerTable = 512

  private let recording: SwapRecording
  private var kernel: GuestKernel
  private var host: MemoryModel.Host
  private var limit: Int
  private var writes: RandomStream
  /// The place of each page in the order of first touches, -1 if it was not touched.
  private var places: [Int32]
  private var touched = 0
  private var firstPage: UInt32 = 0
  private var hasTable: [Bool]
  private var isCounting = false
  private(set) var window = Window()
  /// The hash of all accesses.
  private(set) var hash = TraceHash()
  /// Swapped pages at the end of each segment.
  private(set) var segmentEnds: [Int] = []
  /// The most by which swapped pages changed within an idle segment.
  private(set) var idleChange = 0
  private var made = 0

  init(_ recording: SwapRecording) {
    self.recording = recording
    let workload = recording.workload
    let first = workload.segments[0].limit ?? 0
    limit = first
    writes = RandomStream(state: workload.seed ^ 0x7772_6974)
    places = Array(repeating: -1, count: workload.anonPages)
    hasTable = Array(repeating: false, count: workload.anonPages / Self.pagesPerTable + 1)
    kernel = GuestKernel(
      controlGroupOf: PageCount(max(first - Self.kernelMemory, 1)), filePages: .zero,
      swap: PageCount(workload.anonPages), kernel: .linux6_18)
    kernel.map(PageCount(workload.anonPages), cpu: 0)
    host = MemoryModel.Host(
      memory: .gibibytes(1), tmem: TmemConfiguration(cleancache: false, frontswap: false),
      disks: [])
  }

  /// Whether memory ran out, so that the process was killed.
  var isKilled: Bool { kernel.counters[.oomKill] > 0 }

  private var swapped: Int { kernel.levels.swapUsed }

  mutating func run() {
    var stream = RecordedStream(seed: recording.workload.seed)
    let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 1024)
    defer { buffer.deallocate() }
    kernel.begin(at: .zero)
    beginWindow(ifMade: 0)
    for segment in recording.workload.segments {
      if let new = segment.limit, new != limit {
        kernel.moveLimit(by: PageCount(new - limit), &host)
        limit = new
      }
      if let seconds = segment.seconds { idle(seconds) }
      stream.begin(segment)
      while case let count = stream.draw(into: buffer), count > 0 {
        for page in buffer[..<count] { access(Int(page), segment) }
      }
      segmentEnds.append(swapped)
    }
    hash = stream.hash
    window.swapIns = kernel.counters[.pswpin] - window.swapIns
    window.swapOuts = kernel.counters[.pswpout] - window.swapOuts
    window.refaultActivations = kernel.counters[.workingsetActivateAnon] - window.refaultActivations
    window.activations = kernel.counters[.pgactivate] - window.activations
  }

  /// Starts to count once the accesses of the warm-up are made, a change of the limit after them included.
  private mutating func beginWindow(ifMade accesses: Int) {
    guard accesses == recording.workload.warmup else { return }
    isCounting = true
    window.swapIns = kernel.counters[.pswpin]
    window.swapOuts = kernel.counters[.pswpout]
    window.refaultActivations = kernel.counters[.workingsetActivateAnon]
    window.activations = kernel.counters[.pgactivate]
  }

  private mutating func access(_ page: Int, _ segment: RecordedSegment) {
    var isWrite = segment.kind == "touch"
    if !segment.isSequential { isWrite = writes.unit() < recording.workload.writeFraction }
    if places[page] >= 0 {
      let access = firstPage + UInt32(places[page]) | (isWrite ? GuestKernel.writeBit : 0)
      withUnsafePointer(to: access) {
        _ = kernel.accessAnon(
          UnsafeBufferPointer(start: $0, count: 1), budget: .forever, &host)
      }
    } else if isWrite {
      touch(page)
    }
    kernel.begin(at: .zero)
    made += 1
    if made % recording.workload.sampleEvery == 0 { sample() }
    beginWindow(ifMade: made)
  }

  /// The first write to a page; one that is only read is the shared zero page, and takes no memory.
  private mutating func touch(_ page: Int) {
    if !hasTable[page / Self.pagesPerTable] {
      hasTable[page / Self.pagesPerTable] = true
      kernel.moveLimit(by: PageCount(-1), &host)
    }
    guard kernel.touch(PageCount(1), budget: .forever, &host) > .zero else { return }
    if touched == 0 { kernel.forEachTouchedRegion { first, _ in firstPage = first } }
    places[page] = Int32(touched)
    touched += 1
  }

  /// Nothing is accessed; somebody looks at the start and every second.
  private mutating func idle(_ seconds: Int) {
    let before = swapped
    for _ in 0...seconds {
      sample()
      idleChange = max(idleChange, abs(swapped - before))
    }
  }

  private mutating func sample() {
    kernel.refreshListStatistics()
    guard isCounting else { return }
    window.swappedSum += swapped
    window.activeSum += kernel.levels.activeAnon
    window.samples += 1
  }
}
