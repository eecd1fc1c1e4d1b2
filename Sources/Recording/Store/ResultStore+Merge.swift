internal import GRDB
internal import Scenarios

/// What came of merging one file.
public struct MergeOutcome: Hashable, Sendable {
  /// Runs that were carried over, those that replaced another included.
  public var merged = 0
  /// Runs that took the place of the same run with less kept of it.
  public var replaced = 0
  /// Runs that were there already with as much kept.
  public var skipped = 0
  /// Unfinished runs, which are not carried over.
  public var leftOut = 0
  /// Sweeps that were new.
  public var sweeps = 0

  /// Nothing yet.
  public init() {}
}

extension ResultStore {
  /// Carries the finished runs and the sweeps of other files over; what is here already is not carried over again.
  ///
  /// Runs are matched by their keys, sweeps by theirs. Of a run that is here and there the one of which more is kept
  /// stays; if neither has all of the other, both do. All files are looked through before anything is changed, then each
  /// is merged in one transaction. Needs the same memory for any number of rows, and has one source open at a time.
  ///
  /// - Parameter files: The paths of the sources, which are only read.
  /// - Returns: What came of every source, in their order.
  /// - Throws: What opening a source throws, `damaged` for a source that is, and `conflictingRun` where two finished runs
  ///   have one key and took different courses; then nothing was changed.
  public func merge(_ files: [String]) throws -> [MergeOutcome] {
    try collectFingerprints(of: files)
    return try files.map { file in
      try withSource(file) { source in
        try attaching(source) { db in
          var outcome = MergeOutcome()
          try db.inTransaction(.immediate) {
            try self.refuseConflict(with: source, db)
            outcome = try Self.carryOver(db)
            return .commit
          }
          return outcome
        }
      }
    }
  }

  /// Opens a source while `body` runs.
  private func withSource<T>(_ file: String, _ body: (ResultStore) throws -> T) throws -> T {
    let source = try ResultStore(
      path: file, readOnly: true, busyTimeout: busyTimeout, schema: schema)
    // What has been thrown is the one error to report.
    let result = Result { try body(source) }
    do { try source.close() } catch { _ = try result.get() }
    return try result.get()
  }

  /// Looks through all sources for damage, and for runs that contradict each other or those that are here.
  private func collectFingerprints(of files: [String]) throws {
    try translating("prepare to merge") {
      try queue.writeWithoutTransaction { db in
        // A temporary table is on disk where it gets large.
        try db.execute(
          sql: """
            DROP TABLE IF EXISTS temp.merged;
            CREATE TEMP TABLE merged (key TEXT PRIMARY KEY, fingerprint TEXT, course TEXT, path TEXT)
              WITHOUT ROWID
            """)
      }
    }
    for file in files {
      try withSource(file) { source in
        if let finding = try source.check().findings.first {
          throw RecordingError.unsound(path: source.path, finding)
        }
        try attaching(source) { db in
          try db.execute(
            sql: """
              INSERT OR IGNORE INTO temp.merged
              SELECT key, fingerprint, \(RunRecord.course(of: "r")), ?
              FROM source.runs r WHERE status = 'finished'
              """, arguments: [source.path])
          try self.refuseConflict(with: source, db)
        }
      }
    }
  }

