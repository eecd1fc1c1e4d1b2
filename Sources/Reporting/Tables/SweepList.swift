public import Recording
public import Text

/// Sweeps, one a line.
public struct SweepList: Sendable {
  private let sweeps: [SweepRecord]

  /// A list of these sweeps, in their order.
  public init(_ sweeps: [SweepRecord]) { self.sweeps = sweeps }

  /// Number, name, how many runs are planned, finished, failed and missing, in how many something was killed, and the
  /// start.
  public var table: TableText {
    TableText(
      columns: [
        .init("sweep", .right), .init("name"), .init("runs", .right), .init("finished", .right),
        .init("failed", .right), .init("missing", .right), .init("killing", .right),
        .init("started (UTC)"),
      ],
      rows: sweeps.map { sweep in
        [
          "\(sweep.id)", sweep.name, "\(sweep.plannedRuns)", "\(sweep.finishedRuns)",
          "\(sweep.failedRuns)", "\(sweep.missingRuns)", "\(sweep.deadlyRuns)",
          sweep.startedText,
        ]
      })
  }

  /// The sweeps as a JSON array, one a line.
  public var json: JSON { .lines(sweeps.map(\.json)) }
}

extension SweepRecord {
  /// How many of its runs are neither finished nor failed.
  var missingRuns: Int { plannedRuns - finishedRuns - failedRuns }

  /// That something was killed, and in how many runs; nothing if in none.
  public var loss: String? {
    deadlyRuns == 0
      ? nil
      : """
      KILLED: in \(deadlyRuns) of \(finishedRuns) runs processes were killed or a kernel stopped. What they saved is \
      saved by killing; advise and fronts leave them out.
      """
  }

  /// The start to the minute.
  var startedText: String { String(createdAt.prefix(16)).replacing("T", with: " ") }

  /// The record as a JSON object.
  var json: JSON {
    [
      "id": id, "name": name, "design": JSON.recorded(design), "created_at": createdAt,
      "command": command, "planned_runs": plannedRuns, "finished_runs": finishedRuns,
      "failed_runs": failedRuns, "missing_runs": missingRuns, "killing_runs": deadlyRuns,
    ]
  }
}
