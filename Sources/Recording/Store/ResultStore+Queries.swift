internal import GRDB
public import Scenarios
public import Simulation
internal import Text
internal import Units

extension ResultStore {
  /// The runs that pass the filter, in order.
  ///
  /// Throws `unknownOrder` if there are metrics, but none of the name that is to be sorted by.
  public func runs(
    _ filter: RunFilter = RunFilter(), order: RunOrder = RunOrder(.number)
  ) throws -> [RunRecord] {
    if case .metric(let name) = order.key { try checkMetric(name) }
    var conditions: [String] = []
    var arguments = StatementArguments()
    func require(_ condition: String, _ values: (any DatabaseValueConvertible)?...) {
      conditions.append(condition)
      arguments += StatementArguments(values)
    }
    if let scenario = filter.scenario { require("scenario_name = ?", scenario) }
    if let driver = filter.driver { require("driver = ?", driver) }
    if let sweep = filter.sweep {
      require("key IN (SELECT key FROM sweep_points WHERE sweep_id = ?)", sweep)
    }
    for parameter in filter.parameters {
      require(
        "EXISTS (SELECT 1 FROM parameters WHERE run_id = runs.id AND path = ? AND value = ?)",
        parameter.path, parameter.value)
    }
    let (expression, values) = order.sql
    arguments += values + values
    let direction = order.isDescending ? "DESC" : "ASC"
    let matching = try fetchRuns(
      where: conditions.isEmpty ? "true" : conditions.joined(separator: " AND "),
      order: "\(expression) IS NULL, \(expression) \(direction), id \(direction)", arguments)
    // Whether a run is still running is not in the database, so its status is compared here.
    let chosen = filter.status.map { status in matching.filter { $0.status == status } } ?? matching
    return filter.limit.map { Array(chosen.prefix(max(0, $0))) } ?? chosen
  }

  /// The names of all metrics of all runs.
  public func metricNames() throws -> [String] {
    try read("list the metrics") {
      try String.fetchAll($0, sql: "SELECT DISTINCT name FROM metrics")
    }
  }

  private func checkMetric(_ name: String) throws {
    let names = try metricNames()
    guard names.contains(name) || names.isEmpty else {
      let known = RunOrder.words.map(\.word) + names
      throw RecordingError.unknownOrder(name, nearest: nearestWord(to: name, among: known))
    }
  }

  /// The run that a person means: a number, `last`, or the beginning of a key, which means the last run
  /// with that key. A text that is both a number and the beginning of a key is the number.
  ///
  /// Throws `unknownRun` or `ambiguousRun`.
  public func resolve(_ text: String) throws -> RunRecord {
    if text == "last" {
      guard let run = try fetchRuns(where: "true", order: "id DESC LIMIT 1", []).first else {
        throw RecordingError.unknownRun(text)
      }
      return run
    }
    if let id = Int64(text), let run = try fetchRuns(where: "id = ?", order: "id", [id]).first {
      return run
    }
    // A few digits are a number, even where a key happens to begin with them; lists show eight characters of a key.
    let isNumber = text.count < 8 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard !isNumber else { throw RecordingError.unknownRun(text) }
    let runs = try fetchRuns(
      // Keys are hexadecimal, so `g` sorts behind every digit.
      where: "key >= ? AND key < ? || 'g'", order: "id DESC",
      [text.lowercased(), text.lowercased()])
    guard let run = runs.first, !text.isEmpty else { throw RecordingError.unknownRun(text) }
    guard runs.allSatisfy({ $0.key == run.key }) else {
      throw RecordingError.ambiguousRun(text, candidates: runs.map(\.id).reversed())
    }
    return run
  }

  /// The last finished run with this key of which as much is kept as wanted, so that nothing is computed twice.
  public func finishedRun(key: String, recording: RecordingLevel = .ticks) throws -> RunRecord? {
    try fetchRuns(where: "key = ? AND status = 'finished'", order: "id DESC", [key])
      .first { $0.recording.satisfies(recording) }
  }

  /// The longer texts a run was entered with.
  public func provenance(of run: Int64) throws -> RunProvenance {
    try read("read run \(run)") { db in
      let sql =
        "SELECT scenario_yaml, trace_provenance, host_facts, ingredients FROM runs WHERE id = ?"
      guard let row = try Row.fetchOne(db, sql: sql, arguments: [run]) else {
        throw RecordingError.unknownRun("\(run)")
      }
      return RunProvenance(
        scenarioYAML: try row.value("scenario_yaml"),
        traceProvenance: try row.value("trace_provenance"),
        hostFacts: try row.value("host_facts"), ingredients: try row.optional("ingredients"))
    }
  }

  /// Every parameter of a run, by path.
  public func parameters(of run: Int64) throws -> [Parameter] {
    try read("read the parameters of run \(run)") { db in
      let sql = "SELECT path, value, number FROM parameters WHERE run_id = ? ORDER BY path"
      return try Row.fetchAll(db, sql: sql, arguments: [run]).map { row in
        Parameter(
          path: try row.value("path"), value: try row.value("value"),
          number: try row.optional("number"))
      }
    }
  }

