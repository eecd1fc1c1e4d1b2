import MemoryModel
import Policies
public import Traces
import Units

/// What a run takes of this machine's memory at most, worked out from its scenario before anything is allocated.
///
/// The tables are taken as large as they become if every page is touched that can be; a run that is too short for that
/// takes less.
public struct MemoryEstimate: Hashable, Sendable {
  /// Bytes in memory.
  public var bytes = 0
  /// Bytes of addresses, of which not all are ever used: what `ulimit -v` limits.
  public var addresses = 0

  /// Addresses that the program takes besides: threads of libraries, SQLite.
  static let perProcess = 64 << 20
  /// A thread's stack, and its part of the allocator's book-keeping.
  private static let perThread = 16 << 20

  /// No memory.
  public static let none = MemoryEstimate()

  private init() {}

  /// The estimate of data of so many bytes, which grow by copying.
  public init(bytes: Int) { (self.bytes, addresses) = (bytes, 2 * bytes) }

  /// The estimate of a run of `scenario`; `demands` holds each guest's committed samples, in the guests' order.
  ///
  /// Supposes what `Simulation.check` has found: no guest has more pages than can be numbered. O(guests).
  public init(_ scenario: Scenario, demands: [CommittedDemand]) {
    var cached = 0
    for (spec, demand) in zip(scenario.guests, demands) {
      let guest = GuestTables(spec, demand)
      bytes += guest.bytes
      addresses += guest.addresses
      if guest.hasCleancache { cached += guest.filePages }
    }
    // An entry of the host's ephemeral list is 16 bytes.
    let pool = 16 * min(cached, scenario.host.memory.pages)
    bytes += pool
    addresses += 2 * pool + Self.perThread
  }

  /// Takes the larger of each of two estimates' figures.
  public mutating func include(_ other: MemoryEstimate) {
    bytes = max(bytes, other.bytes)
    addresses = max(addresses, other.addresses)
  }
}

/// The sizes of what a guest's model keeps a page, a slot or a rank.
private struct GuestTables {
  /// Pages of its file sets.
  let filePages: Int
  let hasCleancache: Bool
  private(set) var bytes: Int
  private(set) var addresses: Int

  /// A record and the place of a copy (`PageTable`).
  private static let perPage = 12
  /// A page's places on two lists, each at most four times as long as what is on it (`PageList`).
  private static let perListedPage = 16
  /// Assumed: what a guest has besides, two huge pages of tables most of it.
  private static let perGuest = 3 << 20

  init(_ spec: GuestSpec, _ demand: CommittedDemand) {
    let script = spec.workload?.script
    let sets = spec.files.reduce(script?.filePages ?? 0) { $0 + $1.size.pages }
    let committed = spec.scaled(demand.greatest) + (script?.mappedPages ?? 0)
    let touched =
      if case .share(let ppm) = spec.anon.touched, script == nil {
        Int(Int128(committed) * Int128(ppm) / 1_000_000)
      } else {
        committed
      }
    let room = 2 * spec.memory.pages
    // A table that has to grow is copied as a whole.
    let isMoved = committed > room
    let used = sets + (isMoved ? committed : touched)
    let listed = min(used, spec.memory.pages)
    let slots = spec.swap.reduce(0) { $0 + $1.size.pages }
    let others =
      Self.perListedPage * listed + sets / 8 + Self.samplers(of: spec) + Self.perGuest
    // An owner and two bits a slot (`SwapSpace`).
    bytes = Self.perPage * used + min(slots, touched) * 17 / 4 + others
    // Room is made for half as much again, while the smaller table is still there.
    let places = isMoved ? 5 * (sets + committed) / 2 : sets + room
    addresses = Self.perPage * places + slots * 17 / 4 + 2 * others
    filePages = sets
    hasCleancache =
      (try? BootOptions(commandLine: spec.boot, generation: spec.driver))?.isCleancacheOn ?? true
  }

  /// A closed-loop thread's read-ahead and last page, and its event of 32 bytes in a queue that grows by copying.
  private static let perThread =
    MemoryLayout<FileReadAhead>.stride + MemoryLayout<UInt32>.stride
    + 3 * 32

  /// Bytes that draws of file pages take.
  private static func samplers(of spec: GuestSpec) -> Int {
    var bytes = 0
    for file in spec.files {
      // A phase's tables are made before those of the phase before it go.
      let phases = file.phases.map { table($0.pattern, file.size.pages) }.sorted(by: >)
      bytes += phases.prefix(2).reduce(0, +)
      if case .closed(_, let threads) = file.load {
        bytes += threads * perThread
      }
    }
    for process in spec.workload?.script.processes ?? [] {
      let steps = process.map { step in
        switch step.operation {
        case .readRegion(_, let reads), .readFile(let reads):
          table(.zipf(alpha: reads.alpha), reads.count)
        case .map, .unmap, .touch, .lock, .scanFile: 0
        }
      }
      bytes += steps.max() ?? 0
    }
    return bytes
  }

  /// Bytes that draws by a pattern from `count` pages take: weights and their guides (`ZipfTable`), and an order.
  private static func table(_ pattern: PatternSpec, _ count: Int) -> Int {
    switch pattern {
    case .uniform, .scan: 0
    case .hotcold: 4 * count
    case .zipf, .mix: 12 * count + 4 * min(2 * count + 1024, 1 << 22)
    }
  }
}
