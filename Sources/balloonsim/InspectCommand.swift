import ArgumentParser
import Reporting
import Scenarios
import Text

/// `balloonsim inspect`: what each guest's kernel knows when it has booted.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print each guest's boot facts: zones, watermarks, reserves, floor.")

  @Argument(help: "The scenario file (YAML).", completion: .file())
  var scenario: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Change a value of the scenario; may be repeated.", valueName: "path=value"))
  var settings: [String] = []

  @OptionGroup var output: OutputOptions

  func run() throws {
    let overrides = try settings.map(ScenarioArguments.override)
    let resolved = try ScenarioReader.read(file: scenario, overrides: overrides)
    try resolved.check()
    let facts = BootFacts(resolved.scenario)
    if output.json { return try put(facts.json) }
    try put(facts.text(width: Terminal.width), terminator: "")
  }
}
