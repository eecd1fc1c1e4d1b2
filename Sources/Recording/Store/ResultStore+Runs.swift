private import Foundation
internal import GRDB
internal import Scenarios
public import Simulation
private import Text
internal import Units

extension ResultStore {
  /// Enters a run as `running`, visible to others at once.
  ///
  /// - Returns: The run's number, never given twice.
  public func begin(_ run: RunDescription) throws -> Int64 {
    try write("begin a run") { try Self.enter(run, startedAt: Self.now, in: $0) }
  }

  /// Keeps whole runs of which nothing but the figures is recorded, all in one transaction.
  public func record(_ runs: [FinishedRun]) throws {
    if runs.isEmpty { return }
    try write("record runs") { db in
      for run in runs {
        let id = try Self.enter(run.description, startedAt: run.startedAt, in: db)
        try RunRecorder.insertMetrics(run.summary.metrics, of: id, into: db)
        try RunRecorder.end(run.summary, of: id, at: run.finishedAt, in: db)
      }
    }
  }

  private static func enter(
    _ run: RunDescription, startedAt: String, in db: Database
  ) throws -> Int64 {
    guard run.guests.count <= RowKey.guestLimit else {
      throw RecordingError.outOfRange(
        what: "guests", value: Int64(run.guests.count), limit: RowKey.guestLimit)
    }
    let process = ProcessIdentity.current
    let seed: any DatabaseValueConvertible = Int64(exactly: run.seed) ?? "\(run.seed)"
    let statement = try db.cachedStatement(sql: runSQL)
    try statement.execute(arguments: [
      run.key, run.scenarioName, seed, run.version, run.driver, startedAt, run.command,
      run.sweep, run.recording.text, run.guests.json.text, process.pid,
      process.startedTicks, process.bootID, run.hostFacts, run.traceProvenance,
      run.scenarioYAML,
    ])
    let id = db.lastInsertedRowID
    guard id < RowKey.runLimit else {
      throw RecordingError.outOfRange(what: "run", value: id, limit: RowKey.runLimit)
    }
    var insert = try RowInsert(
      db, sql: RowInsert.sql(into: "parameters", ["run_id", "path", "value", "number"]),
      hash: RowHash(), after: 1)
    // The table is in the order of the paths.
    for parameter in run.parameters.sorted(by: { $0.path < $1.path }) {
      insert.bind(id)
      insert.bind(parameter.path)
      insert.bind(parameter.value)
      if let number = parameter.number { insert.bind(number) } else { insert.bindNull() }
      try insert.step()
    }
    try insert.hash?.keep(for: .parameters, of: id, db)
    return id
  }

  private static let runSQL = """
    INSERT INTO runs (key, scenario_name, seed, version, driver, status, started_at, command,
      sweep_id, recording, guests, pid, pid_started_ticks, boot_id, host_facts, trace_provenance,
      scenario_yaml)
    VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  /// The current wall time in UTC, as in `2026-01-31T12:00:00.000Z`.
  public static var now: String {
    Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

/// A run that was made without a recorder.
public struct FinishedRun: Sendable {
  /// What was known before it started.
  public var description: RunDescription
  /// What came of it.
  public var summary: RunSummary
  /// When it began, in UTC as `ResultStore.now` has it.
  public var startedAt: String
  /// When it ended.
  public var finishedAt: String

  /// A run that is over.
  public init(
    description: RunDescription, summary: RunSummary, startedAt: String, finishedAt: String
  ) {
    self.description = description
    self.summary = summary
    self.startedAt = startedAt
    self.finishedAt = finishedAt
  }
}

extension RunRecorder {
  /// Writes that a run is whole.
  static func end(
    _ summary: RunSummary, of run: Int64, at time: String, in db: Database
  ) throws {
    let ingredients = JSON.object(summary.ingredients.map { ($0.name, $0.value) }).text
    try end(
      .finished, of: run, at: time, simulated: summary.simulated,
      fingerprint: summary.fingerprint, ingredients: ingredients, error: nil, in: db)
  }

  /// Writes how a run ended.
  static func end(
    _ status: RunStatus, of run: Int64, at time: String, simulated: SimDuration,
    fingerprint: String?, ingredients: String?, error: String?, in db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        UPDATE runs SET status = ?, finished_at = ?, simulated_ns = ?, fingerprint = ?,
          ingredients = ?, error = ? WHERE id = ?
        """)
    try statement.execute(
      arguments: [
        status.rawValue, time, simulated.nanoseconds, fingerprint, ingredients, error,
        run,
      ])
    try RowHash.keep(.runs, of: run, db)
  }
}
