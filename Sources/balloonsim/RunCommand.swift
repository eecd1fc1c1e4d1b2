import ArgumentParser
import Foundation
import Recording
import Reporting
import Scenarios
import Simulation
import Text
import Traces
import Units

/// `balloonsim run`: simulates one scenario, records it, prints what came of it.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Simulate one scenario, record it and print a summary.",
    usage: "balloonsim run <scenario> [<options>]",
    discussion: """
      Every value of a scenario can be changed: --set guests.build.memory=2GiB. The guest's name may be \
      left out when there is one guest, and a sysfs tunable may be given by its bare name: \
      --set selfballoon_interval=1. `balloonsim show last` prints all values of a run.
      """)

  @OptionGroup var arguments: ScenarioArguments

  @Flag(help: "Also run it with static guests (controller: none) and compare.")
  var baseline = false

  @Option(
    help: ArgumentHelp(
      "How much to keep of the run: ticks, every:TIME, worker or metrics (default: ticks).",
      valueName: "level"))
  var record: RecordingLevel?

  @Flag(name: .customLong("no-record"), help: "Keep nothing in the database.")
  var isUnrecorded = false

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if record != nil, isUnrecorded { throw ValidationError("give --record or --no-record") }
  }

  func run() throws {
    let resolved = try arguments.resolved()
    for trace in resolved.traces {
      for remark in trace.provenance.remarks where !remark.hasPrefix("origin") {
        output.say("\(trace.provenance.path): \(remark)")
      }
    }
    noteWarnings(of: resolved)
    let store = isUnrecorded ? nil : try database.openToWrite()
    catchInterrupts()
    let work = ScenarioRun(
      arguments: arguments, level: record ?? .ticks, memory: memory, output: output)
    let guesses = guesses(resolved)
    var answers: [DemandRange.Answer] = []
    var columns: [MetricsTable.Run] = []
    var reports: [RunReport] = []
    for guess in guesses {
      func add(_ title: String, _ resolved: ResolvedScenario, _ settings: [String]) throws {
        let title = [title, guess?.rawValue].compactMap(\.self).joined(separator: ", ")
        let result = try work.make(resolved, with: settings, in: store)
        reports.append(RunReport(result: result, guess: guess))
        columns.append(.init(title: title, metrics: result.summary.metrics))
      }
      let chosen = guess.map { guess in
        resolved.coarseDemands.map { "\($0.path)=\(guess.rawValue)" }
      }
      let settings = chosen ?? []
      let own = try chosen == nil ? resolved : arguments.resolved(with: settings)
      var isCompared = false
      if baseline {
        let settings =
          settings
          + resolved.scenario.guests.map {
            "\(ParameterPath.of(guest: $0.name, "controller"))=\(ControllerKind.none.rawValue)"
          }
        let fixture = try arguments.resolved(with: settings)
        isCompared = fixture.runKey != own.runKey
        if isCompared {
          try add("static", fixture, settings)
        } else {
          output.say(
            "--baseline: the guests are static as it is, so there is one run and nothing to compare"
          )
        }
      }
      try add(isCompared ? "ballooned" : resolved.scenario.name, own, settings)
      if let guess, let report = reports.last {
        answers.append(.init(guess: guess, metrics: report.result.summary.metrics))
      }
    }
    try store?.close()
    try show(reports, columns, DemandRange(answers))
  }

  /// How samples may lead to the next, the default last; nothing to guess unless they are coarse and nobody chose.
  private func guesses(_ resolved: ResolvedScenario) -> [Interpolation?] {
    let demands = resolved.coarseDemands
    if demands.isEmpty { return [nil] }
    output.say(
      "Both guesses are run: straight lines (between: linear) and jumps (between: step) from sample to sample; "
        + "the truth may lie outside. To choose one: "
        + shellCommand(demands.flatMap { ["--set", "\($0.path)=step"] }))
    return [.linear, .step]
  }

  private func show(
    _ reports: [RunReport], _ columns: [MetricsTable.Run], _ range: DemandRange
  ) throws {
    if output.json {
      try put(.lines(reports.map(\.json)))
      return
    }
    let losses = zip(reports, columns).flatMap { report, column in
      report.result.casualties.sentences(in: column.title)
        + report.result.casualties.warnings(in: column.title)
    }
    let first = losses + range.sentences
    for sentence in first { try put(sentence: sentence) }
    if !first.isEmpty { try put("") }
    let table = MetricsTable(columns, showsChange: range.sentences.isEmpty)
    try put(table.text(width: Terminal.width), terminator: "")
    for report in reports.map(\.result) {
      guard let run = report.run else { continue }
      let losses = report.casualties.summary
      output.say(
        "run \(run), \(losses.isEmpty ? "" : losses + ", ")fingerprint \(report.summary.fingerprint), "
          + "recorded in \(database.file)")
    }
  }
}

/// What `run` prints of one run.
private struct RunReport {
  let result: ScenarioRun.Result
  /// What was guessed of the time between coarse samples.
  let guess: Interpolation?

  /// One JSON object.
  var json: JSON {
    let between: JSON = guess.map { ["between": $0.rawValue] } ?? [:]
    let summary = result.summary
    return ["run": result.run] + between + [
      "key": result.key, "fingerprint": summary.fingerprint,
      "ingredients": JSON.object(summary.ingredients.map { ($0.name, $0.value) }),
      "simulated_ns": summary.simulated.nanoseconds, "command": result.command,
    ] + result.casualties.json + ["metrics": summary.metrics]
  }
}
