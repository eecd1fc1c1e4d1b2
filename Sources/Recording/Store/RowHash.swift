internal import GRDB
private import GRDBSQLite
internal import Simulation
internal import SimulationEngine

/// A hash of the rows that a table has of a run or a sweep, in their order; numbers of runs and sweeps are left out of it.
///
/// It finds what changed by chance. Who changes rows on purpose can change their hash too.
struct RowHash: Hashable {
  private var fingerprint = Fingerprint()

  /// The hash of everything combined so far.
  var value: Int64 { Int64(bitPattern: fingerprint.value) }

  /// Mixes a whole number in.
  mutating func combine(_ number: Int64) {
    fingerprint.combine(1 as Int64)
    fingerprint.combine(number)
  }

  /// Mixes a real number in as SQLite keeps it: NaN is NULL, and -0 is 0.
  mutating func combine(_ number: Double) {
    if number.isNaN { return combineNull() }
    fingerprint.combine(2 as Int64)
    fingerprint.combine((number == 0 ? 0 : number).bitPattern)
  }

  /// Mixes a text in.
  mutating func combine(_ text: String) {
    fingerprint.combine(3 as Int64)
    fingerprint.combine(text)
  }

  /// Mixes NULL in.
  mutating func combineNull() { fingerprint.combine(4 as Int64) }

  /// Mixes in what a statement has at one of its columns.
  private mutating func combine(_ statement: SQLiteStatement, _ index: Int32) {
    let value = sqlite3_column_value(statement, index)
    switch sqlite3_value_type(value) {
    case SQLITE_NULL: combineNull()
    case SQLITE_INTEGER: combine(sqlite3_value_int64(value))
    case SQLITE_FLOAT: combine(sqlite3_value_double(value))
    case SQLITE_TEXT:
      let start = sqlite3_value_text(value)
      let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
      combine(String(decoding: bytes, as: UTF8.self))
    default: fingerprint.combine(5 as Int64)
    }
  }
}

extension RowHash {
  /// What is hashed of a table's rows, in the order in which it is inserted; nothing if the table is hashed otherwise.
  static func columns(of table: ResultTable) -> [String]? {
    switch table {
    case .runs:
      [
        "key", "scenario_name", "seed", "version", "driver", "status", "started_at", "finished_at",
        "simulated_ns", "fingerprint", "ingredients", "error", "command", "recording", "guests",
        "pid", "pid_started_ticks", "boot_id", "host_facts", "trace_provenance", "scenario_yaml",
      ]
    case .parameters: ["path", "value", "number"]
    case .hostTicks: ["tick", "time_ns"] + HostTickColumn.allCases.map(\.name)
    // The table of earlier versions.
    case .view:
      [
        "guest", "invocation", "time_ns", "run_ns", "fault", "cur_pages", "committed_pages",
        "totalreserve_pages", "reserved_pages", "frontswap_pages", "goal_pages", "gap_pages",
        "divisor", "unfloored_target_pages", "floor_pages", "floor_rule", "target_pages",
        "balloon_target_pages", "shrink_frontswap_pages", "shrink_previous_frontswap_pages",
        "shrink_counter_before", "shrink_counter_after", "shrink_target_pages", "shrunk_pages",
      ]
    case .decisions:
      [
        "guest", "policy", "turn", "time_ns", "run_ns", "current_pages", "goal_pages",
        "target_pages", "rule", "shrunk_pages", "fault", "terms",
      ]
    case .events: ["sequence", "time_ns", "guest", "kind", "detail"]
    case .metrics: ["guest", "name", "value", "unit"]
    case .sweeps: ["name", "design", "created_at", "command", "planned_runs", "key"]
    case .sweepPoints: ["point", "repetition", "key"]
    case .ticks, .tickHashes: nil
    }
  }

  /// The hash of what the database has; nil: rows of a version that hashed them in an order that nobody can tell.
  ///
  /// Decisions come guest by guest from the database but in the order of time from a run, so theirs is a hash for each guest,
  /// added up. The table `worker` was hashed in the order of time, which is known where there was one guest.
  static func read(_ table: ResultTable, of owner: Int64, _ db: Database) throws -> Int64? {
    var hash = RowHash()
    var (guest, done) = (nil as String?, [] as [RowHash])
    for table in table == .sweeps ? [.sweeps, .sweepPoints] : [table] {
      guard let all = columns(of: table) else { preconditionFailure("no hash of \(table)") }
      // As with ticks of guests, columns that are younger than a row were not hashed.
      let isTick = table == .hostTicks
      let columns = isTick ? try ResultStore.present(all, in: table, db) : all
      let statement = try db.makeStatement(
        sql: """
          SELECT \(columns.joined(separator: ", ")) FROM main.\(table.rawValue)
          WHERE \(table.condition(of: owner)) ORDER BY \(table.order)
          """)
      let rows = try Row.fetchCursor(statement)
      while let row = try rows.next() {
        if table == .decisions || table == .worker {
          let own: String = try row.value("guest")
          if guest != nil && guest != own {
            if table == .worker { return nil }
            done.append(hash)
            hash = RowHash()
          }
          guest = own
        }
        for index in columns.indices {
          let handle = statement.sqliteStatement
          if isTick, sqlite3_column_type(handle, Int32(index)) == SQLITE_NULL { continue }
          hash.combine(handle, Int32(index))
        }
      }
    }
    if table != .decisions { return hash.value }
    return ofGuests(guest == nil ? [] : done + [hash])
  }

  /// The hash of rows of several guests, each with its own, in any order.
  static func ofGuests(_ hashes: some Collection<RowHash>) -> Int64 {
    hashes.reduce(RowHash().value) { $0 &+ $1.value }
  }

  /// What stands as owner where a view's name stands in place of a table's: no run has this number.
  static let ownerOfViews: Int64 = 0

  /// The hash of a view's definition; nil if there is no such view.
  static func ofView(_ name: String, _ db: Database) throws -> Int64? {
    try String.fetchOne(
      db, sql: "SELECT sql FROM main.sqlite_master WHERE type = 'view' AND name = ?",
      arguments: [name]
    ).map(of)
  }

  /// The hash of a text alone.
  static func of(_ text: String) -> Int64 {
    var hash = RowHash()
    hash.combine(text)
    return hash.value
  }

  /// Writes the hash down, in place of an older one.
  func keep(for table: ResultTable, of owner: Int64, _ db: Database) throws {
    try Self.keep(value, as: table.rawValue, of: owner, db)
  }

  /// Writes down a hash under a name, in place of an older one.
  static func keep(_ hash: Int64, as name: String, of owner: Int64, _ db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO row_hashes (owner, table_name, hash) VALUES (?, ?, ?)"
    ).execute(arguments: [owner, name, hash])
  }

  /// Writes down the hash of what the database has.
  static func keep(_ table: ResultTable, of owner: Int64, _ db: Database) throws {
    guard let hash = try read(table, of: owner, db) else { return }
    try keep(hash, as: table.rawValue, of: owner, db)
  }
}
