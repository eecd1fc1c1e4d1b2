internal import Foundation
internal import MemoryModel
internal import Simulation
private import Statistics
internal import Traces
internal import Units

/// The guest's page cache beside what a real kernel did with the same accesses.
///
/// The recordings are of a control group under Linux 6.18: what it may hold is its limit less its radix-tree nodes and
/// some kernel memory, and reclaim knows the sizes of its lists only as of the last sample.
public struct PageCacheValidation: Sendable {
  /// The recording's name and group.
  public let id: String, group: String
  /// Whether the accesses drawn are the recorded ones; nil for a whole guest, whose recording has no hash.
  public let isTraceEqual: Bool?
  /// Misses by accesses after warm-up; of a whole guest, in all its file operations.
  public let missRatio: RecordedFigure
  /// Refaults, activations and the mean size of the active list after warm-up.
  public let refaults: RecordedFigure, activations: RecordedFigure, meanActive: RecordedFigure
  /// The miss ratio that exact LRU would have had; nil for a whole guest, whose cache has no fixed size.
  public let exactLRUMissRatio: Double?
  /// The share of all accesses on which kernel and simulator agree about hit or miss; nil without bits.
  public let agreement: Double?
  /// The first access on which they do not, counted from 0; nil if there is none.
  public let firstDifference: Int?

  /// Largest error of a miss ratio: 3%, or 0.005 (0.01 for a cyclic scan).
  public var ok: Bool {
    let absolute = abs(missRatio.predicted - missRatio.real)
    return isTraceEqual != false
      && (missRatio.relativeError <= 0.03
        || absolute <= (group == "cyclic_scan" ? 0.01 : 0.005))
  }

  /// Replays the recording in `path`; its hit bits are looked for in `../hits`.
  ///
  /// - Throws: `UnreadableFile`, or `RecordedFileError.malformed`.
  public init(path: String) throws {
    if let guest = try GuestRecording(ifGuestIn: path) {
      try self.init(guest)
      return
    }
    let recording = try decodedRecording(PageCacheRecording.self, path: path)
    if let fault = recording.fault {
      throw RecordedFileError.malformed(
        file: path, place: "workload.\(fault)", what: "is out of range")
    }
    let folder = URL(filePath: path).deletingLastPathComponent().deletingLastPathComponent()
    let bitsPath = folder.appending(path: "hits/\(recording.id).bits.gz").path
    let bits: [UInt8]? =
      FileManager.default.fileExists(atPath: bitsPath)
      ? try TraceBytes.contents(ofFile: bitsPath) : nil
    self.init(recording, bits: bits)
  }

  /// Simulates a whole guest that reads files.
  private init(_ recording: GuestRecording) throws {
    let replay = try GuestReplay(recording)
    var (real, predicted, accesses) = (0, 0, 0)
    for operation in recording.description.operations where operation.misses > 0 {
      real += operation.misses
      accesses += operation.accesses
      predicted += Int(replay.outcomes[operation.line]?.misses ?? 0)
    }
    id = recording.description.id
    group = "guest"
    isTraceEqual = nil
    missRatio = RecordedFigure(
      real: Double(real) / Double(max(accesses, 1)),
      predicted: Double(predicted) / Double(max(accesses, 1)))
    refaults = recording.growth(
      "workingset_refault_file", predicted: replay.growth(.workingsetRefault))
    activations = recording.growth("pgactivate", predicted: replay.growth(.pgactivate))
    meanActive = RecordedFigure(
      real: (recording.series["Active(file)"] ?? []).mean, predicted: replay.activeFile.mean)
    exactLRUMissRatio = nil
    agreement = nil
    firstDifference = nil
  }

  /// Replays a recording through a control group of the guest kernel's page cache, by the rules of `kernel`.
  init(_ recording: PageCacheRecording, bits: [UInt8]?, kernel: KernelPolicy = .linux6_18) {
    var replay = PageCacheReplay(recording, bits: bits, kernel)
    let window = replay.run()
    let real = recording.afterWarmup
    id = recording.id
    group = recording.group
    isTraceEqual = replay.hash.text == recording.traceHash
    missRatio = RecordedFigure(
      real: Double(real.misses) / Double(max(real.accesses, 1)),
      predicted: Double(window.misses) / Double(max(window.accesses, 1)))
    refaults = RecordedFigure(real: Double(real.refaults), predicted: Double(window.refaults))
    activations = RecordedFigure(
      real: Double(real.activations), predicted: Double(window.activations))
    meanActive = RecordedFigure(
      real: real.meanActive,
      predicted: Double(window.activeSum) / Double(max(window.samples, 1)))
    exactLRUMissRatio = Double(window.lruMisses) / Double(max(window.accesses, 1))
    agreement = bits == nil ? nil : Double(replay.agreed) / Double(max(replay.made, 1))
    firstDifference = replay.firstDifference
  }
}

