private import Foundation
internal import GRDB
internal import Scenarios
internal import Traces

/// What a look through a whole database found.
public struct DatabaseCheck: Hashable, Sendable {
  /// Something that is not as it should be.
  public enum Finding: Hashable, Sendable {
    /// What `PRAGMA integrity_check` says.
    case integrity(String)
    /// Rows that refer to something that is not there.
    case orphanRows(table: String, parent: String, rows: Int)
    /// Rows of a run whose key does not say the same as their columns.
    case wrongKeys(table: String, run: Int64, rows: Int)
    /// A guest of the run, or its host if nil, has fewer rows than ticks between its first and its last.
    case missingTicks(run: Int64, guest: String?, expected: Int64, found: Int64)
    /// Rows of a run do not have the hash with which they were written.
    case changedRows(table: String, run: Int64)
    /// Ticks of a guest do not have the hash with which they were written; the first of the hashes is that of `tick`.
    case changedTicks(run: Int64, guest: String, tick: Int64)
    /// A sweep or its plan does not have the hash with which it was entered.
    case changedSweep(Int64)
    /// A table, an index or a view is missing or defined otherwise, or a trigger of others runs when a table is written.
    case changedSchema(String)
    /// Rows whose value in a column is none that it can have.
    case wrongValues(table: String, column: String, rows: Int)
    /// A hash of a run or a sweep that is not there.
    case strayHash(table: String, owner: Int64)
    /// A finished run without its fingerprint.
    case noFingerprint(run: Int64)
    /// A finished run without any metric.
    case noMetrics(run: Int64)
  }

  /// `PRAGMA user_version`.
  public var version: Int32
  /// How many runs there are.
  public var runs: Int
  /// Runs marked as running whose process is gone; this is no fault of the file.
  public var diedRuns: [Int64]
  /// What was found; nothing in a sound database.
  public var findings: [Finding]
}

extension ResultStore {
  /// Looks through the whole database; reads every page and every row.
  ///
  /// Rows that have hashes are held against them; runs of versions before these have hashes of whole blocks of ticks only.
  /// That the file is ours and not newer has been seen when it was opened. Throws `RecordingError.damaged`
  /// where the damage keeps SQLite from looking further.
  public func check() throws -> DatabaseCheck {
    let records = try runs()
    return try read("check") { db in
      var findings = try Self.integrity(db)
      if !findings.isEmpty && ForeignLog.explainsDamage(of: self.queue.path) {
        throw RecordingError.foreignLog(path: self.path)
      }
      if findings.isEmpty { findings = try self.contents(db, records) }
      let running = try Int64.fetchSet(db, sql: "SELECT id FROM runs WHERE status = 'running'")
      return DatabaseCheck(
        version: try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0, runs: records.count,
        diedRuns: records.filter { $0.status == .interrupted && running.contains($0.id) }.map(\.id),
        findings: findings)
    }
  }

  /// What is wrong in a file that SQLite finds sound.
  private func contents(
    _ db: Database, _ runs: [RunRecord]
  ) throws -> [DatabaseCheck.Finding] {
    let changes = try SchemaChange.all(in: db, schema)
    var findings = changes.map { DatabaseCheck.Finding.changedSchema($0.name) }
    // Of tables that are none of ours, and of values that are none of theirs, nothing more can be said.
    if changes.contains(where: \.changesTables) { return findings }
    let hashes = try KeptHashes(db)
    findings += try hashes.changedViews(db)
    let values = try Self.values(db)
    findings += try values + Self.references(db)
    if !values.isEmpty { return findings }
    for run in runs {
      var own = try Self.ticks(of: run, db) + Self.hostTicks(of: run, db)
      own += try Self.numbers(of: run, db)
      if run.status == .finished { own += try Self.ending(of: run, db) }
      // Rows that are missing or misplaced have been named.
      findings += own.isEmpty ? try hashes.findings(in: run.id, schema.tickColumns, db) : own
    }
    return findings + (try hashes.otherFindings(runs: Set(runs.map(\.id)), db))
  }

  private static func integrity(_ db: Database) throws -> [DatabaseCheck.Finding] {
    try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
      .map(DatabaseCheck.Finding.integrity)
  }

