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

  @Argument(
    help: "The scenario file (YAML), or a trace: one guest that follows it.", completion: .file())
  var scenario: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Change a value of the scenario; may be repeated.", valueName: "path=value"))
  var settings: [String] = []

  @Option(help: "Where the random numbers start.")
  var seed: String?

  @Option(help: "How long to simulate, such as 10min; or `trace`.")
  var duration: String?

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
    let resolved = try resolved()
    for trace in resolved.traces {
      for remark in trace.provenance.remarks where !remark.hasPrefix("origin") {
        output.say("\(trace.provenance.path): \(remark)")
      }
    }
    noteWarnings(of: resolved)
    let store = isUnrecorded ? nil : try database.openToWrite()
    catchInterrupts()
    let guesses = guesses(resolved)
    var answers: [DemandRange.Answer] = []
    var columns: [MetricsTable.Run] = []
    var reports: [RunReport] = []
    for guess in guesses {
      func add(_ title: String, _ resolved: ResolvedScenario, _ settings: [String]) throws {
        let title = [title, guess?.rawValue].compactMap(\.self).joined(separator: ", ")
        var report = try simulate(resolved, settings, store)
        report.guess = guess
        reports.append(report)
        columns.append(.init(title: title, metrics: report.summary.metrics))
      }
      let chosen = guess.map { guess in
        resolved.coarseDemands.map { "\($0.path)=\(guess.rawValue)" }
      }
      let settings = settings + (chosen ?? [])
      let own = try chosen == nil ? resolved : read(settings)
      var isCompared = false
      if baseline {
        let settings =
          settings + resolved.scenario.guests.map { "guests.\($0.name).controller=none" }
        let fixture = try read(settings)
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
        answers.append(.init(guess: guess, metrics: report.summary.metrics))
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

  /// The scenario with these settings.
  private func read(_ settings: [String]) throws -> ResolvedScenario {
    let changed = try settings.map(Self.parse)
    let fixed = try overrides().filter { !$0.option.hasPrefix("--set") }
    return try ScenarioReader.read(file: scenario, overrides: changed + fixed)
  }

  /// The scenario with what the options say.
  func resolved() throws -> ResolvedScenario {
    try ScenarioReader.read(file: scenario, overrides: overrides())
  }

  /// A finished run of what the arguments say: one that the database holds, or else a new one.
  func proof(in store: ResultStore) throws -> (run: Int64, metrics: [Metric], isReused: Bool) {
    let resolved = try resolved()
    if let run = try store.finishedRun(key: resolved.runKey)?.id {
      return (run, try store.metrics(of: run), true)
    }
    let report = try simulate(resolved, settings, store)
    guard let run = report.run else { preconditionFailure("recorded without a number") }
    return (run, report.summary.metrics, false)
  }

  private func overrides() throws -> [ScenarioOverride] {
    var overrides = try settings.map(Self.parse)
    if let seed { overrides.append(.seed(seed)) }
    if let duration { overrides.append(.duration(duration)) }
    return overrides
  }

  static func parse(_ setting: String) throws -> ScenarioOverride {
    guard let override = ScenarioOverride(set: setting) else {
      throw Failure(.usage, "--set takes PATH=VALUE, not '\(setting)'")
    }
    return override
  }

  /// Runs a scenario to its end; what the database holds of it is marked if it does not get there.
  private func simulate(
    _ resolved: ResolvedScenario, _ settings: [String], _ store: ResultStore?
  ) throws -> RunReport {
    try memory.check(resolved)
    let names = resolved.scenario.guests.map(\.name)
    let command = command(with: settings)
    let recorder = try store.map { store in
      let level = record ?? .ticks
      let run = try store.begin(resolved.description(command: command, recording: level))
      return RunRecorder(store: store, run: run, guests: names, level: level)
    }
    let monitor = RunMonitor(
      recorder: recorder, title: resolved.scenario.name, end: resolved.expectedEnd,
      drawsLine: Terminal.showsProgress && !output.quiet)
    defer { monitor.clear() }
    let start = ContinuousClock.now
    do {
      var simulation = try resolved.simulation(observer: monitor)
      let summary = try simulation.run()
      try recorder?.finish(summary)
      monitor.clear()
      let wall = ContinuousClock.now - start
      output.detail(
        "run \(recorder?.run ?? 0): \(summary.simulated.text) simulated in \(wall)")
      return RunReport(
        run: recorder?.run, key: resolved.runKey, summary: summary, command: command,
        casualties: Casualties(
          metrics: summary.metrics, events: monitor.remarkable.map { EventRow($0, guests: names) }))
    } catch {
      // The first failure is the one to report. A run that cannot be marked is known by its dead process.
      do {
        switch error {
        case is Interrupted: try recorder?.interrupt()
        default:
          let reason = Failure(describing: error)?.lines.joined(separator: "; ")
          try recorder?.fail(reason ?? "\(error)")
        }
      } catch {
        output.detail("run \(recorder?.run ?? 0) could not be marked")
      }
      throw error
    }
  }

  /// The command line that repeats the run.
  private func command(with settings: [String]) -> String {
    var words = ["balloonsim", "run", scenario]
    for setting in settings { words += ["--set", setting] }
    if let seed { words += ["--seed", seed] }
    if let duration { words += ["--duration", duration] }
    if let record, record != .ticks { words += ["--record", record.text] }
    return shellCommand(words)
  }

  private func show(
    _ reports: [RunReport], _ columns: [MetricsTable.Run], _ range: DemandRange
  ) throws {
    if output.json {
      try put(.lines(reports.map(\.json)))
      return
    }
    let losses = zip(reports, columns).flatMap { report, column in
      report.casualties.sentences(in: column.title) + report.casualties.warnings(in: column.title)
    }
    let first = losses + range.sentences
    for sentence in first { try put(sentence: sentence) }
    if !first.isEmpty { try put("") }
    let table = MetricsTable(columns, showsChange: range.sentences.isEmpty)
    try put(table.text(width: Terminal.width), terminator: "")
    for report in reports {
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
  let run: Int64?
  let key: String
  let summary: RunSummary
  let command: String
  let casualties: Casualties
  /// What was guessed of the time between coarse samples.
  var guess: Interpolation?

  /// One JSON object.
  var json: JSON {
    let between: JSON = guess.map { ["between": $0.rawValue] } ?? [:]
    return ["run": run] + between + [
      "key": key, "fingerprint": summary.fingerprint,
      "ingredients": JSON.object(summary.ingredients.map { ($0.name, $0.value) }),
      "simulated_ns": summary.simulated.nanoseconds, "command": command,
    ] + casualties.json + ["metrics": summary.metrics]
  }
}
