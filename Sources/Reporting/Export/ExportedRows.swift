internal import Recording

/// The rows of an export in some layout.
protocol ExportedRows: Sendable {
  /// The names of the columns.
  var columns: [String] { get }
  /// The columns whose texts are JSON themselves.
  var nested: Set<String> { get }
  /// Calls `body` with every row of a run or a sweep; it must not keep what it is given.
  func forEach(
    of owner: Int64, _ body: (UnsafeBufferPointer<StoredCell>) throws -> Void
  ) throws
}

/// Rows as the database has them.
struct PlainRows: ExportedRows {
  let columns: [String]
  let nested: Set<String>
  private let store: ResultStore
  private let selection: RowSelection

  init(_ store: ResultStore, _ owners: [Int64], _ options: Exporter.Options) throws {
    var columns = try store.columns(of: options.table, named: options.columns)
    if owners.count > 1, !columns.contains("run_id"),
      try store.columns(of: options.table).contains("run_id")
    {
      columns.insert("run_id", at: 0)
    }
    self.store = store
    self.columns = columns
    selection = RowSelection(options, columns: columns)
    nested =
      switch options.table {
      case .runs: ["ingredients", "guests", "host_facts", "trace_provenance"]
      case .events: ["detail"]
      case .sweeps: ["design"]
      case .decisions: ["terms"]
      case .parameters, .ticks, .hostTicks, .view, .metrics, .tickHashes, .sweepPoints: []
      }
  }

  func forEach(
    of owner: Int64, _ body: (UnsafeBufferPointer<StoredCell>) throws -> Void
  ) throws { try store.forEachRow(selection, of: owner, body) }
}

/// A row for each value of each row: what tells the row from others, the value's name, the value.
struct LongRows: ExportedRows {
  let columns: [String]
  let nested: Set<String> = []
  private let store: ResultStore
  private let selection: RowSelection
  private let identity: Int

  init(_ store: ResultStore, _ options: Exporter.Options) throws {
    let known = try store.columns(of: options.table)
    let identity = known.filter {
      ["run_id", "guest", "tick", "invocation", "turn", "time_ns"].contains($0)
    }
    let values = try store.columns(of: options.table, named: options.columns)
      .filter { !identity.contains($0) }
    self.store = store
    self.identity = identity.count
    columns = identity + ["name", "value"]
    selection = RowSelection(options, columns: identity + values)
  }

  func forEach(
    of owner: Int64, _ body: (UnsafeBufferPointer<StoredCell>) throws -> Void
  ) throws {
    let names = selection.columns.map { Array($0.utf8) }
    var row = Array(repeating: StoredCell.null, count: columns.count)
    try store.forEachRow(selection, of: owner) { cells in
      for index in 0..<identity { row[index] = cells[index] }
      for index in identity..<cells.count {
        row[identity + 1] = cells[index]
        try names[index].withUnsafeBufferPointer { name in
          row[identity] = .text(name)
          try row.withUnsafeBufferPointer(body)
        }
      }
    }
  }
}

extension RowSelection {
  /// Columns of the rows that the options choose.
  init(_ options: Exporter.Options, columns: [String]) {
    self.init(options.table, columns: columns)
    every = options.every
    from = options.from
    to = options.to
  }
}
