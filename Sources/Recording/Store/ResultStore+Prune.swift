internal import GRDB

extension ResultStore {
  /// Removes runs with all their rows, and the sweep with its plan if one is given; then gives the space back.
  ///
  /// A run that others need is removed like any other: it is the caller who chooses. The runs and the plan go in one
  /// transaction, the sweep's own row when the space has been given back: whoever was killed in between finds it again.
  public func remove(runs: [Int64], sweep: Int64? = nil) throws {
    try write("remove runs") { db in
      for run in runs { try Self.remove(run: run, db) }
      if let sweep {
        try db.execute(sql: "DELETE FROM sweep_points WHERE sweep_id = ?", arguments: [sweep])
        try db.execute(
          sql: "UPDATE runs SET sweep_id = NULL WHERE sweep_id = ?", arguments: [sweep])
        try db.execute(
          sql: "UPDATE sweeps SET design = '{}', planned_runs = 0 WHERE id = ?", arguments: [sweep])
        try RowHash.keep(.sweeps, of: sweep, db)
      }
    }
    try translating("give the space back") {
      try queue.vacuum()
      // The file becomes smaller when its log has been carried over; who reads meanwhile is not waited for.
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
    }
    guard let sweep else { return }
    try write("remove a sweep") { db in
      // Another process may have entered it anew.
      if try Self.hasPlan(sweep, db) { return }
      try Self.remove(sweep: sweep, db)
    }
  }

  /// Removes the row of a sweep that has no plan any more.
  static func remove(sweep: Int64, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM main.sweeps WHERE id = ?", arguments: [sweep])
    try db.execute(
      sql: "DELETE FROM main.row_hashes WHERE owner = ? AND table_name = 'sweeps'",
      arguments: [sweep])
  }

  /// Whether a sweep's plan is there; it is not if its removal was cut short.
  static func hasPlan(_ sweep: Int64, _ db: Database) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM main.sweep_points WHERE sweep_id = ?)",
      arguments: [sweep]) ?? false
  }

  /// Removes a run with all its rows.
  static func remove(run: Int64, _ db: Database) throws {
    let keys = RowKey.range(of: run)
    for table in ResultTable.ofRows.map(\.rawValue) + ["tick_hashes"] {
      try db.cachedStatement(sql: "DELETE FROM main.\(table) WHERE id BETWEEN ? AND ?")
        .execute(arguments: [keys.lowerBound, keys.upperBound])
    }
    try db.cachedStatement(sql: "DELETE FROM main.parameters WHERE run_id = ?")
      .execute(arguments: [run])
    try db.cachedStatement(
      sql: "DELETE FROM main.row_hashes WHERE owner = ? AND table_name <> 'sweeps'"
    ).execute(arguments: [run])
    try db.cachedStatement(sql: "DELETE FROM main.runs WHERE id = ?").execute(arguments: [run])
  }
}
