public import Units

/// What stands for Committed_AS where a format has none; never chosen without being asked for.
public enum CommittedSource: String, CaseIterable, Sendable {
  /// What the tool itself calls used.
  case used
  /// Total less free, buffers, page cache and, where known, reclaimable slab.
  case usedMinusCache = "used-minus-cache"
  /// The same, and what is swapped out.
  case usedMinusCachePlusSwap = "used-minus-cache-plus-swap"
  /// Total less what is available without swapping.
  case totalMinusAvailable = "total-minus-available"
  /// Anonymous pages.
  case anon
  /// Pages on the active lists, file cache among them.
  case active

  /// The quantities that it is made of.
  var inputs: [TraceQuantity] {
    switch self {
    case .used: [.used]
    case .usedMinusCache: [.total, .free, .cached]
    case .usedMinusCachePlusSwap: [.total, .free, .cached, .swapUsed]
    case .totalMinusAvailable: [.total, .available]
    case .anon: [.anon]
    case .active: [.active]
    }
  }

  /// The amount in kB that a row gives, below zero if the row contradicts itself; nothing if the row lacks a part of it.
  func amount(in row: TraceRow) -> Int64? {
    switch self {
    case .used: return row[.used]
    case .anon: return row[.anon]
    case .active: return row[.active]
    case .totalMinusAvailable:
      guard let total = row[.total], let available = row[.available] else { return nil }
      return total - available
    case .usedMinusCache, .usedMinusCachePlusSwap:
      guard let total = row[.total], let free = row[.free], let cached = row[.cached] else {
        return nil
      }
      var amount = total - free - cached - (row[.buffers] ?? 0) - (row[.slabReclaimable] ?? 0)
      if self == .usedMinusCachePlusSwap {
        guard let swapped = row[.swapUsed] else { return nil }
        amount += swapped
      }
      return amount
    }
  }
}

/// What becomes of the time between two samples that are further apart than one and a half intervals.
public enum GapRule: String, CaseIterable, Sendable {
  /// Nothing is added.
  case left
  /// The value before the gap is repeated at each interval.
  case held
  /// Values on a straight line are added at each interval.
  case interpolated
}

/// A unit of amounts of memory.
public enum MemoryUnit: String, CaseIterable, Sendable {
  case bytes, pages, share, percent
  case kernelKilobytes = "kB"
  case kibibytes = "KiB"
  case megabytes = "MB"
  case mebibytes = "MiB"
  case gigabytes = "GB"
  case gibibytes = "GiB"

  /// Its bytes; kB are the kernel's of 1,024 bytes, MB and GB are decimal, pages have 4 KiB; shares and percentages are
  /// of the machine's memory in kB. Nothing if that is needed and unknown.
  func bytes(memory: Int64?) -> Double? {
    switch self {
    case .share: memory.map { Double($0) * 1_024 }
    case .percent: memory.map { Double($0) * 10.24 }
    case .bytes: 1
    case .kernelKilobytes, .kibibytes: 1_024
    case .megabytes: 1e6
    case .mebibytes: 1_048_576
    case .gigabytes: 1e9
    case .gibibytes: 1_073_741_824
    case .pages: 4_096
    }
  }
}

/// A unit of times that are written as numbers.
public enum TimeUnit: String, CaseIterable, Sendable {
  case s, ms, us, ns

  /// How many decimal places of it make nanoseconds.
  var places: Int {
    switch self {
    case .s: 9
    case .ms: 6
    case .us: 3
    case .ns: 0
    }
  }
}

/// What a file of somebody else's leaves open when it is imported.
public struct ImportOptions: Hashable, Sendable {
  /// The format's name; nothing: recognised by content.
  public var format: String?
  /// What stands for Committed_AS; nothing: Committed_AS itself, and without it the file is refused.
  public var committedFrom: CommittedSource?
  /// What becomes of gaps.
  public var gaps = GapRule.left
  /// Which machine, domain or series, where the file has several.
  public var host: String?
  /// Time between two samples, where the file tells no times; it also decides what a gap is.
  public var step: SimDuration?
  /// The machine's memory in kB, where the file does not tell it: 0 to 2^40.
  public var memory: Int64?
  /// The column of plain CSV that holds the time; nothing: `time_s`, or none with `step`.
  public var timeColumn: String?
  /// The column or series that holds committed memory, where it bears another name.
  public var committedColumn: String?
  /// The unit of amounts where the file does not tell it, such as of `committedColumn`; nothing: the tool's own.
  public var unit: MemoryUnit?
  /// The unit of times that are numbers, in plain CSV; nothing: seconds.
  public var timeUnit: TimeUnit?

  /// Everything as the file says.
  public init() {}

  /// The bytes of a unit of amounts: `unit`, or `usual` without it.
  func unitBytes(_ usual: MemoryUnit, at place: TraceField) throws(TraceFault) -> Double {
    guard let bytes = (unit ?? usual).bytes(memory: memory) else {
      throw place.fault("it tells shares of the machine's memory only: give that with --memory")
    }
    return bytes
  }
}
