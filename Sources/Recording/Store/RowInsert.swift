internal import GRDB
internal import GRDBSQLite

/// Inserts rows into one table: binds values from left to right, then steps.
///
/// GRDB prepares the statement; values go to SQLite directly, because binding through GRDB costs five
/// times as much a row. Use it only within the database access that made it.
struct RowInsert {
  private let statement: Statement
  private let handle: SQLiteStatement
  private var index: Int32 = 0
  private var failure = SQLITE_OK
  /// The hash of all that was bound since it was set; none is made where it is nil.
  var hash: RowHash?
  /// So many values at the beginning of a row are left out of the hash.
  private let unhashed: Int32

  /// An insertion by `sql`, whose parameters are in the order of the calls of `bind`.
  ///
  /// - Parameters:
  ///   - hash: The hash of the rows before, if one is to be made.
  ///   - unhashed: How many values at the beginning of a row are left out of it.
  init(_ db: Database, sql: String, hash: RowHash? = nil, after unhashed: Int32 = 0) throws {
    self.hash = hash
    self.unhashed = unhashed
    statement = try db.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// The statement that fills `columns` of `table`.
  static func sql(into table: String, _ columns: [String]) -> String {
    let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))"
  }

  /// Binds a whole number.
  mutating func bind(_ number: Int64) {
    check(sqlite3_bind_int64(handle, next(), number))
    if index > unhashed { hash?.combine(number) }
  }

  /// Binds numbers of neighbouring columns.
  mutating func bind(_ numbers: UnsafeBufferPointer<Int64>) {
    for number in numbers { bind(number) }
  }

  /// Binds a number. Nothing is NULL.
  mutating func bind(_ number: Int64?) {
    if let number { bind(number) } else { bindNull() }
  }

  /// Binds a real number; SQLite knows no NaN and keeps NULL.
  mutating func bind(_ number: Double) {
    check(sqlite3_bind_double(handle, next(), number))
    if index > unhashed { hash?.combine(number) }
  }

  /// Binds a copy of a text. Nothing is NULL.
  mutating func bind(_ text: String?) {
    guard let text else { return bindNull() }
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    check(sqlite3_bind_text(handle, next(), text, Int32(text.utf8.count), transient))
    if index > unhashed { hash?.combine(text) }
  }

  /// Binds NULL.
  mutating func bindNull() {
    check(sqlite3_bind_null(handle, next()))
    if index > unhashed { hash?.combineNull() }
  }

  /// Inserts the row that was bound.
  mutating func step() throws {
    if failure == SQLITE_OK { failure = sqlite3_step(handle) }
    sqlite3_reset(handle)
    let code = failure
    (index, failure) = (0, SQLITE_OK)
    guard code == SQLITE_DONE else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errstr(code)))
    }
  }

  private mutating func next() -> Int32 {
    index += 1
    return index
  }

  private mutating func check(_ code: Int32) {
    if code != SQLITE_OK { failure = code }
  }
}
