public import Recording
internal import Scenarios
internal import Simulation
public import Text

/// A sweep as `show` prints it: what was asked, how far it has come, and its runs.
public struct SweepPage: Sendable {
  private let table: SweepTable
  private let sweep: SweepRecord?

  /// The page of a sweep, one of the sweeps of the database.
  public init(_ table: SweepTable, _ sweeps: [SweepRecord]) {
    self.table = table
    sweep = sweeps.first { $0.id == table.id }
  }

  /// The figures of the objectives that `advise` weighs by default, over all guests.
  private static let figures = ["memory_held_mean_pages", "stall", "oom_kills"]

  /// The sum of a figure over the guests of each run, with its unit, in so many digits that they can be told apart.
  private static func figures(_ name: String, of rows: [SweepTable.Row]) -> [String] {
    let own = rows.map { $0.metrics.filter { $0.name == name } }
    let sums = own.map { $0.isEmpty ? Double.nan : $0.reduce(0) { $0 + $1.value } }
    let unit = own.joined().first?.unit ?? ""
    let scale = UnitScale(unit: unit, spreading: sums.filter(\.isFinite))
    return sums.map {
      $0.isNaN ? "-" : scale.unit.isEmpty ? scale.text($0) : "\(scale.text($0)) \(scale.unit)"
    }
  }

  /// The page for a terminal.
  public func text(width: Int?) -> String {
    var lines = (sweep?.loss).map { [TableText.wrapped($0, width: width)] } ?? []
    lines.append("sweep \(table.id): \(TerminalText.line(table.name))")
    if let sweep {
      let command = RecordedCommand(sweep.command)
      lines += [
        (command.isOurs ? "command:  " : "command, none of ours: ") + command.text,
        "started:  \(TerminalText.line(sweep.startedText)) UTC",
        TableText.wrapped(
          "runs:     \(sweep.plannedRuns) planned, \(sweep.finishedRuns) finished, "
            + "\(sweep.failedRuns) failed, \(sweep.missingRuns) missing", width: width),
      ]
    }
    return lines.map { $0 + "\n" }.joined() + "\n" + runTable.text(width: width)
  }

  /// The runs in the order of the plan, with what varies and the figures that matter most.
  var runTable: TableText {
    let names = table.paths.map { ParameterPath($0).name }
    // A short name that two parameters share tells nothing.
    let titles = zip(table.paths, names).map { path, name in
      names.count { $0 == name } > 1 ? path : name
    }
    let planned = table.plannedRows
    let figures = Self.figures.map { Self.figures($0, of: planned.map(\.row)) }
    let rows = planned.enumerated().map { place, entry in
      let (point, _, row) = entry
      return ["\(point + 1)", "\(row.run.id)", "\(row.run.seed)"]
        + row.values.map { $0?.value ?? "-" } + [row.run.status.rawValue]
        + figures.map { $0[place] }
    }
    return TableText(
      columns: [.init("point", .right), .init("run", .right), .init("seed", .right)]
        + titles.map { .init($0, .right) } + [.init("status")]
        + [.init("memory", .right), .init("stall", .right), .init("oom_kills", .right)],
      rows: rows)
  }

  /// A JSON object.
  public var json: JSON {
    let runs = table.plannedRows.map { point, repetition, row in
      [
        "point": point + 1, "repetition": repetition + 1, "run": row.run.id, "seed": row.run.seed,
        "status": row.run.status.rawValue,
        "parameters": JSON.object(zip(table.paths, row.values).map { ($0, $1?.value) }),
        "metrics": row.metrics,
      ] as JSON
    }
    return (sweep?.json ?? ["id": table.id]) + ["runs": JSON.lines(runs)]
  }
}
