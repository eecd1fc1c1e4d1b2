public import Scenarios
public import Simulation

/// A run that was made to its end and is in a database.
public struct RecordedRun: Sendable {
  /// Its number there.
  public let run: Int64
  /// What came of it.
  public let summary: RunSummary
}

extension ResultStore {
  /// Makes a run of a scenario and records it as it goes, to its end.
  ///
  /// A run that does not get there is marked: as failed, or as interrupted. One that cannot be marked is known by its dead
  /// process.
  ///
  /// - Parameters:
  ///   - description: What is known before; `ResolvedScenario.description` makes it.
  ///   - observe: What else looks on: an observer that passes everything on to the recorder.
  ///   - message: What an error means, for people; nil: it is no error, somebody asked the run to stop.
  /// - Throws: what the simulation, the observer or the database throws, after the run was marked.
  public func record(
    _ scenario: ResolvedScenario, _ description: RunDescription,
    observe: (RunRecorder) -> any RunObserver = { $0 },
    message: (any Error) -> String? = { "\($0)" }
  ) throws -> RecordedRun {
    let recorder = RunRecorder(
      store: self, run: try begin(description), guests: description.guests,
      level: description.recording)
    do {
      var simulation = try Simulation(
        scenario.scenario, demands: scenario.demands, observer: observe(recorder))
      let summary = try simulation.run()
      try recorder.finish(summary)
      return RecordedRun(run: recorder.run, summary: summary)
    } catch {
      // The first failure is the one to report.
      do {
        if let message = message(error) {
          try recorder.fail(message)
        } else {
          try recorder.interrupt()
        }
      } catch {}
      throw error
    }
  }
}
