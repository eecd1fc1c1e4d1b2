private import Foundation
import Recording
public import Text
public import Validation

/// Simulated whole guests beside the recorded ones: tables, and whether they hold.
public struct ClosedLoopSummary: ValidationSummary, Sendable {
  private let runs: [ClosedLoopValidation]

  /// The summary of these recordings.
  public init(_ runs: [ClosedLoopValidation]) { self.runs = runs }

  /// Whether every recording is within its tolerances.
  public var ok: Bool { runs.allSatisfy(\.ok) }

  private static func number(_ value: Double, _ places: Int = 2) -> String {
    String(format: "%.\(places)f", value)
  }

  /// The quantities compared, in the order in which the recordings have them.
  private var names: [String] {
    runs.flatMap(\.deviations).reduce(into: []) { names, deviation in
      if !names.contains(deviation.name) { names.append(deviation.name) }
    }
  }

  /// The runs, the steps of the balloon if there are any, and what they cost.
  public var tables: [TableText] { [table, balloonTable, costTable].compactMap(\.self) }

  /// A line a recording: each deviation beside its tolerance.
  private var table: TableText {
    let columns =
      [TableText.Column("run")]
      + names.flatMap { [.init($0, .right), .init("at most", .right)] }
      + [.init("decisions", .right), .init("balloon", .right), .init("ok")]
    return TableText(
      columns: columns,
      rows: runs.map { run in
        let cells = names.flatMap { name in
          guard let found = run.deviations.first(where: { $0.name == name }) else {
            return ["", ""]
          }
          let places = found.unit == "pages" ? 0 : 2
          let unit = found.unit == "pages" ? "p" : "%"
          return [
            Self.number(found.error, places) + unit, Self.number(found.tolerance, places) + unit,
          ]
        }
        let steps = run.balloonSteps
        return [run.id] + cells + [
          run.decisions == 0 ? "" : "\(run.equalDecisions)/\(run.decisions)",
          steps.isEmpty ? "" : "\(steps.count(where: \.ok))/\(steps.count)",
          run.ok ? "yes" : "NO",
        ]
      })
  }

  /// A line a step of the balloon; nothing if no recording shows any.
  private var balloonTable: TableText? {
    let rows = runs.flatMap { run in
      run.balloonSteps.map { step in
        [
          run.id, Self.number(step.at, 0), Self.number(step.from, 0), Self.number(step.to, 0),
          Self.number(step.delay.real), Self.number(step.delay.simulated),
          Self.number(step.duration.real), Self.number(step.duration.simulated),
          step.ok ? "yes" : "NO",
        ]
      }
    }
    if rows.isEmpty { return nil }
    return TableText(
      columns: [
        .init("run"), .init("at s", .right), .init("from", .right), .init("to", .right),
        .init("delay s", .right), .init("simulated", .right), .init("done s", .right),
        .init("simulated", .right), .init("ok"),
      ], rows: rows)
  }

  /// A line a calibrated cost: what the simulation takes, and the median of these recordings.
  private var costTable: TableText {
    let times = runs.map(\.times)
    return TableText(
      columns: [.init("cost"), .init("used us", .right), .init("median us", .right)],
      rows: RecordedTimes.Operation.allCases.map { operation in
        [
          operation.rawValue,
          Self.number(Double(RecordedTimes.used(for: operation)) / 1000, 1),
          RecordedTimes.median(of: operation, in: times).map { Self.number($0 / 1000, 1) } ?? "",
        ]
      })
  }

  /// How many are inside, and how many decisions were equal.
  public var sentences: [String] {
    let decisions = runs.reduce(0) { $0 + $1.decisions }
    let equal = runs.reduce(0) { $0 + $1.equalDecisions }
    var sentences = ["\(runs.count(where: \.ok)) of \(runs.count) recordings within tolerance"]
    if decisions > 0 { sentences.append("\(equal) of \(decisions) worker decisions equal") }
    return sentences
  }

  /// One JSON object, every sample included.
  public var json: JSON {
    let runs = runs.map { run in
      [
        "id": run.id, "ok": run.ok,
        "deviations": run.deviations.map {
          [
            "name": $0.name, "error": $0.error, "tolerance": $0.tolerance, "unit": $0.unit,
            "ok": $0.ok,
          ] as JSON
        },
        "decisions": run.decisions, "equal_decisions": run.equalDecisions,
        "balloon_steps": run.balloonSteps.map {
          [
            "at_s": $0.at, "from_pages": $0.from, "to_pages": $0.to,
            "delay_s": $0.delay.real, "simulated_delay_s": $0.delay.simulated,
            "duration_s": $0.duration.real, "simulated_duration_s": $0.duration.simulated,
            "ok": $0.ok,
          ] as JSON
        },
        "series": JSON.object(
          run.series.map { name, real, simulated in
            let pair: JSON = [
              "recorded": real.map { Int($0) }, "simulated": simulated.map { Int($0) },
            ]
            return (name + "_pages", pair)
          }),
      ] as JSON
    }
    return ["ok": ok, "runs": runs]
  }
}
