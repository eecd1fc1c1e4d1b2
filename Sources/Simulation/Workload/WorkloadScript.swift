public import Units

/// What the processes of a guest do, operation by operation.
///
/// The operations of a process are carried out in order, each not before its time. A process ends after its last
/// operation, and all its memory is then freed. Source: the scripts of the recorded whole-guest experiments.
public struct WorkloadScript: Hashable, Sendable {
  /// One thing that a process does.
  public enum Operation: Hashable, Sendable {
    /// Maps a region of so many pages; none of them is touched.
    case map(region: Int, pages: Int)
    /// Writes the pages in order, so many a second; 0: as fast as it goes.
    case touch(region: Int, first: Int, count: Int, rate: Int64)
    /// Locks so many pages of a region in memory (mlock); no line of a script says so.
    case lock(region: Int, count: Int)
    /// Reads pages of a region at random.
    case readRegion(region: Int, ZipfReads)
    /// Reads pages of the file set at random.
    case readFile(ZipfReads)
    /// Reads pages of the file set in order, round and round.
    case scanFile(first: Int, count: Int, accesses: Int64, rate: Int64)
    /// Unmaps a region.
    case unmap(region: Int)
  }

  /// Reads whose pages follow a Zipf distribution over pages in a shuffled order.
  public struct ZipfReads: Hashable, Sendable {
    /// The exponent, 0 to 16.
    public var alpha: Double
    /// Where the generator of the shuffle starts.
    public var shuffle: UInt64
    /// Where the generator of the accesses starts.
    public var seed: UInt64
    /// The first page, and how many there are.
    public var first: Int, count: Int
    /// How many accesses.
    public var accesses: Int64
    /// Accesses a second; 0: as fast as it goes.
    public var rate: Int64
  }

  /// An operation and when it may begin.
  public struct Step: Hashable, Sendable {
    /// Not before this time.
    public var at: SimTime
    /// What is done.
    public var operation: Operation

    /// A step.
    public init(at: SimTime, _ operation: Operation) {
      self.at = at
      self.operation = operation
    }
  }

  /// The steps of each process; a process without any never exists.
  public var processes: [[Step]]

  /// A script of these processes.
  public init(processes: [[Step]]) { self.processes = processes }

  /// Pages of the file set that the script reads: those up to the last it names.
  public var filePages: Int {
    processes.joined().reduce(0) { pages, step in
      switch step.operation {
      case .readFile(let reads): max(pages, reads.first + reads.count)
      case .scanFile(let first, let count, _, _): max(pages, first + count)
      case .map, .touch, .lock, .readRegion, .unmap: pages
      }
    }
  }

  /// The most pages that all processes together can have mapped.
  public var mappedPages: Int {
    processes.joined().reduce(0) { pages, step in
      if case .map(_, let size) = step.operation { return pages + size }
      return pages
    }
  }

  /// How many regions a process maps in its life.
  static func regions(of steps: [Step]) -> Int {
    steps.count { step in
      if case .map = step.operation { return true }
      return false
    }
  }
}