  /// The figures of a finished run, in the order they were computed; a figure that is not a number is NaN.
  public func metrics(of run: Int64) throws -> [Metric] {
    let keys = RowKey.range(of: run)
    return try read("read the metrics of run \(run)") { db in
      let sql = "SELECT guest, name, value, unit FROM metrics WHERE id BETWEEN ? AND ? ORDER BY id"
      return try Row.fetchAll(db, sql: sql, arguments: [keys.lowerBound, keys.upperBound]).map {
        row in
        Metric(
          guest: try row.optional("guest"), name: try row.value("name"),
          value: try row.optional("value") ?? .nan, unit: try row.value("unit"))
      }
    }
  }

  private func fetchRuns(
    where condition: String, order: String, _ arguments: StatementArguments
  ) throws -> [RunRecord] {
    try read("list runs") { db in
      let sql = """
        SELECT id, key, scenario_name, seed, version, driver, status, started_at, finished_at,
          simulated_ns, fingerprint, error, command, sweep_id, recording, pid, pid_started_ticks, boot_id,
          \(RunRecord.course(of: "runs")) AS course
        FROM runs WHERE \(condition) ORDER BY \(order)
        """
      return try Row.fetchAll(db, sql: sql, arguments: arguments).map(RunRecord.init(row:))
    }
  }
}

extension RunOrder {
  /// The expression to sort by and its arguments.
  fileprivate var sql: (expression: String, arguments: StatementArguments) {
    switch key {
    case .number: ("id", [])
    case .started: ("started_at", [])
    case .scenario: ("scenario_name", [])
    case .driver: ("driver", [])
    case .seed: ("seed", [])
    case .status: ("status", [])
    case .simulated: ("simulated_ns", [])
    case .metric(let name):
      (
        """
        (SELECT max(value) FROM metrics WHERE name = ?
          AND \(RowKey.isRow("metrics.id", of: "runs.id")))
        """, [name]
      )
    }
  }
}

extension RunRecord {
  /// What a course is in SQL: the ingredients of the fingerprint but for figures, which older versions have; the fingerprint, where
  /// they are not known.
  static func course(of table: String) -> String {
    let parts = ["events", "samples", "draws"].map {
      "json_extract(\(table).ingredients, '$.\($0)')"
    }
    return """
      coalesce(CASE WHEN json_valid(\(table).ingredients) THEN \(parts.joined(separator: " || ' ' || ")) END,
        \(table).fingerprint)
      """
  }

  fileprivate init(row: Row) throws {
    let seed: DatabaseValue = row["seed"]
    let recorder = ProcessIdentity(
      pid: try row.value("pid"), startedTicks: try row.value("pid_started_ticks"),
      bootID: try row.value("boot_id"))
    guard let stored = RunStatus(rawValue: try row.value("status")) else {
      throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "no such status")
    }
    let recording: String = try row.value("recording")
    guard let level = RecordingLevel(recording) else {
      throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "a recording of '\(recording)'")
    }
    self.init(
      id: try row.value("id"), key: try row.value("key"),
      scenarioName: try row.value("scenario_name"), seed: try Self.seed(seed),
      version: try row.value("version"), driver: try row.value("driver"),
      status: stored == .running && !recorder.isAlive ? .interrupted : stored,
      startedAt: try row.value("started_at"), finishedAt: try row.optional("finished_at"),
      simulated: try row.hasNull("simulated_ns") ? nil : row.time("simulated_ns") - .zero,
      fingerprint: try row.optional("fingerprint"), error: try row.optional("error"),
      command: try row.value("command"), sweep: try row.optional("sweep_id"),
      recording: level, course: try row.optional("course"))
  }

  /// A seed beyond 2^63 - 1 is kept as text.
  private static func seed(_ value: DatabaseValue) throws -> UInt64 {
    if let number = Int64.fromDatabaseValue(value), let seed = UInt64(exactly: number) {
      return seed
    }
    if let text = String.fromDatabaseValue(value), let seed = UInt64(text) { return seed }
    throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "a seed of \(value)")
  }
}

extension Row {
  /// A value that must be there; anybody may have edited the file.
  func value<T: DatabaseValueConvertible>(_ column: String) throws -> T {
    guard let value: T = try optional(column) else {
      throw DatabaseError(resultCode: .SQLITE_MISMATCH, message: "no value in the column \(column)")
    }
    return value
  }

  /// Whether there is nothing in a column.
  func hasNull(_ column: String) -> Bool { (self[column] as DatabaseValue).isNull }

  /// A number of things, of which there cannot be fewer than none.
  func count(_ column: String) throws -> Int {
    let count: Int = try value(column)
    guard count >= 0 else {
      throw DatabaseError(
        resultCode: .SQLITE_MISMATCH, message: "\(count) in the column \(column)")
    }
    return count
  }

  /// A simulated time, which is not before boot.
  func time(_ column: String) throws -> SimTime { SimTime(nanoseconds: Int64(try count(column))) }

  /// A value or NULL.
  func optional<T: DatabaseValueConvertible>(_ column: String) throws -> T? {
    let stored: DatabaseValue = self[column]
    if stored.isNull { return nil }
    guard let value = T.fromDatabaseValue(stored) else {
      throw DatabaseError(
        resultCode: .SQLITE_MISMATCH, message: "\(stored) in the column \(column)")
    }
    return value
  }
}
