private import Foundation
public import Scenarios
internal import Simulation
private import Text

/// What is known of a run before it starts.
public struct RunDescription: Sendable {
  /// The hash of everything that determines the outcome, hexadecimal.
  public var key: String
  /// The scenario's name.
  public var scenarioName: String
  /// The scenario as resolved, defaults and overrides included.
  public var scenarioYAML: String
  /// The scenario's seed.
  public var seed: UInt64
  /// The version of the program.
  public var version: String
  /// The generation of the selfballoon driver.
  public var driver: String
  /// The command line that repeats the run.
  public var command: String
  /// Where the traces come from, a JSON text.
  public var traceProvenance: String
  /// The machine the run was made on, a JSON text.
  public var hostFacts: String
  /// The guests' names, in the order of the scenario; at most 512.
  public var guests: [String]
  /// Every parameter, defaults included; paths differ.
  public var parameters: [Parameter]
  /// The sweep that computes the run.
  public var sweep: Int64?
  /// How much of it is kept.
  public var recording: RecordingLevel

  /// A run to come.
  public init(
    key: String, scenarioName: String, scenarioYAML: String, seed: UInt64, version: String,
    driver: String, command: String, traceProvenance: String = "[]",
    hostFacts: String = Self.currentHostFacts(), guests: [String], parameters: [Parameter],
    sweep: Int64? = nil, recording: RecordingLevel = .ticks
  ) {
    self.key = key
    self.scenarioName = scenarioName
    self.scenarioYAML = scenarioYAML
    self.seed = seed
    self.version = version
    self.driver = driver
    self.command = command
    self.traceProvenance = traceProvenance
    self.hostFacts = hostFacts
    self.guests = guests
    self.parameters = parameters
    self.sweep = sweep
    self.recording = recording
  }

  /// This machine: name, operating system, processors, memory; a JSON text.
  public static func currentHostFacts() -> String {
    let process = ProcessInfo.processInfo
    let facts: JSON = [
      "name": process.hostName, "system": process.operatingSystemVersionString,
      "processors": process.processorCount, "memory_bytes": process.physicalMemory,
    ]
    return facts.text
  }
}

/// A value of a scenario under its path.
public struct Parameter: Hashable, Sendable {
  /// The path by which `--set` reaches it.
  public var path: String
  /// The value as text.
  public var value: String
  /// The value as a number in the unit of the path, if it is one.
  public var number: Double?

  /// A value of a scenario.
  public init(path: String, value: String, number: Double?) {
    self.path = path
    self.value = value
    self.number = number
  }

  /// The value that a run had before there was a key for it; nil if there always was one.
  init?(laterDefaultOf path: String) {
    guard let text = ParameterPath(path).laterDefault else { return nil }
    self.init(path: path, value: text, number: Double(text))
  }
}
