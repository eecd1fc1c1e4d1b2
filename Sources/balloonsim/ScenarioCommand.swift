import ArgumentParser
import Recording
import Scenarios
import Text

/// `balloonsim scenario`: checks scenario files and begins new ones.
struct ScenarioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenario", abstract: "Check scenario files, or begin a new one.",
    subcommands: [Check.self, New.self])

  /// `balloonsim scenario check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read scenario files with their traces and name every mistake.",
      discussion:
        "Exit code 65 if there is one, 73 if a run would take more memory than there is.")

    @Argument(help: "Scenario files.", completion: .file())
    var files: [String]

    @OptionGroup var memory: MemoryOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      var failures: [Failure] = []
      for file in files {
        do {
          let resolved = try ScenarioReader.read(file: file)
          try memory.check(resolved)
          noteWarnings(of: resolved)
          if !output.quiet && !output.json { try put(TerminalText.line("\(file): fine")) }
        } catch {
          guard let failure = Failure(describing: error) else { throw error }
          failures.append(failure)
          if output.json { continue }
          for line in failure.lines { note(sentence: "balloonsim: \(line)") }
        }
      }
      if output.json { try put(CheckReport(failures).json) }
      if let first = failures.first { throw ExitCode(first.status.rawValue) }
    }
  }

  /// `balloonsim scenario new`.
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a commented scenario to start from.",
      discussion: "balloonsim scenario new > mine.yaml")

    @Flag(help: "Print a JSON object with the text as its `yaml`.")
    var json = false

    func run() throws {
      if json { return try put(["yaml": ScenarioTemplate.text]) }
      try put(ScenarioTemplate.text, terminator: "")
    }
  }
}
