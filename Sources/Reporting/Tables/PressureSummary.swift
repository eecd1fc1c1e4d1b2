private import Foundation
public import Text
public import Validation

/// The memory pressure of simulated guests beside the recorded one: tables, and whether they hold.
public struct PressureSummary: ValidationSummary, Sendable {
  private let runs: [PressureValidation]

  /// The summary of these recordings.
  public init(_ runs: [PressureValidation]) { self.runs = runs }

  /// Whether every recording is within its tolerances, and the medians of all are.
  public var ok: Bool { runs.allSatisfy(\.ok) && medians.allSatisfy(\.ok) }

  /// A median over several recordings, and what it may be.
  private struct Median {
    let name: String
    let value: Double, tolerance: Double
    let count: Int
    var ok: Bool { value <= tolerance }
  }

  private var medians: [Median] {
    func median(
      _ name: String, _ tolerance: Double, _ figure: (PressureValidation) -> RecordedFigure,
      _ isIncluded: (PressureValidation) -> Bool
    ) -> Median {
      let errors = runs.filter {
        $0.isTimed && isIncluded($0) && figure($0).real > PressureValidation.briefSome
      }.map { figure($0).relativeError }
      return Median(
        name: name, value: PressureValidation.median(errors), tolerance: tolerance,
        count: errors.count)
    }
    return [
      median("some", PressureValidation.someMedian, { $0.some }, { _ in true }),
      median("full, one task", PressureValidation.fullMedian, { $0.full }, { !$0.isContended }),
      median(
        "full, several tasks", PressureValidation.contendedFullMedian, { $0.full },
        { $0.isContended }),
    ].filter { $0.count > 0 }
  }

  /// What is compared, and what was taken from the recordings.
  public var tables: [TableText] { [table, costTable] }

  private static func percent(_ figure: RecordedFigure) -> String {
    if figure.real == 0 { return figure.predicted == 0 ? "0%" : "-" }
    return String(
      format: "%+.1f%%", 100 * (figure.predicted - figure.real) / figure.real)
  }

  private static func seconds(_ value: Double) -> String { String(format: "%.3f", value) }

  private var table: TableText {
    TableText(
      columns: [
        .init("run"), .init("restores", .right), .init("simulated", .right), .init("off", .right),
        .init("some s", .right), .init("simulated", .right), .init("off", .right),
        .init("full s", .right), .init("simulated", .right), .init("off", .right),
        .init("io some s", .right), .init("simulated", .right), .init("limit off", .right),
        .init("times"), .init("ok"),
      ],
      rows: runs.map { run in
        [run.id, "\(Int(run.restores.real))", "\(Int(run.restores.predicted))"]
          + [Self.percent(run.restores)]
          + [run.some, run.full].flatMap {
            [Self.seconds($0.real), Self.seconds($0.predicted), Self.percent($0)]
          }
          + [
            Self.seconds(run.ioSome.real), Self.seconds(run.ioSome.predicted),
            run.limitError.map { String(format: "%.1f%%", $0) } ?? "",
            run.isTimed ? "compared" : "shown", run.ok ? "yes" : "NO",
          ]
      })
  }

  private var costTable: TableText {
    TableText(
      columns: [
        .init("taken from the recording"), .init("page scanned us", .right),
        .init("read us", .right), .init("scanned pages", .right), .init("simulated", .right),
        .init("off", .right),
      ],
      rows: runs.map { run in
        [
          run.id, String(format: "%.1f", run.scanCost), String(format: "%.0f", run.readCost),
          "\(Int(run.scanned.real))", "\(Int(run.scanned.predicted))", Self.percent(run.scanned),
        ]
      })
  }

  /// How many are inside, and the medians.
  public var sentences: [String] {
    ["\(runs.count(where: \.ok)) of \(runs.count) recordings within tolerance"]
      + medians.map { median in
        String(
          format: "median error of %@: %.1f%% over %d recordings, at most %.0f%%%@", median.name,
          100 * median.value, median.count, 100 * median.tolerance, median.ok ? "" : ": NO")
      }
  }

  private static func json(_ figure: RecordedFigure) -> JSON {
    ["recorded": figure.real, "simulated": figure.predicted]
  }

  /// One JSON object, every sample included.
  public var json: JSON {
    let runs = runs.map { run in
      [
        "id": run.id, "ok": run.ok, "restores": Self.json(run.restores),
        "some_s": Self.json(run.some), "full_s": Self.json(run.full),
        "io_some_s": Self.json(run.ioSome), "scanned_pages": Self.json(run.scanned),
        "limit_error_percent": run.limitError, "contended": run.isContended,
        "times_compared": run.isTimed, "scan_us": run.scanCost, "read_us": run.readCost,
        "series": JSON.object(
          run.series.map { name, real, simulated in
            let pair: JSON = [
              "recorded": real.map { Int($0) }, "simulated": simulated.map { Int($0) },
            ]
            return (name, pair)
          }),
      ] as JSON
    }
    let medians = medians.map { median in
      [
        "name": median.name, "error": median.value, "tolerance": median.tolerance,
        "recordings": median.count, "ok": median.ok,
      ] as JSON
    }
    return ["ok": ok, "medians": medians, "runs": runs]
  }
}
