public import Recording
public import Units

/// Writes rows of runs as text that other programs read, in the same memory for any number of rows.
///
/// Whole numbers come out exactly, reals as the shortest text that reads back equal. CSV and TSV have a
/// header, lines that end with a line feed, and the quoting of RFC 4180; NULL is an empty field and an empty
/// text is `""`; texts that a spreadsheet would take for formulas have an apostrophe in front. JSON is an array with an
/// object a line, NDJSON the objects alone; NULL is `null`.
public struct Exporter: Sendable {
  /// The form of the text.
  public enum Format: String, CaseIterable, Sendable {
    case csv
    case tsv
    case json
    case ndjson
  }

  /// How many values stand in a row.
  public enum Layout: String, CaseIterable, Sendable {
    /// All of one moment, or all of one run.
    case wide
    /// One, with its name.
    case long
  }

  /// Which parameters of its run stand on every row.
  public enum Parameters: String, CaseIterable, Sendable {
    /// All.
    case parameters
    /// Those that differ among the runs.
    case varying
  }

  /// What is exported, and how.
  public struct Options: Hashable, Sendable {
    /// The table.
    public var table = ResultTable.ticks
    /// The columns in their order; nil: all.
    public var columns: [String]?
    /// Keeps the first row of a guest in each span of this length.
    public var every: SimDuration?
    /// The first simulated time.
    public var from: SimTime?
    /// The last simulated time.
    public var to: SimTime?
    /// The layout; nil: the table's own.
    public var layout: Layout?
    /// The run's parameters on every row.
    public var parameters: Parameters?
    /// The form.
    public var format = Format.csv

    /// All ticks as CSV.
    public init() {}
  }

  /// Options that do not go together.
  public enum OptionError: Error, Hashable, Sendable {
    /// The rows of this table have no cadence that could be thinned out.
    case noCadence(ResultTable)
    /// The rows of this table have no simulated time.
    case noTime(ResultTable)
    /// The table is in one layout only.
    case noLayout(ResultTable, Layout)
    /// The rows of this table belong to no run.
    case noRun(ResultTable)
    /// A span must be positive.
    case spanNotPositive(SimDuration)
    /// Nothing is between these times.
    case emptySpan(from: SimTime, to: SimTime)
  }

  private let store: ResultStore
  private let owners: [Int64]
  private let format: Format
  private let rows: any ExportedRows
  private let parameters: RunParameters?

  /// An export of these runs, or of these sweeps if the table is one of sweeps; several runs have the column `run_id` in
  /// front, asked for or not.
  ///
  /// Throws `OptionError`, and `RecordingError.unknownColumn` with the nearest column there is.
  public init(store: ResultStore, runs owners: [Int64], options: Options) throws {
    try options.check()
    self.store = store
    self.owners = owners
    format = options.format
    if options.table.ownLayout != options.layout ?? options.table.ownLayout {
      rows =
        options.layout == .long
        ? try LongRows(store, options) : try WideRows(store, owners, options)
    } else {
      rows = try PlainRows(store, owners, options)
    }
    parameters = try options.parameters.map { try RunParameters($0, of: owners, store) }
  }

  /// Writes the text piece by piece to `sink`, whose errors end it.
  public func write(to sink: ([UInt8]) throws -> Void) throws {
    var line = LineFormat(
      format, columns: rows.columns, tail: parameters?.columns ?? [], nested: rows.nested)
    var buffer = LineBuffer()
    line.begin(&buffer)
    var isFirst = true
    for owner in owners {
      if let parameters { line.setTail(try parameters.cells(of: owner)) }
      try rows.forEach(of: owner) { cells in
        line.append(cells, isFirst: isFirst, to: &buffer)
        isFirst = false
        if buffer.count >= Self.pieceSize { try buffer.flush(to: sink) }
      }
    }
    line.end(&buffer)
    try buffer.flush(to: sink)
  }

  /// About so many bytes are handed over at a time.
  private static let pieceSize = 1 << 16
}

extension Exporter.Options {
  fileprivate func check() throws(Exporter.OptionError) {
    if let every {
      guard table.hasCadence else { throw .noCadence(table) }
      guard every > .zero else { throw .spanNotPositive(every) }
    }
    if (from ?? to) != nil, !table.hasTime { throw .noTime(table) }
    if let from, let to, from > to { throw .emptySpan(from: from, to: to) }
    if let layout, layout != table.ownLayout, !table.hasBothLayouts {
      throw .noLayout(table, layout)
    }
    if parameters != nil, table.owner != .run { throw .noRun(table) }
  }
}

extension ResultTable {
  /// The layout in which the database has it.
  fileprivate var ownLayout: Exporter.Layout {
    switch self {
    case .metrics, .parameters: .long
    case .runs, .ticks, .hostTicks, .decisions, .view, .events, .tickHashes, .sweeps,
      .sweepPoints:
      .wide
    }
  }

  /// Whether its rows can be put into the other one.
  fileprivate var hasBothLayouts: Bool { ownLayout == .long || hasCadence }
}
