internal import GRDB
internal import Simulation

/// The tables of the database and the steps by which an older file becomes a newer one.
///
/// A migration that has been released is never changed; what comes later is appended. The columns of
/// `ticks` and `host_ticks` are those of `TickColumn` and `HostTickColumn`: a column added there needs a
/// migration that adds it here. `Docs/database.md` describes every column.
enum Schema {
  /// `PRAGMA application_id`: "BLNS".
  static let applicationID: Int32 = 0x424C_4E53
  /// `PRAGMA user_version` of a file that has every migration.
  static var version: Int32 { Int32(migrations.count) }

  /// The oldest version that can be read as it is; those since have only added what a reader can do without.
  static let oldestReadable: Int32 = 5

  /// A named step.
  struct Migration: Sendable {
    var name: String
    var sql: String
  }

  /// The steps, oldest first; after the first n of them `user_version` is n.
  static let migrations = [
    Migration(name: "tables", sql: tables),
    Migration(name: "views", sql: views),
    Migration(name: "sweep plans", sql: sweepPlans),
    Migration(name: "tick hashes", sql: tickHashes),
    Migration(name: "wide metrics", sql: wideMetrics),
    Migration(name: "row hashes", sql: rowHashes),
    Migration(name: "wide host metrics", sql: wideHostMetrics),
  ]

  /// Carries out the steps a file lacks, each in one transaction.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (index, migration) in migrations.enumerated() {
      migrator.registerMigration(migration.name) { db in
        try db.execute(sql: migration.sql)
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
    return migrator
  }

  private static let tables = """
    CREATE TABLE sweeps (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      design TEXT NOT NULL,
      created_at TEXT NOT NULL,
      command TEXT NOT NULL,
      planned_runs INTEGER NOT NULL
    );
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL,
      scenario_name TEXT NOT NULL,
      seed NOT NULL,
      version TEXT NOT NULL,
      driver TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'interrupted')),
      started_at TEXT NOT NULL,
      finished_at TEXT,
      simulated_ns INTEGER,
      fingerprint TEXT,
      ingredients TEXT,
      error TEXT,
      command TEXT NOT NULL,
      sweep_id INTEGER REFERENCES sweeps (id),
      guests TEXT NOT NULL,
      pid INTEGER NOT NULL,
      pid_started_ticks INTEGER NOT NULL,
      boot_id TEXT NOT NULL,
      host_facts TEXT NOT NULL,
      trace_provenance TEXT NOT NULL,
      scenario_yaml TEXT NOT NULL
    );
    CREATE INDEX runs_by_key ON runs (key);
    CREATE TABLE parameters (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      path TEXT NOT NULL,
      value TEXT NOT NULL,
      number REAL,
      PRIMARY KEY (run_id, path)
    ) WITHOUT ROWID;
    CREATE TABLE ticks (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      guest TEXT NOT NULL,
      tick INTEGER NOT NULL,
      time_ns INTEGER NOT NULL,
      \(integers(TickColumn.allCases.map(\.name)))
    );
    CREATE TABLE host_ticks (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      tick INTEGER NOT NULL,
      time_ns INTEGER NOT NULL,
      \(integers(HostTickColumn.allCases.map(\.name)))
    );
    CREATE TABLE worker (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      guest TEXT NOT NULL,
      invocation INTEGER NOT NULL,
      time_ns INTEGER NOT NULL,
      cur_pages INTEGER,
      committed_pages INTEGER,
      totalreserve_pages INTEGER,
      reserved_pages INTEGER,
      frontswap_pages INTEGER,
      goal_pages INTEGER,
      gap_pages INTEGER,
      divisor INTEGER,
      unfloored_target_pages INTEGER,
      floor_pages INTEGER,
      floor_rule TEXT,
      target_pages INTEGER,
      balloon_target_pages INTEGER,
      shrink_frontswap_pages INTEGER,
      shrink_previous_frontswap_pages INTEGER,
      shrink_counter_before INTEGER,
      shrink_counter_after INTEGER,
      shrink_target_pages INTEGER,
      shrunk_pages INTEGER,
      run_ns INTEGER NOT NULL,
      fault TEXT
    );
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      sequence INTEGER NOT NULL,
      time_ns INTEGER NOT NULL,
      guest TEXT,
      kind TEXT NOT NULL,
      detail TEXT NOT NULL
    );
    CREATE TABLE metrics (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      guest TEXT,
      name TEXT NOT NULL,
      value REAL,
      unit TEXT NOT NULL
    );
    """

  private static let sweepPlans = """
    ALTER TABLE sweeps ADD COLUMN key TEXT;
    CREATE UNIQUE INDEX sweeps_by_key ON sweeps (key);
    CREATE TABLE sweep_points (
      sweep_id INTEGER NOT NULL REFERENCES sweeps (id),
      point INTEGER NOT NULL,
      repetition INTEGER NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (sweep_id, point, repetition)
    ) WITHOUT ROWID;
    ALTER TABLE runs ADD COLUMN recording TEXT NOT NULL DEFAULT 'ticks';
    """

  private static let tickHashes = """
    CREATE TABLE tick_hashes (
      id INTEGER PRIMARY KEY,
      hash INTEGER NOT NULL
    );
    """

  private static let rowHashes = """
    CREATE TABLE row_hashes (
      owner INTEGER NOT NULL,
      table_name TEXT NOT NULL,
      hash INTEGER NOT NULL,
      PRIMARY KEY (owner, table_name)
    ) WITHOUT ROWID;
    """

  private static let views = """
    CREATE VIEW run_parameters AS
      SELECT r.id AS run_id, r.scenario_name, r.seed, r.status, p.path, p.value, p.number
      FROM runs r JOIN parameters p ON p.run_id = r.id;
    CREATE VIEW run_metrics AS
      SELECT r.id AS run_id, r.scenario_name, r.seed, r.status, m.guest, m.name, m.value, m.unit
      FROM runs r JOIN metrics m ON m.id BETWEEN r.id << 41 AND (r.id << 41) + 2199023255551;
    CREATE VIEW metric_parameters AS
      SELECT m.run_id, m.scenario_name, m.seed, m.status, m.guest, m.name, m.value, m.unit,
        p.path, p.value AS parameter, p.number
      FROM run_metrics m JOIN parameters p ON p.run_id = m.run_id;
    CREATE VIEW ticks_mib AS
      SELECT run_id, guest, tick, time_ns / 1e9 AS time_s, \(mebibytes) FROM ticks;
    """

  private static func integers(_ columns: [String]) -> String {
    columns.map { "\($0) INTEGER NOT NULL" }.joined(separator: ",\n  ")
  }

  /// The levels of `ticks` in MiB: 256 pages each.
  private static let mebibytes = TickColumn.allCases.filter { !$0.isCumulative }
    .map { "\($0.name) / 256.0 AS \($0.name.replacing("_pages", with: "_mib"))" }
    .joined(separator: ", ")
}
