public import Recording
public import Text
internal import Units

/// Runs, one a line.
public struct RunList: Sendable {
  private var runs: [RunRecord]

  /// A list of these runs, in their order.
  public init(_ runs: [RunRecord]) { self.runs = runs }

  /// Number, beginning of the key, scenario, driver if there are several, seed, status, simulated time and
  /// start.
  public var table: TableText {
    let hasDrivers = Set(runs.map(\.driver)).count > 1
    var columns: [TableText.Column] = [
      .init("run", .right), .init("key"), .init("scenario"), .init("seed", .right), .init("status"),
      .init("simulated", .right), .init("started (UTC)"),
    ]
    if hasDrivers { columns.insert(.init("driver"), at: 3) }
    return TableText(
      columns: columns,
      rows: runs.map { run in
        var row = [
          "\(run.id)", String(run.key.prefix(8)), run.scenarioName, "\(run.seed)",
          run.status.rawValue, run.simulatedText, run.startedText,
        ]
        if hasDrivers { row.insert(run.driver, at: 3) }
        return row
      })
  }

  /// The runs as a JSON array, one a line.
  public var json: JSON { .lines(runs.map(\.json)) }
}

extension RunRecord {
  /// The simulated time as people read it.
  var simulatedText: String {
    simulated.map { UnitScale.text(Double($0.nanoseconds), unit: "ns") } ?? "-"
  }

  /// The start to the minute, with a space at which it can be broken.
  var startedText: String { String(startedAt.prefix(16)).replacing("T", with: " ") }

  /// The record as a JSON object, with the names of the columns of `runs`.
  var json: JSON {
    [
      "id": id, "key": key, "scenario_name": scenarioName, "seed": seed, "version": version,
      "driver": driver, "status": status.rawValue, "started_at": startedAt,
      "finished_at": finishedAt, "simulated_ns": simulated?.nanoseconds,
      "fingerprint": fingerprint, "error": error, "command": command, "sweep_id": sweep,
    ]
  }
}
