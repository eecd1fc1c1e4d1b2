private import Foundation
import Recording
public import Text
public import Validation

/// Simulated guests of Xen's beside the recorded ones: tables, and whether they hold.
public struct XenBalloonSummary: ValidationSummary, Sendable {
  private let runs: [XenBalloonValidation]

  /// The summary of these recordings.
  public init(_ runs: [XenBalloonValidation]) { self.runs = runs }

  /// Whether every recording is within its tolerances.
  public var ok: Bool { runs.allSatisfy(\.ok) }

  /// The drivers' doings; what closed loops came to; the transitions that differ, if any do; what a page took.
  public var tables: [TableText] {
    [driverTable, loopTable, differenceTable, costTable].compactMap(\.self)
  }

  /// A part of a whole; nothing where there is no whole.
  private static func share(_ part: Int, of whole: Int) -> String {
    whole == 0 ? "" : "\(part)/\(whole)"
  }

  /// A line a recording: batches, failures, grants, where it stopped, where it ended.
  private var driverTable: TableText {
    TableText(
      columns: [
        .init("run"), .init("odd batches", .right), .init("tries", .right),
        .init("late s", .right), .init("grants", .right), .init("stop off p", .right),
        .init("ends", .right), .init("ok"),
      ],
      rows: runs.map { run in
        let all = max(run.recorded.count, run.simulated.count)
        return [
          run.id, "\(run.oddChanges)", Self.share(run.equalTransitions, of: all),
          all == 0 ? "" : String(format: "%.2f", run.lateness),
          Self.share(run.equalGrants, of: run.grants), run.stop.map { "\(Int($0))" } ?? "",
          Self.share(run.equalEnds, of: run.ends), run.ok ? "yes" : "NO",
        ]
      })
  }

  /// A line a closed loop: targets, and what was counted, recorded and simulated.
  private var loopTable: TableText? {
    let loops = runs.filter { $0.equalTargets != nil }
    guard let first = loops.first else { return nil }
    return TableText(
      columns: [.init("closed loop"), .init("targets equal", .right)]
        + first.counts.flatMap {
          [.init($0.name, .right), .init("simulated", .right), .init("off", .right)]
        },
      rows: loops.map { run in
        [run.id, String(format: "%.1f%%", 100 * (run.equalTargets ?? 0))]
          + run.counts.flatMap { count in
            [
              "\(Int(count.figure.real))", "\(Int(count.figure.predicted))",
              String(format: "%.1f%%", 100 * count.figure.relativeError),
            ]
          }
      })
  }

  /// Each failure, success or cancellation, if they are not the same, or not at the same time.
  private var differenceTable: TableText? {
    func text(_ transition: XenBalloonValidation.Transition?) -> [String] {
      guard let transition else { return ["", "", ""] }
      return [
        String(format: "%.1f", transition.at), "\(transition.retries), \(transition.delay)",
        "\(Int(transition.current))",
      ]
    }
    let rows = runs.flatMap { run in
      let all = max(run.recorded.count, run.simulated.count)
      let isSame =
        run.equalTransitions == all && run.lateness <= XenBalloonValidation.timeTolerance
      return isSame
        ? []
        : (0..<all).map { index in
          [run.id]
            + text(index < run.recorded.count ? run.recorded[index] : nil)
            + text(index < run.simulated.count ? run.simulated[index] : nil)
        }
    }
    if rows.isEmpty { return nil }
    return TableText(
      columns: [
        .init("other tries"), .init("at s", .right), .init("retry, delay"), .init("B", .right),
        .init("simulated s", .right), .init("retry, delay"), .init("B", .right),
      ], rows: rows)
  }

  /// What a page of the balloon took in each recording, as it was taken from it.
  private var costTable: TableText {
    func text(_ nanoseconds: Int64?) -> String {
      nanoseconds.map { String(format: "%.1f", Double($0) / 1000) } ?? "-"
    }
    return TableText(
      columns: [.init("cost of a page"), .init("out us", .right), .init("in us", .right)],
      rows: runs.map { [$0.id, text($0.out), text($0.in)] })
  }

  /// How many are inside.
  public var sentences: [String] {
    ["\(runs.count(where: \.ok)) of \(runs.count) recordings within tolerance"]
  }

  private static func json(_ transition: XenBalloonValidation.Transition) -> JSON {
    [
      "at_s": transition.at, "retry_count": transition.retries,
      "schedule_delay_s": transition.delay, "balloon_current_pages": Int(transition.current),
    ]
  }

  /// One JSON object, every sample included.
  public var json: JSON {
    let runs = runs.map { run in
      [
        "id": run.id, "ok": run.ok, "odd_batches": run.oddChanges,
        "recorded": run.recorded.map(Self.json), "simulated": run.simulated.map(Self.json),
        "equal": run.equalTransitions, "late_s": run.lateness, "grants": run.grants,
        "equal_grants": run.equalGrants, "stop_off_pages": run.stop,
        "ends": run.ends, "equal_ends": run.equalEnds,
        "equal_targets": run.equalTargets,
        "counts": run.counts.map {
          [
            "name": $0.name, "recorded": $0.figure.real, "simulated": $0.figure.predicted,
            "ok": $0.ok,
          ] as JSON
        },
        "out_ns": run.out,
        "in_ns": run.in,
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