  /// Throws if a finished run of the source took another course than one here, or than one of a source before it.
  private func refuseConflict(with source: ResultStore, _ db: Database) throws {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT s.key, s.fingerprint AS there, m.fingerprint AS here, ?1 AS path
        FROM source.runs s CROSS JOIN main.runs m ON m.key = s.key AND m.status = 'finished'
        WHERE s.status = 'finished' AND \(RunRecord.course(of: "s")) IS NOT \(RunRecord.course(of: "m"))
        UNION ALL
        SELECT s.key, s.fingerprint, m.fingerprint, m.path
        FROM source.runs s CROSS JOIN temp.merged m ON m.key = s.key
        WHERE s.status = 'finished' AND \(RunRecord.course(of: "s")) IS NOT m.course LIMIT 1
        """, arguments: [path])
    guard let row else { return }
    throw RecordingError.conflictingRun(
      key: try row.value("key"), path: source.path,
      fingerprint: try row.optional("there") ?? "none", other: try row.value("path"),
      otherFingerprint: try row.optional("here") ?? "none")
  }

  /// Makes another file known as `source`, to be read only, while `body` runs.
  private func attaching<T>(
    _ source: ResultStore, _ body: (Database) throws -> T
  ) throws -> T {
    try translating("merge \(source.path)") {
      try queue.writeWithoutTransaction { db in
        try db.execute(
          sql: "ATTACH DATABASE ? AS source", arguments: [source.addressToRead])
        // What has been thrown is the one error to report.
        let result = Result { try body(db) }
        do { try db.execute(sql: "DETACH DATABASE source") } catch { _ = try result.get() }
        return try result.get()
      }
    }
  }

  /// Carries over what is missing from `source`.
  private static func carryOver(_ db: Database) throws -> MergeOutcome {
    var outcome = MergeOutcome()
    outcome.leftOut =
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM source.runs WHERE status <> 'finished'") ?? 0
    let sweeps = try carryOverSweeps(db, &outcome)
    if try RunCopy.hasDecisions(db) {
      try db.execute(sql: "INSERT OR IGNORE INTO main.policies SELECT * FROM source.policies")
    }
    let copy = try RunCopy(db)
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT id, key, recording, sweep_id FROM source.runs
        WHERE status = 'finished' ORDER BY id
        """)
    while let row = try rows.next() {
      let level = RecordingLevel(try row.value("recording")) ?? .metrics
      let present = try Row.fetchAll(
        db.cachedStatement(
          sql: "SELECT id, recording FROM main.runs WHERE key = ? AND status = 'finished'"),
        arguments: [try row.value("key") as String]
      ).map {
        (
          id: try $0.value("id") as Int64,
          level: RecordingLevel(try $0.value("recording")) ?? .metrics
        )
      }
      if present.contains(where: { $0.level.satisfies(level) }) {
        outcome.skipped += 1
        continue
      }
      for poorer in present where level.satisfies(poorer.level) {
        try copy.remove(poorer.id)
        outcome.replaced += 1
      }
      let sweep: Int64? = try row.optional("sweep_id")
      try copy.run(try row.value("id"), sweep: sweep.flatMap { sweeps[$0] })
      outcome.merged += 1
    }
    return outcome
  }

  /// Carries over the sweeps that are missing, with their plans.
  ///
  /// - Returns: The number here of every sweep by its number there.
  private static func carryOverSweeps(
    _ db: Database, _ outcome: inout MergeOutcome
  ) throws -> [Int64: Int64] {
    var numbers: [Int64: Int64] = [:]
    for row in try Row.fetchAll(
      db,
      sql: """
        SELECT id, key FROM source.sweeps s WHERE key IS NOT NULL
          AND EXISTS (SELECT 1 FROM source.sweep_points WHERE sweep_id = s.id) ORDER BY id
        """)
    {
      let (there, key): (Int64, String) = (try row.value("id"), try row.value("key"))
      if let here = try Int64.fetchOne(
        db, sql: "SELECT id FROM main.sweeps WHERE key = ?", arguments: [key])
      {
        if try ResultStore.hasPlan(here, db) {
          numbers[there] = here
          continue
        }
        try ResultStore.remove(sweep: here, db)
      }
      let columns = try RunCopy.columns(of: "sweeps", without: ["id"], db)
      try db.execute(
        sql:
          "INSERT INTO main.sweeps (\(columns)) SELECT \(columns) FROM source.sweeps WHERE id = ?",
        arguments: [there])
      let here = db.lastInsertedRowID
      try db.execute(
        sql: """
          INSERT INTO main.sweep_points (sweep_id, point, repetition, key)
          SELECT ?, point, repetition, key FROM source.sweep_points WHERE sweep_id = ?
          """, arguments: [here, there])
      try RunCopy.hashes(db, of: there, to: here, which: "table_name = 'sweeps'")
      numbers[there] = here
      outcome.sweeps += 1
    }
    return numbers
  }
}

/// Copies runs with all their rows from the file attached as `source`, under new numbers.
private struct RunCopy {
  private let db: Database
  /// Inserts the row of a run: its sweep here, its number there.
  private let insertRun: Statement
  /// Inserts its rows: the shift of their keys, its number here, and what tells them there.
  private let insertRows: [Statement]
  private let insertParameters: Statement
  /// Whether the source keeps decisions as this version does.
  private let hasDecisions: Bool
  /// Inserts hashes of ticks: the shift of their keys, and what tells them there.
  private let insertHashes: Statement

