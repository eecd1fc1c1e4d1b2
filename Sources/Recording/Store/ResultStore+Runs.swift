private import Foundation
internal import GRDB
internal import SimulationEngine

extension ResultStore {
  /// Enters a run as `running`, visible to others at once.
  ///
  /// - Returns: The run's number, never given twice.
  public func begin(_ run: RunDescription) throws -> Int64 {
    guard run.guests.count <= RowKey.guestLimit else {
      throw RecordingError.outOfRange(
        what: "guests", value: Int64(run.guests.count), limit: RowKey.guestLimit)
    }
    let process = ProcessIdentity.current
    let seed: any DatabaseValueConvertible = Int64(exactly: run.seed) ?? "\(run.seed)"
    return try write("begin a run") { db in
      try db.execute(
        sql: """
          INSERT INTO runs (key, scenario_name, seed, version, driver, status, started_at, command,
            sweep_id, guests, pid, pid_started_ticks, boot_id, host_facts, trace_provenance,
            scenario_yaml)
          VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run.key, run.scenarioName, seed, run.version, run.driver, Self.now, run.command,
          run.sweep, JSONText.array(run.guests), process.pid, process.startedTicks, process.bootID,
          run.hostFacts, run.traceProvenance, run.scenarioYAML,
        ])
      let id = db.lastInsertedRowID
      guard id < RowKey.runLimit else {
        throw RecordingError.outOfRange(what: "run", value: id, limit: RowKey.runLimit)
      }
      for parameter in run.parameters {
        try db.execute(
          sql: "INSERT INTO parameters (run_id, path, value, number) VALUES (?, ?, ?, ?)",
          arguments: [id, parameter.path, parameter.value, parameter.number])
      }
      return id
    }
  }

  /// The current wall time in UTC, as in `2026-01-31T12:00:00.000Z`.
  static var now: String {
    Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

extension RunRecorder {
  /// Writes how the run ended.
  func end(
    _ status: RunStatus, simulated: SimDuration, fingerprint: String?, ingredients: String?,
    error: String?, in db: Database
  ) throws {
    try db.execute(
      sql: """
        UPDATE runs SET status = ?, finished_at = ?, simulated_ns = ?, fingerprint = ?,
          ingredients = ?, error = ? WHERE id = ?
        """,
      arguments: [
        status.rawValue, ResultStore.now, simulated.nanoseconds, fingerprint, ingredients, error,
        run,
      ])
  }
}
