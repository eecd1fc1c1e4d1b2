public import Scenarios
public import Simulation
public import Units

/// How far a run has come.
public enum RunStatus: String, CaseIterable, Sendable {
  /// A process is recording it.
  case running
  /// It is whole: all rows, metrics and the fingerprint.
  case finished
  /// It ended with an error.
  case failed
  /// It was stopped, or the process that recorded it is gone.
  case interrupted
}

/// A run as the database holds it, without its rows.
public struct RunRecord: Hashable, Sendable {
  /// The run's number.
  public var id: Int64
  /// The hash of everything that determines the outcome, hexadecimal.
  public var key: String
  /// The scenario's name.
  public var scenarioName: String
  /// The scenario's seed.
  public var seed: UInt64
  /// The version of the program.
  public var version: String
  /// The generation of the selfballoon driver.
  public var driver: String
  /// How far it has come; `interrupted` also if the recording process is gone.
  public var status: RunStatus
  /// When it began, in UTC, as in `2026-01-31T12:00:00.000Z`.
  public var startedAt: String
  /// When it ended, if it has, by its own account.
  public var finishedAt: String?
  /// How much time was simulated, once it has ended.
  public var simulated: SimDuration?
  /// The fingerprint, once it is finished; up to version 0.3 it was one of the figures too.
  public var fingerprint: String?
  /// Why it failed.
  public var error: String?
  /// The command line that repeats it.
  public var command: String
  /// The sweep that computed it.
  public var sweep: Int64?
  /// How much of it is kept.
  public var recording = RecordingLevel.ticks
  /// What tells its course from others, whichever version made the fingerprint, once it is finished: equal course, equal text.
  public var course: String?
}

/// The longer texts that a run was entered with.
public struct RunProvenance: Hashable, Sendable {
  /// The scenario as resolved.
  public var scenarioYAML: String
  /// Where the traces come from, a JSON text.
  public var traceProvenance: String
  /// The machine the run was made on, a JSON text.
  public var hostFacts: String
  /// The fingerprint's ingredients, a JSON object, once it is finished.
  public var ingredients: String?

  /// The scenario without its traces; nil if this version cannot read what was recorded. Read anew whenever it is asked for.
  public var scenario: Scenario? { ScenarioReader.recorded(scenarioYAML) }
}