  /// Values of other types than their columns have, and those against `Schema.rules`: SQLite lets most of them pass.
  private static func values(_ db: Database) throws -> [DatabaseCheck.Finding] {
    try ResultTable.allCases.flatMap { table -> [DatabaseCheck.Finding] in
      let name = table.rawValue
      guard try db.tableExists(name) else { return [] }
      let columns = try db.columns(in: name).map { column in
        let types =
          Schema.freeTypes[table]?[column.name]
          ?? [column.type.lowercased()] + (column.isNotNull ? [] : ["null"])
        let list = types.map { "'\($0)'" }.joined(separator: ", ")
        let rule = Schema.rules[table]?[column.name].map { " AND (\($0))" } ?? ""
        return (
          name: column.name,
          condition: "typeof(\(column.name.quotedDatabaseIdentifier)) IN (\(list))\(rule)"
        )
      }
      let counts = columns.map { "count(*) FILTER (WHERE (\($0.condition)) IS NOT true)" }
      let row = try Row.fetchOne(db, sql: "SELECT \(counts.joined(separator: ", ")) FROM \(name)")
      return columns.enumerated().compactMap { place, column in
        guard let rows: Int = row?[place], rows > 0 else { return nil }
        return .wrongValues(table: name, column: column.name, rows: rows)
      }
    }
  }

  private static func references(_ db: Database) throws -> [DatabaseCheck.Finding] {
    let sql =
      """
      SELECT "table", parent, count(*) AS count FROM pragma_foreign_key_check
      GROUP BY "table", parent ORDER BY "table", parent
      """
    return try Row.fetchAll(db, sql: sql).map {
      .orphanRows(table: $0["table"], parent: $0["parent"], rows: $0["count"])
    }
  }

  /// Rows of decisions, events and figures whose keys do not say the same as their columns.
  private static func numbers(of run: RunRecord, _ db: Database) throws -> [DatabaseCheck.Finding] {
    let keys = RowKey.range(of: run.id)
    let conditions = [
      ("decisions", "id & 4294967295 <> turn"), ("events", "id - ?2 <> sequence"),
      ("metrics", "false"),
    ]
    return
      try conditions
      .compactMap { table, condition in
        let sql = """
          SELECT count(*) FROM \(table)
          WHERE id BETWEEN ?2 AND ?3
            AND (run_id IN (SELECT id FROM runs WHERE id <> ?1) OR \(condition))
          """
        let wrong = try Int.fetchOne(
          db, sql: sql, arguments: [run.id, keys.lowerBound, keys.upperBound])
        guard let wrong, wrong > 0 else { return nil }
        return .wrongKeys(table: table, run: run.id, rows: wrong)
      }
  }

  private static func ticks(of run: RunRecord, _ db: Database) throws -> [DatabaseCheck.Finding] {
    let keys = RowKey.range(of: run.id)
    let sql = """
      SELECT guest, max(tick) - min(tick) + 1 AS expected, count(*) AS found,
        sum(run_id <> ?1 OR id & 4294967295 <> tick) AS wrong
      FROM ticks WHERE id BETWEEN ?2 AND ?3 GROUP BY guest ORDER BY min(id)
      """
    return try Row.fetchAll(
      db, sql: sql, arguments: [run.id, keys.lowerBound, keys.upperBound]
    ).flatMap { (row: Row) -> [DatabaseCheck.Finding] in
      Self.findings(in: row, table: "ticks", run: run, guest: row["guest"])
    }
  }

  private static func hostTicks(
    of run: RunRecord, _ db: Database
  ) throws -> [DatabaseCheck.Finding] {
    let keys = RowKey.range(of: run.id)
    let sql = """
      SELECT max(tick) - min(tick) + 1 AS expected, count(*) AS found,
        sum(run_id <> ?1 OR id - ?2 <> tick) AS wrong
      FROM host_ticks WHERE id BETWEEN ?2 AND ?3 HAVING count(*) > 0
      """
    return try Row.fetchAll(
      db, sql: sql, arguments: [run.id, keys.lowerBound, keys.upperBound]
    ).flatMap { (row: Row) -> [DatabaseCheck.Finding] in
      Self.findings(in: row, table: "host_ticks", run: run, guest: nil)
    }
  }

  private static func findings(
    in row: Row, table: String, run: RunRecord, guest: String?
  ) -> [DatabaseCheck.Finding] {
    let (expected, found): (Int64, Int64) = (row["expected"], row["found"])
    let wrong: Int = row["wrong"]
    var findings: [DatabaseCheck.Finding] = []
    if expected != found && run.recording == .ticks {
      findings.append(.missingTicks(run: run.id, guest: guest, expected: expected, found: found))
    }
    if wrong > 0 { findings.append(.wrongKeys(table: table, run: run.id, rows: wrong)) }
    return findings
  }

  private static func ending(of run: RunRecord, _ db: Database) throws -> [DatabaseCheck.Finding] {
    var findings: [DatabaseCheck.Finding] = []
    if run.fingerprint == nil { findings.append(.noFingerprint(run: run.id)) }
    let keys = RowKey.range(of: run.id)
    let metrics = try Int.fetchOne(
      db, sql: "SELECT count(*) FROM metrics WHERE id BETWEEN ? AND ?",
      arguments: [keys.lowerBound, keys.upperBound])
    if metrics == 0 { findings.append(.noMetrics(run: run.id)) }
    return findings
  }
}
