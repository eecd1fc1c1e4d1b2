import Recording
import Scenarios
import Simulation
import Synchronization
import Text

extension ScenarioRun {
  /// The figures of runs with these settings, in their order: those that the database holds, and new ones, which are made on as
  /// many processors as memory allows.
  ///
  /// New ones are recorded in the order of the settings, of which only the figures are kept; also those that were made before
  /// something went wrong.
  func metrics(of settings: [[String]], in store: ResultStore?) throws -> [[Metric]] {
    let scenarios = try inParallel(settings) { [arguments] in try arguments.resolved(with: $0) }
    var kept: [Int: [Metric]] = [:]
    var todo: [Int] = []
    var estimate = MemoryEstimate.none
    for (place, resolved) in scenarios.enumerated() {
      if let store, let run = try store.finishedRun(key: resolved.runKey)?.id {
        kept[place] = try store.metrics(of: run)
        continue
      }
      try resolved.check()
      estimate.include(MemoryEstimate(resolved.scenario, demands: resolved.demands))
      todo.append(place)
    }
    let threads = try memory.threads(for: todo.count, of: estimate)
    let bar = Mutex(
      SweepBar(
        total: todo.count, reused: kept.count, isDrawn: Terminal.showsProgress && !output.quiet))
    let places = todo
    let made = Mutex<[Int: Swift.Result<FinishedRun, any Error>]>([:])
    onAllProcessors(places.count, atMost: threads) { index in
      let place = places[index]
      let run = Swift.Result { try finished(scenarios[place], settings[place]) }
      let count = made.withLock { made in
        made[place] = run
        return made.count
      }
      bar.withLock { $0.draw(SweepExecution.Progress(finished: count)) }
    }
    bar.withLock { $0.clear() }
    let runs = made.withLock { $0 }
    try store?.record(places.compactMap { try? runs[$0]?.get() })
    return try settings.indices.map { place in
      if let metrics = kept[place] { return metrics }
      guard let run = runs[place] else { preconditionFailure("a run was not made") }
      return try run.get().summary.metrics
    }
  }

  /// A run that is made here and now, and whose figures are kept.
  private func finished(_ resolved: ResolvedScenario, _ more: [String]) throws -> FinishedRun {
    let start = ResultStore.now
    let monitor = RunMonitor(
      title: resolved.scenario.name, end: resolved.expectedEnd, drawsLine: false)
    do {
      var simulation = try resolved.simulation(observer: monitor)
      let summary = try simulation.run()
      return FinishedRun(
        description: resolved.description(command: command(with: more), recording: level),
        summary: summary, startedAt: start, finishedAt: ResultStore.now)
    } catch let error as SimulationError {
      throw Failure(error, in: resolved)
    }
  }
}