/// One replay of a recorded workload.
private struct PageCacheReplay: ~Copyable {
  /// What is counted after warm-up.
  struct Window {
    var accesses = 0
    var misses = 0
    var refaults: Int64 = 0
    var activations: Int64 = 0
    var activeSum = 0
    var samples = 0
    var lruMisses = 0
  }

  /// Pages of a limit that never hold file pages: kernel memory and the charges that CPUs keep in stock.
  ///
  /// Fitted to the resident pages of the recordings, which settle 30 pages and a page for every seven nodes below
  /// the limit: 14, and on average half of the batch of 32 that reclaim frees.
  static let kernelMemory = 14
  /// File pages under one radix-tree node, and nodes in a page; nodes are charged to the group too.
  static let pagesPerNode = 64
  static let nodesPerPage = 7

  private let recording: PageCacheRecording
  private let bits: [UInt8]?
  private var kernel: GuestKernel
  private var host: MemoryModel.Host
  private var lru: ExactLRU
  private var limit: Int
  /// Radix-tree nodes in use: those under which a page was ever read.
  private var hasNode: [Bool]
  private var nodes = 0
  private var window = Window()
  /// The hash of all accesses.
  private(set) var hash = TraceHash()
  private(set) var made = 0
  private(set) var agreed = 0
  private(set) var firstDifference: Int?

  init(_ recording: PageCacheRecording, bits: [UInt8]?, _ policy: KernelPolicy) {
    self.recording = recording
    self.bits = bits
    let first = recording.workload.segments[0].limit ?? 0
    limit = first
    hasNode = Array(
      repeating: false, count: recording.workload.filePages / Self.pagesPerNode + 1)
    kernel = GuestKernel(
      controlGroupOf: PageCount(max(first - Self.kernelMemory, 1)),
      filePages: PageCount(recording.workload.filePages), kernel: policy)
    host = MemoryModel.Host(
      memory: .gibibytes(1), tmem: TmemConfiguration(cleancache: false, frontswap: false),
      disks: [
        DiskParameters(randomRead: .zero, write: .zero, bandwidth: 1, channels: 1)
      ])
    lru = ExactLRU(pages: recording.workload.filePages)
  }

  mutating func run() -> Window {
    var stream = RecordedStream(seed: recording.workload.seed)
    var last = UInt32.max
    let firstPage = kernel.firstPage(ofFileSet: 0)
    let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 1024)
    defer { buffer.deallocate() }
    kernel.begin(at: .zero)
    for segment in recording.workload.segments {
      if let new = segment.limit, new != limit {
        kernel.moveLimit(by: PageCount(new - limit), &host)
        limit = new
      }
      stream.begin(segment)
      while case let count = stream.draw(into: buffer), count > 0 {
        for page in buffer[..<count] { access(page, firstPage, &last) }
      }
    }
    hash = stream.hash
    window.refaults = kernel.counters[.workingsetRefault] - window.refaults
    window.activations = kernel.counters[.pgactivate] - window.activations
    return window
  }

  private mutating func access(_ page: UInt32, _ firstPage: UInt32, _ last: inout UInt32) {
    if made == recording.workload.warmup {
      window.refaults = kernel.counters[.workingsetRefault]
      window.activations = kernel.counters[.pgactivate]
    }
    chargeNode(of: page)
    let readsBefore = kernel.counters[.pgpgin]
    withUnsafePointer(to: page + firstPage) { access in
      _ = kernel.accessFile(
        UnsafeBufferPointer(start: access, count: 1), last: &last, disk: 0, budget: .forever, &host)
    }
    let isHit = kernel.counters[.pgpgin] == readsBefore
    let isLRUHit = lru.access(
      page, capacity: limit - Self.kernelMemory - nodes / Self.nodesPerPage)
    compare(isHit)
    made += 1
    if made > recording.workload.warmup {
      window.accesses += 1
      if !isHit { window.misses += 1 }
      if !isLRUHit { window.lruMisses += 1 }
    }
    if made % recording.workload.sampleEvery == 0 { sample() }
  }

  /// Charges the node that `page` hangs from, the first time.
  private mutating func chargeNode(of page: UInt32) {
    let node = Int(page) / Self.pagesPerNode
    if hasNode[node] { return }
    hasNode[node] = true
    nodes += 1
    if nodes % Self.nodesPerPage == 0 { kernel.moveLimit(by: PageCount(-1), &host) }
  }

  private mutating func compare(_ isHit: Bool) {
    guard let bits, made >> 3 < bits.count else { return }
    if (bits[made >> 3] >> UInt8(made & 7)) & 1 == (isHit ? 1 : 0) {
      agreed += 1
    } else if firstDifference == nil {
      firstDifference = made
    }
  }

  private mutating func sample() {
    kernel.refreshListStatistics()
    if made > recording.workload.warmup {
      window.activeSum += kernel.levels.activeFile
      window.samples += 1
    }
  }
}
