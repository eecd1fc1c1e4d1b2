import ArgumentParser
import Foundation
import Reporting
import Text

/// `balloonsim advise`: which setting a sweep recommends.
struct AdviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advise",
    abstract: "Say which of a sweep's settings to choose, and how to set it.",
    usage: "balloonsim advise --sweep <sweep> [<options>]",
    discussion: """
      Weighs two objectives: by default the memory held on average against the time that the workload \
      stalls. Prints the Pareto front with the runs behind every point, its knee, what the kernel's \
      defaults would give, and the recommended settings as sysfs writes and boot options. The seed and \
      the demand are conditions: a setting is judged by its mean over them. Docs/tuning.md says how.

      Exit code 1 if no setting satisfies the constraints, there is only one, or none can be recommended because nothing \
      that could stall is modelled; then it says what is missing and what can be said.
      """)

  @Option(help: "The sweep: its number, its name, or `last`.")
  var sweep: String

  @Option(
    help: ArgumentHelp(
      """
      A metric to weigh, given twice; the least is best, with `max:` in front the greatest. `memory` is \
      memory_held_mean, `saved` memory_saved, `harm` stall; build.stall is that of the guest build. \
      (default: memory and harm)
      """, valueName: "metric"))
  var objective: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      What every run of a setting must satisfy, such as 'disk_reads < 400MiB'; may be repeated. \
      Without one about oom_kills, 'oom_kills == 0' is added.
      """, valueName: "condition"))
  var constraint: [String] = []

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  /// No more commands are listed.
  private static let commandLimit = 20

  func run() throws {
    let store = try database.openToRead()
    let question = try AdviceQuestion(store, objectives: objective, constraints: constraint)
    let (advice, tunables, setUp) = try question.answer(sweep, store)
    let commands = advice.defaultCommands.prefix(Self.commandLimit).map {
      shellCommand($0 + ["--db", database.file])
    }
    if output.json {
      try put(advice.json(tunables: tunables, setUp: setUp, defaultCommands: commands))
    } else {
      let width = Terminal.width ?? 80
      try put(
        advice.text(
          tunables: tunables, setUp: setUp, defaultCommands: commands, width: width), terminator: ""
      )
    }
    if advice.recommended == nil { throw ExitCode(ExitStatus.notHeld.rawValue) }
  }
}
