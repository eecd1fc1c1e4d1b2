internal import GRDB

extension ResultStore {
  /// Removes runs with all their rows, and the sweep with its plan if one is given; then gives the space back.
  ///
  /// A run that others need is removed like any other: it is the caller who chooses. All of it is one transaction.
  public func remove(runs: [Int64], sweep: Int64? = nil) throws {
    try write("remove runs") { db in
      for run in runs { try Self.remove(run: run, db) }
      if let sweep {
        try db.execute(sql: "DELETE FROM sweep_points WHERE sweep_id = ?", arguments: [sweep])
        try db.execute(
          sql: "UPDATE runs SET sweep_id = NULL WHERE sweep_id = ?", arguments: [sweep])
        try db.execute(sql: "DELETE FROM sweeps WHERE id = ?", arguments: [sweep])
      }
    }
    try translating("give the space back") { try queue.vacuum() }
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
    try db.cachedStatement(sql: "DELETE FROM main.runs WHERE id = ?").execute(arguments: [run])
  }
}
