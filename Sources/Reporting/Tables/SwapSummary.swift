private import Foundation
import Recording
private import Statistics
public import Text
public import Validation

/// Replayed swap recordings together: a table, and whether they hold.
public struct SwapSummary: ValidationSummary, Sendable {
  private let runs: [SwapValidation]

  /// The summary of these replays, at least one.
  public init(_ runs: [SwapValidation]) { self.runs = runs }

  /// Whether every run is within its tolerance.
  public var ok: Bool { runs.allSatisfy(\.ok) }

  /// Worst, mean, and how many are inside.
  public var sentences: [String] {
    [
      sentence("swapped pages", \.swapped, within: 0.03),
      sentence("swap-ins", \.swapIns, within: 0.03),
      sentence("swap-outs", \.swapOuts, within: 0.05),
      "\(runs.count(where: \.ok)) of \(runs.count) runs within tolerance",
    ]
  }

  private func sentence(
    _ name: String, _ figure: KeyPath<SwapValidation, RecordedFigure>, within tolerance: Double
  ) -> String {
    let errors = runs.map { $0[keyPath: figure].relativeError }
    let mean = errors.mean
    return "\(name): mean error \(percent(mean)), worst \(percent(errors.max() ?? 0)); "
      + "\(errors.count { $0 <= tolerance }) of \(runs.count) within \(Int(tolerance * 100))%"
  }

  private func percent(_ share: Double) -> String { String(format: "%.2f%%", share * 100) }

  /// A line a run.
  public var tables: [TableText] { [table] }

  /// A line a run.
  private var table: TableText {
    let columns: [TableText.Column] = [
      .init("run"), .init("trace"), .init("swapped", .right), .init("predicted", .right),
      .init("error", .right), .init("swap-ins", .right), .init("predicted", .right),
      .init("error", .right), .init("swap-outs", .right), .init("predicted", .right),
      .init("error", .right), .init("active", .right), .init("predicted", .right),
      .init("idle change", .right), .init("after bring", .right), .init("predicted", .right),
      .init("ok"),
    ]
    func count(_ value: Double) -> String { String(format: "%.0f", value) }
    func cells(_ figure: RecordedFigure) -> [String] {
      [count(figure.real), count(figure.predicted), percent(figure.relativeError)]
    }
    return TableText(
      columns: columns,
      rows: runs.map { run in
        [run.id, run.isTraceEqual.map { $0 ? "equal" : "DIFFERS" } ?? ""] + cells(run.swapped)
          + cells(run.swapIns) + cells(run.swapOuts)
          + [
            count(run.meanActive.real), count(run.meanActive.predicted),
            run.idles.isEmpty ? "" : String(run.idleChange),
            run.brings.last.map { count($0.real) } ?? "",
            run.brings.last.map { count($0.predicted) } ?? "",
            run.isKilled ? "NO: out of memory" : run.ok ? "yes" : "NO",
          ]
      })
  }

  /// One JSON object.
  public var json: JSON {
    let runs = runs.map { run in
      [
        "id": run.id, "group": run.group, "trace_equal": run.isTraceEqual, "swapped": run.swapped,
        "swap_ins": run.swapIns, "swap_outs": run.swapOuts,
        "refault_activations": run.refaultActivations, "activations": run.activations,
        "active": run.meanActive, "idle_change": run.idleChange, "after_idle": run.idles,
        "after_bring": run.brings, "killed": run.isKilled, "ok": run.ok,
      ] as JSON
    }
    return ["ok": ok, "runs": runs]
  }
}

extension RecordedFigure: JSONValue {
  /// A JSON object.
  public var json: JSON {
    ["real": real, "predicted": predicted, "relative_error": relativeError]
  }
}
