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
    let monitor = RunMonitor(
      title: resolved.scenario.name, end: resolved.expectedEnd,
      drawsLine: Terminal.showsProgress && !output.quiet)
    defer { monitor.clear() }
    let start = ContinuousClock.now
    let (run, summary) = try simulate(resolved, command, monitor, in: store)
    monitor.clear()
    let wall = ContinuousClock.now - start
    output.detail("run \(run ?? 0): \(summary.simulated.text) simulated in \(wall)")
    return Result(
      run: run, key: resolved.runKey, summary: summary, command: command,
      casualties: Casualties(
        metrics: summary.metrics, events: monitor.remarkable.map { EventRow($0, guests: names) }))
  }

  private func simulate(
    _ resolved: ResolvedScenario, _ command: String, _ monitor: RunMonitor, in store: ResultStore?
  ) throws -> (run: Int64?, summary: RunSummary) {
    guard let store else {
      var simulation = try resolved.simulation(observer: monitor)
      return (nil, try simulation.run())
    }
    let description = resolved.description(command: command, recording: level)
    func failure(_ error: any Error) -> Failure? {
      if let error = error as? SimulationError { return Failure(error, in: resolved) }
      return Failure(describing: error)
    }
    do {
      let made = try store.record(resolved, description) { recorder in
        monitor.recorder = recorder
        return monitor
      } message: { error in
        if error is Interrupted { return nil }
        return failure(error)?.lines.joined(separator: "; ") ?? "\(error)"
      }
      return (made.run, made.summary)
    } catch let error as SimulationError {
      throw Failure(error, in: resolved)
    }
  }

  /// The command line that repeats the run.
  func command(with more: [String]) -> String {
    var words = ["balloonsim", "run", arguments.scenario] + arguments.words(with: more)
    if level != .ticks { words += ["--record", level.text] }
    return shellCommand(words)
  }
}
