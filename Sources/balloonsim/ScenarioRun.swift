import Recording
import Reporting
import Scenarios
import Simulation
import Text
import Units

/// A single run of a command's scenario: made to its end, recorded if there is a database.
struct ScenarioRun {
  /// What came of it.
  struct Result {
    /// Its number in the database.
    let run: Int64?
    let key: String
    let summary: RunSummary
    /// The command line that repeats it.
    let command: String
    let casualties: Casualties
  }

  /// The scenario, and what is changed of it.
  let arguments: ScenarioArguments
  /// How much of it is kept.
  var level = RecordingLevel.ticks
  /// How much memory it may take.
  let memory: MemoryOptions
  /// What is said meanwhile.
  let output: OutputOptions

  /// A finished run with more settings: one that the database holds, or else a new one.
  func proof(
    with more: [String], in store: ResultStore
  ) throws -> (run: Int64, metrics: [Metric], isReused: Bool) {
    let resolved = try arguments.resolved(with: more)
    if let run = try store.finishedRun(key: resolved.runKey)?.id {
      return (run, try store.metrics(of: run), true)
    }
    let result = try make(resolved, with: more, in: store)
    guard let run = result.run else { preconditionFailure("recorded without a number") }
    return (run, result.summary.metrics, false)
  }

  /// Runs the scenario, which has more settings, to its end; what the database holds of it is marked if it does not get
  /// there.
  func make(
    _ resolved: ResolvedScenario, with more: [String], in store: ResultStore?
  ) throws -> Result {
    try memory.check(resolved)
    let names = resolved.scenario.guests.map(\.name)
    let command = command(with: more)
    let recorder = try store.map { store in
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
      return Result(
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
  private func command(with more: [String]) -> String {
    var words = ["balloonsim", "run", arguments.scenario] + arguments.words(with: more)
    if level != .ticks { words += ["--record", level.text] }
    return shellCommand(words)
  }
}
