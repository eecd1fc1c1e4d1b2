internal import GRDB

/// The rows of `worker`, the table in which versions before 8 kept the turns of the one policy there was, as rows of `decisions`.
///
/// As it was released; what stands here is never changed.
enum WorkerRows {
  /// The row of `policies`.
  static let policy = """
    'selfballoon' AS name, '["committed_pages","totalreserve_pages","reserved_pages","frontswap_pages","gap_pages",\
    "divisor","unfloored_target_pages","floor_pages","balloon_target_pages","shrink_frontswap_pages",\
    "shrink_previous_frontswap_pages","shrink_counter_before","shrink_counter_after","shrink_target_pages"]' AS terms
    """

  /// The columns of `decisions` made of those of `worker`, but for its keys.
  static let values = """
    guest, 'selfballoon' AS policy, invocation AS turn, time_ns, run_ns, cur_pages AS current_pages, goal_pages,
    target_pages, floor_rule AS rule, shrunk_pages, fault,
    json_array(committed_pages, totalreserve_pages, reserved_pages, frontswap_pages, gap_pages, divisor,
      unfloored_target_pages, floor_pages, balloon_target_pages, shrink_frontswap_pages,
      shrink_previous_frontswap_pages, shrink_counter_before, shrink_counter_after, shrink_target_pages) AS terms
    """

  /// All of them.
  static let columns = "id, run_id, \(values)"

  /// What a file of an older version is given while it is open for reading alone, in place of the tables that it lacks.
  static let views = """
    CREATE TEMP VIEW policies AS SELECT \(policy);
    CREATE TEMP VIEW decisions AS SELECT \(columns) FROM main.worker;
    """

  /// Before rows are moved: a hash that they do not have is one that they never had, so that they are still found.
  static let verify: @Sendable (Database) throws -> Void = { db in
    for (run, hash) in try kept(db) {
      let found = try RowHash.read(.worker, of: run, db)
      if found == nil || found == hash { continue }
      try db.execute(
        sql: "DELETE FROM row_hashes WHERE owner = ? AND table_name = 'worker'", arguments: [run])
      try db.execute(
        sql: "INSERT INTO row_hashes (owner, table_name, hash) VALUES (?, 'decisions', 0)",
        arguments: [run])
    }
  }

  /// After rows were moved: their hashes as rows of `decisions`.
  static let keepHashes: @Sendable (Database) throws -> Void = { db in
    for (run, _) in try kept(db) { try RowHash.keep(.decisions, of: run, db) }
    try db.execute(sql: "DELETE FROM row_hashes WHERE table_name = 'worker'")
  }

  private static func kept(_ db: Database) throws -> [(run: Int64, hash: Int64)] {
    try Row.fetchAll(db, sql: "SELECT owner, hash FROM row_hashes WHERE table_name = 'worker'")
      .map { (run: try $0.value("owner"), hash: try $0.value("hash")) }
  }
}
