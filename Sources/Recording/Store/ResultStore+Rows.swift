internal import GRDB
private import GRDBSQLite
public import Units

/// A value in a row.
public enum Cell: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
}

/// A value in a row where SQLite has it: nothing is copied, and it is gone once the call that it was given to returns.
public enum StoredCell {
  case null
  case integer(Int64)
  case real(Double)
  /// UTF-8, as long as nobody else wrote the file.
  case text(UnsafeBufferPointer<UInt8>)
}

/// Which rows of a run or a sweep are read, and what of them.
public struct RowSelection: Hashable, Sendable {
  /// The table.
  public var table: ResultTable
  /// Columns of the table, as `columns(of:named:)` gives them.
  public var columns: [String]
  /// Keeps the first row of a guest in each span of this length, counted from boot; positive, and only where the table
  /// has a cadence.
  public var every: SimDuration?
  /// Simulated times before and after which rows are left out, only where the table has times.
  public var from: SimTime?
  /// The last time.
  public var to: SimTime?

  /// All rows.
  public init(_ table: ResultTable, columns: [String]) {
    self.table = table
    self.columns = columns
  }
}

extension ResultStore {
  /// Calls `body` with every row of a run, guest after guest, each in the order of time.
  ///
  /// Uses the same memory for any number of rows. `body` must not call the store.
  public func forEachRow(
    of table: ResultTable, run: Int64, columns: [String], _ body: ([Cell]) throws -> Void
  ) throws {
    try forEachRow(RowSelection(table, columns: columns), of: run) { cells in
      try body(cells.map(Cell.init))
    }
  }

  /// Calls `body` with every row of a run or a sweep, guest after guest, each in the order of time.
  ///
  /// Uses the same memory for any number of rows. `body` must not call the store nor keep what it is given.
  public func forEachRow(
    _ selection: RowSelection, of owner: Int64,
    _ body: (UnsafeBufferPointer<StoredCell>) throws -> Void
  ) throws {
    let table = selection.table
    let count = selection.columns.count
    try read("read \(table.rawValue)") { db in
      let statement = try db.makeStatement(sql: selection.sql(of: owner, db))
      let rows = try Row.fetchCursor(statement)
      let handle = statement.sqliteStatement
      var last: (guest: Int64, span: Int64)?
      try withUnsafeTemporaryAllocation(of: StoredCell.self, capacity: count) { cells in
        while try rows.next() != nil {
          if let every = selection.every {
            let time = sqlite3_column_int64(handle, Int32(count))
            let guest = sqlite3_column_int64(handle, Int32(count + 1))
            let here = (guest: guest, span: time / every.nanoseconds)
            if let last, last == here { continue }
            last = here
          }
          for index in 0..<count {
            cells.initializeElement(at: index, to: StoredCell(handle, Int32(index)))
          }
          try body(UnsafeBufferPointer(rebasing: cells[..<count]))
        }
      }
    }
  }
}

extension RowSelection {
  /// The query; thinning needs the time and the guest behind the columns. A column of ticks that an older file does not have
  /// is NULL in all its rows.
  fileprivate func sql(of owner: Int64, _ db: Database) throws -> String {
    precondition(
      every.map { table.hasCadence && $0 > .zero } ?? true, "rows every \(every as Any)")
    precondition(table.hasTime || (from ?? to) == nil, "times of \(table)")
    let isTick = table == .ticks || table == .hostTicks
    let present = isTick ? try ResultStore.present(columns, in: table, db) : columns
    var names = columns.map { present.contains($0) ? table.expression(of: $0) : "NULL" }
    if table.hasCadence { names += ["time_ns", table.isPerGuest ? "id >> 32" : "0"] }
    var conditions = [table.condition(of: owner)]
    if let from { conditions.append("time_ns >= \(from.nanoseconds)") }
    if let to { conditions.append("time_ns <= \(to.nanoseconds)") }
    return """
      SELECT \(names.joined(separator: ", ")) FROM \(table.rawValue)
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(table.order)
      """
  }
}

extension StoredCell {
  fileprivate init(_ handle: SQLiteStatement, _ index: Int32) {
    // Accesses of a store take turns, so the value needs no lock of its own.
    let value = sqlite3_column_value(handle, index)
    switch sqlite3_value_type(value) {
    case SQLITE_NULL: self = .null
    case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
    case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
    default:
      let start = sqlite3_value_text(value)
      self = .text(UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
    }
  }
}

extension Cell {
  /// A copy.
  public init(_ cell: StoredCell) {
    switch cell {
    case .null: self = .null
    case .integer(let number): self = .integer(number)
    case .real(let number): self = .real(number)
    case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
    }
  }
}
