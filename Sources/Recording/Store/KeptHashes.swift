internal import GRDB
private import GRDBSQLite
internal import Simulation
internal import SimulationEngine

/// The hashes of rows that a database keeps, to be held against the rows.
struct KeptHashes {
  /// By what owns the rows, and by the name of the table.
  private var hashes: [Int64: [String: Int64]] = [:]
  /// Those of sweeps.
  private var sweeps: [Int64: Int64] = [:]
  /// Those of views, by their names.
  private(set) var views: [String: Int64] = [:]

  /// All hashes of a database; none if its version had none.
  init(_ db: Database) throws {
    let isThere = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'row_hashes')")
    guard isThere == true else { return }
    let rows = try Row.fetchCursor(db, sql: "SELECT owner, table_name, hash FROM row_hashes")
    while let row = try rows.next() {
      let (owner, table): (Int64, String) = (try row.value("owner"), try row.value("table_name"))
      if table == ResultTable.sweeps.rawValue {
        sweeps[owner] = try row.value("hash")
      } else if owner == RowHash.ownerOfViews {
        views[table] = try row.value("hash")
      } else {
        hashes[owner, default: [:]][table] = try row.value("hash")
      }
    }
  }

  /// What rows of a run are not as they were written.
  func findings(
    in run: Int64, _ columns: [TickColumn], _ db: Database
  ) throws -> [DatabaseCheck.Finding] {
    let own = hashes[run] ?? [:]
    var findings: [DatabaseCheck.Finding] = []
    for (name, hash) in own.sorted(by: { $0.key < $1.key }) where name != ResultTable.ticks.rawValue
    {
      guard let table = ResultTable(rawValue: name), table.owner == .run,
        RowHash.columns(of: table) != nil
      else {
        findings.append(.strayHash(table: name, owner: run))
        continue
      }
      if let found = try RowHash.read(table, of: run, db), found != hash {
        findings.append(.changedRows(table: name, run: run))
      }
    }
    // Without the names of its guests the ticks of a run cannot be told apart.
    if findings.contains(.changedRows(table: ResultTable.runs.rawValue, run: run)) {
      return findings
    }
    let (others, ticks) = try Self.ticks(of: run, columns, db)
    findings += others
    if others.isEmpty, let kept = own[ResultTable.ticks.rawValue], kept != ticks.value {
      findings.append(.changedRows(table: ResultTable.ticks.rawValue, run: run))
    }
    return findings
  }

  /// Views that are not as the program made them that wrote the file last.
  func changedViews(_ db: Database) throws -> [DatabaseCheck.Finding] {
    try views.sorted { $0.key < $1.key }.filter { try RowHash.ofView($0.key, db) != $0.value }
      .map { .changedSchema($0.key) }
  }

  /// Sweeps that are not as they were entered, and hashes of what is not there.
  func otherFindings(runs: Set<Int64>, _ db: Database) throws -> [DatabaseCheck.Finding] {
    var findings: [DatabaseCheck.Finding] = []
    let present = try Int64.fetchSet(db, sql: "SELECT id FROM sweeps")
    for (sweep, hash) in sweeps.sorted(by: { $0.key < $1.key }) {
      if !present.contains(sweep) {
        findings.append(.strayHash(table: ResultTable.sweeps.rawValue, owner: sweep))
      } else if try RowHash.read(.sweeps, of: sweep, db) != hash {
        findings.append(.changedSweep(sweep))
      }
    }
    for (owner, tables) in hashes.sorted(by: { $0.key < $1.key }) where !runs.contains(owner) {
      findings += tables.keys.sorted().map { .strayHash(table: $0, owner: owner) }
    }
    return findings
  }

  /// Holds a run's ticks against the hashes of their blocks, and makes the hash of all of them.
  private static func ticks(
    of run: Int64, _ columns: [TickColumn], _ db: Database
  ) throws -> (findings: [DatabaseCheck.Finding], hash: RowHash) {
    let keys = RowKey.range(of: run)
    var blocks: [Int64: Int64] = [:]
    let rows = try Row.fetchCursor(
      db, sql: "SELECT id, hash FROM tick_hashes WHERE id BETWEEN ? AND ?",
      arguments: [keys.lowerBound, keys.upperBound])
    while let row = try rows.next() { blocks[try row.value("id")] = try row.value("hash") }
    let hasBlocks = !blocks.isEmpty
    // Columns that are younger than the file, or NULL in a row that is older than they, were not hashed.
    let names = try ResultStore.present(columns.map(\.name), in: .ticks, db)
    var findings: [DatabaseCheck.Finding] = []
    var hash = RowHash()
    for (place, guest) in try ResultStore.guests(of: run, db).enumerated() {
      let base = try RowKey.guestRow(run: run, guest: place, number: 0)
      let statement = try db.makeStatement(
        sql: """
          SELECT id, guest IS NOT ?, time_ns, \(names.joined(separator: ", "))
          FROM ticks WHERE id BETWEEN ? AND ? ORDER BY id
          """)
      let ticks = try Row.fetchCursor(
        statement, arguments: [guest, base, base + RowKey.numberLimit - 1])
      let handle = statement.sqliteStatement
      var chain = Fingerprint()
      var (count, misnamed, isChanged) = (0, 0, false)
      while try ticks.next() != nil {
        misnamed += Int(sqlite3_column_int64(handle, 1))
        for index in 2..<Int32(3 + names.count) {
          if sqlite3_column_type(handle, index) == SQLITE_NULL { continue }
          // A value of another type than a number is not what was written.
          if sqlite3_column_type(handle, index) != SQLITE_INTEGER { chain.combine("") }
          chain.combine(sqlite3_column_int64(handle, index))
        }
        count += 1
        guard hasBlocks, count.isMultiple(of: RunRecorder.hashedTicks) else { continue }
        let id = sqlite3_column_int64(handle, 0)
        let isEqual = blocks.removeValue(forKey: id) == Int64(bitPattern: chain.value)
        if !isEqual && !isChanged {
          isChanged = true
          findings.append(.changedTicks(run: run, guest: guest, tick: id - base))
        }
      }
      if misnamed > 0 {
        findings.append(
          .wrongKeys(table: ResultTable.ticks.rawValue, run: run, rows: misnamed))
      }
      hash.combine(Int64(count))
      hash.combine(Int64(bitPattern: chain.value))
    }
    if !blocks.isEmpty && findings.isEmpty {
      findings.append(.changedRows(table: ResultTable.tickHashes.rawValue, run: run))
    }
    return (findings, hash)
  }
}
