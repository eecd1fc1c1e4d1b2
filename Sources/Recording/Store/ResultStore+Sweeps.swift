internal import GRDB
public import Scenarios

/// A sweep as it is entered: all its runs by their keys, before the first of them is made.
public struct SweepDescription: Sendable {
  /// What tells the sweep from every other, 64 hexadecimal digits: `SweepPlan.key(of:)`.
  public var key: String
  /// Its name.
  public var name: String
  /// How its points were chosen, as JSON.
  public var design: String
  /// The command line that repeats it.
  public var command: String
  /// The key of every run, point after point, each with its repetitions.
  public var runs: [[String]]

  /// A sweep to come.
  public init(key: String, name: String, design: String, command: String, runs: [[String]]) {
    self.key = key
    self.name = name
    self.design = design
    self.command = command
    self.runs = runs
  }
}

/// A sweep as the database holds it.
public struct SweepRecord: Hashable, Sendable {
  /// Its number.
  public var id: Int64
  /// Its name.
  public var name: String
  /// How its points were chosen, as JSON.
  public var design: String
  /// When it was begun, in UTC.
  public var createdAt: String
  /// The command line that repeats it.
  public var command: String
  /// How many different runs it is to have.
  public var plannedRuns: Int
  /// How many of them are finished.
  public var finishedRuns: Int
  /// How many are not, but have failed.
  public var failedRuns: Int
  /// How many of the finished ones killed a process, or stopped a kernel as far as their events are kept.
  public var deadlyRuns: Int
}

extension ResultStore {
  /// Enters a sweep with its whole plan in one transaction, unless the same is there already.
  ///
  /// - Returns: The sweep's number.
  public func enter(_ sweep: SweepDescription) throws -> Int64 {
    try write("enter a sweep") { db in
      let known = try Int64.fetchOne(
        db, sql: "SELECT id FROM sweeps WHERE key = ?", arguments: [sweep.key])
      if let known {
        if try Self.hasPlan(known, db) { return known }
        // Its removal was cut short.
        try Self.remove(sweep: known, db)
      }
      try db.execute(
        sql: """
          INSERT INTO sweeps (key, name, design, created_at, command, planned_runs)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          sweep.key, sweep.name, sweep.design, Self.now, sweep.command,
          Set(sweep.runs.joined()).count,
        ])
      let id = db.lastInsertedRowID
      var insert = try RowInsert(
        db,
        sql: RowInsert.sql(into: "sweep_points", ["sweep_id", "point", "repetition", "key"]))
      for (point, keys) in sweep.runs.enumerated() {
        for (repetition, key) in keys.enumerated() {
          insert.bind(id)
          insert.bind(Int64(point))
          insert.bind(Int64(repetition))
          insert.bind(key)
          try insert.step()
        }
      }
      try RowHash.keep(.sweeps, of: id, db)
      return id
    }
  }

  /// The number of the sweep with this key, if it was entered.
  public func sweep(key: String) throws -> Int64? {
    try read("look for a sweep") {
      try Int64.fetchOne($0, sql: "SELECT id FROM sweeps WHERE key = ?", arguments: [key])
    }
  }

  /// Those of some keys with a finished run of which as much is kept as wanted.
  public func finishedKeys(among keys: Set<String>, recording: RecordingLevel) throws -> Set<String>
  {
    try read("look for finished runs") { db in
      let rows = try Row.fetchCursor(
        db, sql: "SELECT key, recording FROM runs WHERE status = 'finished'")
      var levels: [String: Bool] = [:]
      var finished: Set<String> = []
      while let row = try rows.next() {
        let text: String = try row.value("recording")
        let isEnough = levels[text] ?? RecordingLevel(text)?.satisfies(recording) ?? false
        levels[text] = isEnough
        guard isEnough else { continue }
        let key: String = try row.value("key")
        if keys.contains(key) { finished.insert(key) }
      }
      return finished
    }
  }

  /// Marks runs as interrupted that this process began before it was started anew in its own place.
  public func interruptOwnRuns() throws {
    let own = ProcessIdentity.current
    try write("mark interrupted runs") { db in
      try db.execute(
        sql: """
          UPDATE runs SET status = 'interrupted', finished_at = ?
          WHERE status = 'running' AND pid = ? AND pid_started_ticks = ? AND boot_id = ?
          """, arguments: [Self.now, own.pid, own.startedTicks, own.bootID])
    }
  }

  /// The keys of the runs of all sweeps but one.
  public func keys(besides sweep: Int64) throws -> Set<String> {
    try read("read the plans of sweeps") {
      try String.fetchSet(
        $0, sql: "SELECT key FROM sweep_points WHERE sweep_id <> ?", arguments: [sweep])
    }
  }

  /// All sweeps, the oldest first.
  public func sweeps() throws -> [SweepRecord] {
    try read("list sweeps") { db in
      let sql = """
        SELECT s.*,
          (SELECT count(DISTINCT p.key) FROM sweep_points p WHERE p.sweep_id = s.id AND EXISTS
            (SELECT 1 FROM runs r WHERE r.key = p.key AND r.status = 'finished')) AS finished,
          (SELECT count(DISTINCT p.key) FROM sweep_points p WHERE p.sweep_id = s.id AND EXISTS
            (SELECT 1 FROM runs r WHERE r.key = p.key AND r.status = 'failed') AND NOT EXISTS
            (SELECT 1 FROM runs r WHERE r.key = p.key AND r.status = 'finished')) AS failed,
          (SELECT count(DISTINCT p.key) FROM sweep_points p WHERE p.sweep_id = s.id AND EXISTS
            (SELECT 1 FROM runs r WHERE r.key = p.key AND r.status = 'finished' AND (EXISTS
              (SELECT 1 FROM metrics m WHERE \(RowKey.isRow("m.id", of: "r.id"))
                AND m.name = 'oom_kills' AND m.value > 0) OR EXISTS
              (SELECT 1 FROM events e WHERE \(RowKey.isRow("e.id", of: "r.id"))
                AND e.kind = 'kernel_oops')))) AS deadly
        FROM sweeps s ORDER BY s.id
        """
      return try Row.fetchAll(db, sql: sql).map { row in
        SweepRecord(
          id: try row.value("id"), name: try row.value("name"), design: try row.value("design"),
          createdAt: try row.value("created_at"), command: try row.value("command"),
          plannedRuns: try row.count("planned_runs"), finishedRuns: try row.value("finished"),
          failedRuns: try row.value("failed"), deadlyRuns: try row.value("deadly"))
      }
    }
  }
}
