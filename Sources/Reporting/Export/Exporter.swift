public import Recording
public import SimulationEngine

/// Writes rows of runs as text that other programs read, in the same memory for any number of rows.
///
/// Whole numbers come out exactly, reals as the shortest text that reads back equal. CSV and TSV have a
/// header, lines that end with a line feed, and the quoting of RFC 4180; NULL is an empty field and an empty
/// text is `""`. JSON is an array with an object a line, NDJSON the objects alone; NULL is `null`.
public struct Exporter: Sendable {
  /// The form of the text.
  public enum Format: String, CaseIterable, Sendable {
    case csv
    case tsv
    case json
    case ndjson
  }

  /// What is exported, and how.
  public struct Options: Hashable, Sendable {
    /// The table.
    public var table = ResultTable.ticks
    /// The columns in their order; nil: all.
    public var columns: [String]?
    /// Keeps the first row of a guest in each span of this length.
    public var every: SimDuration?
    /// The form.
    public var format = Format.csv

    /// All ticks as CSV.
    public init() {}
  }

  /// Options that do not go together.
  public enum OptionError: Error, Hashable, Sendable {
    /// The rows of this table have no cadence that could be thinned out.
    case noCadence(ResultTable)
    /// A span must be positive.
    case spanNotPositive(SimDuration)
  }

  private let store: ResultStore
  private let options: Options
  private let columns: [String]
  private let runs: [Int64]
  private let line: LineFormat

  /// An export of these runs; several runs have the column `run_id` in front, asked for or not.
  ///
  /// Throws `OptionError`, and `RecordingError.unknownColumn` with the nearest column there is.
  public init(store: ResultStore, runs: [Int64], options: Options) throws {
    if let every = options.every {
      guard options.table.hasCadence else { throw OptionError.noCadence(options.table) }
      guard every > .zero else { throw OptionError.spanNotPositive(every) }
    }
    var columns = try store.columns(of: options.table, named: options.columns)
    if runs.count > 1, !columns.contains("run_id") { columns.insert("run_id", at: 0) }
    self.store = store
    self.options = options
    self.columns = columns
    self.runs = runs
    self.line = LineFormat(options.format, table: options.table, columns: columns)
  }

  /// Writes the text piece by piece to `sink`, whose errors end it.
  public func write(to sink: ([UInt8]) throws -> Void) throws {
    var buffer: [UInt8] = []
    buffer.reserveCapacity(2 * Self.pieceSize)
    line.begin(&buffer)
    var isFirst = true
    for run in runs {
      try store.forEachRow(
        of: options.table, run: run, columns: columns, every: options.every
      ) { cells in
        line.append(cells, isFirst: isFirst, to: &buffer)
        isFirst = false
        if buffer.count >= Self.pieceSize {
          try sink(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
      }
    }
    line.end(&buffer)
    try sink(buffer)
  }

  /// About so many bytes are handed over at a time.
  private static let pieceSize = 1 << 16
}
