extension Schema.Migration {
  /// The steps as they were released; what stands here is never changed.
  ///
  /// The second, the fifth and the seventh made views only, which are made anew in every file that is written (`Schema.views`).
  static let released = [
    Schema.Migration(name: "tables", sql: tables),
    Schema.Migration(name: "views", sql: ""),
    Schema.Migration(name: "sweep plans", sql: sweepPlans),
    Schema.Migration(name: "tick hashes", sql: tickHashes),
    Schema.Migration(name: "wide metrics", sql: ""),
    Schema.Migration(name: "row hashes", sql: rowHashes),
    Schema.Migration(name: "wide host metrics", sql: ""),
    Schema.Migration(
      name: "decisions", sql: decisions, before: WorkerRows.verify, after: WorkerRows.keepHashes),
  ]

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
      committed_pages INTEGER NOT NULL,
      total_ram_pages INTEGER NOT NULL,
      max_pages INTEGER NOT NULL,
      goal_pages INTEGER NOT NULL,
      target_pages INTEGER NOT NULL,
      balloon_current_pages INTEGER NOT NULL,
      balloon_target_pages INTEGER NOT NULL,
      free_pages INTEGER NOT NULL,
      active_file_pages INTEGER NOT NULL,
      inactive_file_pages INTEGER NOT NULL,
      active_anon_pages INTEGER NOT NULL,
      inactive_anon_pages INTEGER NOT NULL,
      dirty_pages INTEGER NOT NULL,
      writeback_pages INTEGER NOT NULL,
      swap_used_pages INTEGER NOT NULL,
      swap_cached_pages INTEGER NOT NULL,
      frontswap_pages INTEGER NOT NULL,
      cleancache_pages INTEGER NOT NULL,
      pgfault INTEGER NOT NULL,
      pgmajfault INTEGER NOT NULL,
      pgpgin INTEGER NOT NULL,
      pgpgout INTEGER NOT NULL,
      pswpin INTEGER NOT NULL,
      pswpout INTEGER NOT NULL,
      pgscan_kswapd INTEGER NOT NULL,
      pgscan_direct INTEGER NOT NULL,
      pgsteal_kswapd INTEGER NOT NULL,
      pgsteal_direct INTEGER NOT NULL,
      pgactivate INTEGER NOT NULL,
      pgdeactivate INTEGER NOT NULL,
      workingset_refault INTEGER NOT NULL,
      workingset_activate INTEGER NOT NULL,
      allocstall INTEGER NOT NULL,
      oom_kill INTEGER NOT NULL,
      frontswap_stores INTEGER NOT NULL,
      frontswap_failed_stores INTEGER NOT NULL,
      frontswap_loads INTEGER NOT NULL,
      frontswap_invalidates INTEGER NOT NULL,
      cleancache_puts INTEGER NOT NULL,
      cleancache_gets INTEGER NOT NULL,
      cleancache_failed_gets INTEGER NOT NULL,
      stall_reclaim_ns INTEGER NOT NULL,
      stall_disk_ns INTEGER NOT NULL,
      stall_swap_ns INTEGER NOT NULL,
      stall_tmem_ns INTEGER NOT NULL,
      accesses INTEGER NOT NULL,
      deferred_accesses INTEGER NOT NULL
    );
    CREATE TABLE host_ticks (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      tick INTEGER NOT NULL,
      time_ns INTEGER NOT NULL,
      free_pages INTEGER NOT NULL,
      tmem_ephemeral_pages INTEGER NOT NULL,
      tmem_persistent_pages INTEGER NOT NULL,
      guests_pages INTEGER NOT NULL
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

  private static let decisions = """
    CREATE TABLE policies (
      name TEXT PRIMARY KEY NOT NULL,
      terms TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE decisions (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      guest TEXT NOT NULL,
      policy TEXT NOT NULL,
      turn INTEGER NOT NULL,
      time_ns INTEGER NOT NULL,
      run_ns INTEGER NOT NULL,
      current_pages INTEGER,
      goal_pages INTEGER,
      target_pages INTEGER,
      rule TEXT,
      shrunk_pages INTEGER,
      fault TEXT,
      terms TEXT NOT NULL
    );
    INSERT INTO policies SELECT \(WorkerRows.policy);
    INSERT INTO decisions SELECT \(WorkerRows.columns) FROM worker ORDER BY id;
    DROP TABLE worker;
    """
}
