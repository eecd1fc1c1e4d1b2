private import Experiments
internal import GRDB
private import GRDBSQLite
public import SimulationEngine

/// A table with rows of runs, in the order of time.
public enum ResultTable: String, CaseIterable, Sendable {
  case ticks
  case hostTicks = "host_ticks"
  case worker
  case events
  case metrics

  /// Whether rows have a time and can be thinned out.
  public var hasCadence: Bool {
    switch self {
    case .ticks, .hostTicks, .worker: true
    case .events, .metrics: false
    }
  }

  /// Whether every row belongs to a guest.
  fileprivate var isPerGuest: Bool { self == .ticks || self == .worker }
}

/// A value in a row.
public enum Cell: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
}

extension ResultStore {
  /// The table's columns in their order, without the packed `id`; `run_id` comes first.
  public func columns(of table: ResultTable) throws -> [String] {
    try read("read the columns of \(table.rawValue)") { db in
      try String.fetchAll(
        db, sql: "SELECT name FROM pragma_table_info(?) WHERE name <> 'id'",
        arguments: [table.rawValue])
    }
  }

  /// The columns named, after checking that the table has them; without names all of them.
  public func columns(of table: ResultTable, named names: [String]?) throws -> [String] {
    let known = try columns(of: table)
    guard let names else { return known }
    for name in names where !known.contains(name) {
      throw RecordingError.unknownColumn(
        name, table: table, nearest: nearestWord(to: name, among: known))
    }
    return names
  }

  /// Calls `body` with every row of a run, guest after guest, each in the order of time.
  ///
  /// Uses the same memory for any number of rows. `body` must not call the store.
  ///
  /// - Parameters:
  ///   - columns: Columns of the table, as `columns(of:named:)` gives them.
  ///   - every: Keeps the first row of a guest in each span of this length, counted from boot; positive,
  ///     and only where the table has a cadence.
  public func forEachRow(
    of table: ResultTable, run: Int64, columns: [String], every: SimDuration? = nil,
    _ body: ([Cell]) throws -> Void
  ) throws {
    precondition(every.map { table.hasCadence && $0 > .zero } ?? true, "rows every \(every as Any)")
    let keys = RowKey.range(of: run)
    let hidden = table.hasCadence ? ["time_ns", table.isPerGuest ? "id >> 32" : "0"] : []
    let names = columns.map(\.quotedDatabaseIdentifier) + hidden
    try read("read \(table.rawValue) of run \(run)") { db in
      let statement = try db.makeStatement(
        sql: """
          SELECT \(names.joined(separator: ", ")) FROM \(table.rawValue)
          WHERE id BETWEEN \(keys.lowerBound) AND \(keys.upperBound) ORDER BY id
          """)
      let rows = try Row.fetchCursor(statement)
      let handle = statement.sqliteStatement
      var cells = Array(repeating: Cell.null, count: columns.count)
      var last: (guest: Int64, span: Int64)?
      while try rows.next() != nil {
        if let every {
          let time = sqlite3_column_int64(handle, Int32(columns.count))
          let guest = sqlite3_column_int64(handle, Int32(columns.count + 1))
          let here = (guest: guest, span: time / every.nanoseconds)
          if let last, last == here { continue }
          last = here
        }
        for index in columns.indices { cells[index] = Cell(handle, Int32(index)) }
        try body(cells)
      }
    }
  }
}

extension Cell {
  fileprivate init(_ handle: SQLiteStatement, _ index: Int32) {
    switch sqlite3_column_type(handle, index) {
    case SQLITE_NULL: self = .null
    case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(handle, index))
    case SQLITE_FLOAT: self = .real(sqlite3_column_double(handle, index))
    default:
      let start = sqlite3_column_text(handle, index)
      let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
      self = .text(String(decoding: bytes, as: UTF8.self))
    }
  }
}
