import ArgumentParser
import Scenarios

/// The scenario that a command is about, and what is changed of it.
struct ScenarioArguments: ParsableArguments {
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

  /// The scenario as the arguments say, with more settings behind theirs.
  func resolved(with more: [String] = []) throws -> ResolvedScenario {
    try ScenarioReader.read(file: scenario, overrides: overrides(with: more))
  }

  /// What is changed of the scenario, with more settings behind those of the arguments.
  func overrides(with more: [String] = []) throws -> [ScenarioOverride] {
    var overrides = try (settings + more).map(Self.override)
    if let seed { overrides.append(.seed(seed)) }
    if let duration { overrides.append(.duration(duration)) }
    return overrides
  }

  /// The options that change the same, with more settings behind those of the arguments.
  func words(with more: [String] = [], seeded: Bool = true) -> [String] {
    var words = (settings + more).flatMap { ["--set", $0] }
    if let seed, seeded { words += ["--seed", seed] }
    if let duration { words += ["--duration", duration] }
    return words
  }

  /// The value of one `--set`.
  static func override(_ setting: String) throws -> ScenarioOverride {
    guard let override = ScenarioOverride(set: setting) else {
      throw Failure(.usage, "--set takes PATH=VALUE, not '\(setting)'")
    }
    return override
  }
}