  init(_ db: Database) throws {
    self.db = db
    let columns = try Self.columns(of: "runs", without: ["id", "sweep_id"], db)
    insertRun = try db.makeStatement(
      sql: """
        INSERT INTO main.runs (sweep_id, \(columns))
        SELECT ?, \(columns) FROM source.runs WHERE id = ?
        """)
    hasDecisions = try Self.hasDecisions(db)
    let isOlder = !hasDecisions
    insertRows = try ResultTable.ofRows.map { table in
      if table == .decisions && isOlder {
        return try db.makeStatement(
          sql: """
            INSERT INTO main.decisions (id, run_id, guest, policy, turn, time_ns, run_ns, current_pages, goal_pages,
              target_pages, rule, shrunk_pages, fault, terms)
            SELECT id + ?, ?, \(WorkerRows.values) FROM source.worker WHERE id BETWEEN ? AND ? ORDER BY id
            """)
      }
      let columns = try Self.columns(of: table.rawValue, without: ["id", "run_id"], db)
      return try db.makeStatement(
        sql: """
          INSERT INTO main.\(table.rawValue) (id, run_id, \(columns))
          SELECT id + ?, ?, \(columns) FROM source.\(table.rawValue)
          WHERE id BETWEEN ? AND ? ORDER BY id
          """)
    }
    insertHashes = try db.makeStatement(
      sql: """
        INSERT INTO main.tick_hashes (id, hash)
        SELECT id + ?, hash FROM source.tick_hashes WHERE id BETWEEN ? AND ? ORDER BY id
        """)
    insertParameters = try db.makeStatement(
      sql: """
        INSERT INTO main.parameters (run_id, path, value, number)
        SELECT ?, path, value, number FROM source.parameters WHERE run_id = ? ORDER BY path
        """)
  }

  /// The columns of a table, but for some and those that the source is too old for, as a list.
  static func columns(of table: String, without others: [String], _ db: Database) throws -> String {
    try db.columns(in: table, in: "source").map(\.name).filter { !others.contains($0) }
      .map(\.quotedDatabaseIdentifier).joined(separator: ", ")
  }

  /// Copies the run with this number there.
  func run(_ there: Int64, sweep: Int64?) throws {
    try insertRun.execute(arguments: [sweep, there])
    let here = db.lastInsertedRowID
    guard here < RowKey.runLimit else {
      throw RecordingError.outOfRange(what: "run", value: here, limit: RowKey.runLimit)
    }
    let (old, new) = (RowKey.range(of: there), RowKey.range(of: here))
    for statement in insertRows {
      try statement.execute(arguments: [
        new.lowerBound - old.lowerBound, here, old.lowerBound, old.upperBound,
      ])
    }
    try insertHashes.execute(arguments: [
      new.lowerBound - old.lowerBound, old.lowerBound, old.upperBound,
    ])
    try insertParameters.execute(arguments: [here, there])
    try Self.hashes(db, of: there, to: here, which: "table_name <> 'sweeps'")
    if hasDecisions { return }
    // The rows there had been held against their hash.
    let hadHash = try Bool.fetchOne(
      db, sql: "SELECT count(*) > 0 FROM row_hashes WHERE owner = ? AND table_name = 'worker'",
      arguments: [here])
    if hadHash == true {
      try RowHash.keep(.decisions, of: here, db)
      try db.execute(
        sql: "DELETE FROM main.row_hashes WHERE owner = ? AND table_name = 'worker'",
        arguments: [here])
    }
  }

  /// Whether the source is of a version that has the table.
  static func hasDecisions(_ db: Database) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql:
        "SELECT EXISTS (SELECT 1 FROM source.sqlite_master WHERE name = 'decisions' AND type = 'table')"
    ) ?? false
  }

  /// Copies the hashes of rows, if the source is of a version that has them.
  static func hashes(_ db: Database, of there: Int64, to here: Int64, which: String) throws {
    let isThere = try Bool.fetchOne(
      db.cachedStatement(
        sql: "SELECT EXISTS (SELECT 1 FROM source.sqlite_master WHERE name = 'row_hashes')"))
    guard isThere == true else { return }
    try db.cachedStatement(
      sql: """
        INSERT INTO main.row_hashes (owner, table_name, hash)
        SELECT ?, table_name, hash FROM source.row_hashes WHERE owner = ? AND \(which)
        """
    ).execute(arguments: [here, there])
  }

  /// Removes the run with this number here.
  func remove(_ run: Int64) throws { try ResultStore.remove(run: run, db) }
}
