import Foundation
import Recording
import Reporting
import Scenarios
import Text

extension SweepCommand {
  /// Says what came of a sweep, and what to do next.
  func report(
    _ outcome: Outcome, of record: SweepRecord?, _ refusals: [String], sweep: Int64,
    _ plan: SweepPlan,
    _ next: NextCommands?
  ) throws {
    let seconds = outcome.wall / .seconds(1)
    if output.json {
      return try put([
        "sweep": sweep, "computed": outcome.computed, "reused": outcome.reused,
        "failed": outcome.faults.count, "killing": record?.deadlyRuns ?? 0, "refused": refusals,
        "wall_s": seconds,
        "failures": outcome.faults.map {
          ["settings": plan.settings(of: $0.job.member), "message": $0.message] as JSON
        },
      ])
    }
    for fault in outcome.faults.prefix(5) {
      note(
        sentence:
          "failed at \(plan.settings(of: fault.job.member).joined(separator: ", ")): \(fault.message)"
      )
    }
    if outcome.faults.count > 5 { note("and \(outcome.faults.count - 5) more failed") }
    if let loss = record?.loss { try put(sentence: loss) }
    if !refusals.isEmpty {
      try put(
        sentence:
          "REFUSED: the driver takes none of \(refusals.joined(separator: ", ")); runs with them are runs of "
          + "the value before, and advise leaves them out.")
    }
    try put(
      sentence: "sweep \(sweep): \(outcome.computed) computed, \(outcome.reused) reused, "
        + "\(outcome.faults.count) failed\(deadly(record)) in \(UnitScale.text(seconds, unit: "s"))"
    )
    if let shard = shard?.shard {
      output.say("Recorded in \(ownDatabase.file). When all \(shard.count) shares are made:")
      return output.say(
        command: "  \(shellCommand(["balloonsim", "db", "merge", database.file])) "
          + ShardOption.pattern(of: database.file, part: "*-of-\(shard.count)"))
    }
    guard let next else { return }
    let width = Terminal.width(of: STDERR_FILENO)
    output.say("Recorded in \(database.file). Try next:")
    for command in next.commands {
      output.say(command: shellCommand(command, indentedWithin: width))
    }
  }

  /// Values that the drivers of the sweep's runs refused, each once, as `path=value`.
  func refusals(in sweep: Int64, _ store: ResultStore) throws -> [String] {
    let table = try store.sweepTable("\(sweep)", metrics: [])
    guard let first = table.rows.first else { return [] }
    let fixed = KernelTunables.refused(
      in: try store.parameters(of: first.run.id), driver: first.run.driver)
    let varying = table.rows.flatMap { row in
      KernelTunables.refused(in: row.values.compactMap(\.self), driver: row.run.driver)
    }
    var seen: Set<String> = []
    return (fixed + varying).map { "\($0.path)=\($0.value)" }.filter { seen.insert($0).inserted }
  }

  /// In how many runs something was killed, as a part of the summary's line.
  private func deadly(_ record: SweepRecord?) -> String {
    guard let record, record.deadlyRuns > 0 else { return "" }
    return ", \(record.deadlyRuns) KILLING"
  }
}
