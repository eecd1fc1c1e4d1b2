private import Foundation
import Recording
private import Statistics
public import Text
public import Validation

/// Replayed page-cache recordings together: a table, and whether they hold.
public struct PageCacheSummary: ValidationSummary, Sendable {
  private let runs: [PageCacheValidation]

  /// The summary of these replays, at least one.
  public init(_ runs: [PageCacheValidation]) { self.runs = runs }

  private var errors: [Double] { runs.map(\.missRatio.relativeError) }
  private var mean: Double { errors.mean }
  /// Runs within 1.5%, cyclic scans within their absolute tolerance.
  private var close: Int {
    runs.count { run in
      run.missRatio.relativeError <= 0.015
        || (run.group == "cyclic_scan" && run.ok)
    }
  }

  /// Whether every run is within its tolerance, the mean within 0.6%, and 95% of the runs within 1.5%.
  public var ok: Bool {
    runs.allSatisfy(\.ok) && mean <= 0.006 && Double(close) >= 0.95 * Double(runs.count)
  }

  /// Worst, mean, and how many are inside.
  public var sentences: [String] {
    let lru = runs.compactMap { run in
      run.exactLRUMissRatio.map {
        run.missRatio.real == 0 ? 0 : abs($0 - run.missRatio.real) / run.missRatio.real
      }
    }
    let lruMean = lru.mean
    let own =
      "miss ratio: mean error \(percent(mean)), worst \(percent(errors.max() ?? 0)); "
      + "\(close) of \(runs.count) within 1.5%, \(runs.count(where: \.ok)) within tolerance"
    guard let worst = lru.max() else { return [own] }
    return [own, "exact LRU: mean error \(percent(lruMean)), worst \(percent(worst))"]
  }

  private func percent(_ share: Double) -> String { String(format: "%.2f%%", share * 100) }

  /// A line a run.
  public var tables: [TableText] { [table] }

  /// A line a run.
  private var table: TableText {
    let columns: [TableText.Column] = [
      .init("run"), .init("trace"), .init("miss ratio", .right), .init("predicted", .right),
      .init("error", .right), .init("exact LRU", .right), .init("agree", .right),
      .init("first differs", .right), .init("refaults", .right), .init("predicted", .right),
      .init("activations", .right), .init("predicted", .right), .init("active", .right),
      .init("predicted", .right), .init("ok"),
    ]
    func count(_ value: Double) -> String { String(format: "%.0f", value) }
    func ratio(_ value: Double) -> String { String(format: "%.4f", value) }
    return TableText(
      columns: columns,
      rows: runs.map { run in
        [
          run.id, run.isTraceEqual.map { $0 ? "equal" : "DIFFERS" } ?? "",
          ratio(run.missRatio.real),
          ratio(run.missRatio.predicted), percent(run.missRatio.relativeError),
          run.exactLRUMissRatio.map(ratio) ?? "", run.agreement.map { percent($0) } ?? "",
          run.firstDifference.map(String.init) ?? "", count(run.refaults.real),
          count(run.refaults.predicted), count(run.activations.real),
          count(run.activations.predicted), count(run.meanActive.real),
          count(run.meanActive.predicted), run.ok ? "yes" : "NO",
        ]
      })
  }

  /// One JSON object.
  public var json: JSON {
    let runs = runs.map { run in
      [
        "id": run.id, "group": run.group, "trace_equal": run.isTraceEqual,
        "miss_ratio": run.missRatio.real, "predicted": run.missRatio.predicted,
        "relative_error": run.missRatio.relativeError, "exact_lru": run.exactLRUMissRatio,
        "agreement": run.agreement, "first_difference": run.firstDifference, "ok": run.ok,
      ] as JSON
    }
    return ["ok": ok, "mean_error": mean, "worst_error": errors.max() ?? 0, "runs": runs]
  }
}
