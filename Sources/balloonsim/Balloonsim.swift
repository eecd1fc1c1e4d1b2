import ArgumentParser
import Foundation
import Text

/// The program: its subcommands, and the one place where an error becomes a sentence and an exit code.
@main
struct Balloonsim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "balloonsim",
    abstract: "What does selfballooning do to a workload? Simulates Xen guests page by page.",
    discussion: """
      Start with:  balloonsim run Scenarios/compile.yaml --baseline
      Data goes to standard output, everything else to standard error.

      Exit codes: 0 done; 1 what was asked did not hold; 64 usage; 65 a file is wrong; 66 it cannot be \
      read, or a program that is needed is not there; 70 a fault of the program; 73 output cannot be created, or too little memory, files or threads; 74 input/output error; 75 the \
      database is busy; 130 interrupted.
      """,
    version: programVersion,
    subcommands: [
      RunCommand.self, PoliciesCommand.self, SweepCommand.self, RunsCommand.self,
      SweepsCommand.self, ShowCommand.self,
      WatchCommand.self, WhyCommand.self, CompareCommand.self, PlotCommand.self,
      ReportCommand.self, ExportCommand.self,
      InspectCommand.self,
      ScenarioCommand.self, TraceCommand.self, ValidateCommand.self, DatabaseCommand.self,
      AdviseCommand.self, SensitivityCommand.self, SearchCommand.self,
    ])

  static func main() {
    fillClosedStreams()
    // A file beyond the limit of its size is an error of the write, which says where, not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parse()
      try ProcessLimits.check()
      try command.run()
    } catch {
      Foundation.exit(report(error))
    }
  }

  /// The command that the arguments ask for.
  private static func parse() throws -> any ParsableCommand {
    do {
      return try parseAsRoot()
    } catch {
      if let failure = unknownCommand(CommandLine.arguments.dropFirst()) { throw failure }
      throw error
    }
  }

  /// What to say of arguments whose first words name no command; nothing if they do.
  private static func unknownCommand(_ words: ArraySlice<String>) -> Failure? {
    var commands = configuration.subcommands
    var kind = "command"
    for word in words {
      if commands.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
      guard let command = commands.first(where: { $0._commandName == word }) else {
        return Failure(.usage, unknownWord(kind, word, known: commands.map { $0._commandName }))
      }
      commands = command.configuration.subcommands
      kind = "\(word) command"
    }
    return nil
  }

  /// Says what an error means and returns the exit code.
  private static func report(_ error: any Error) -> Int32 {
    if let failure = Failure(describing: error) {
      for line in failure.lines { note(sentence: "balloonsim: \(line)") }
      return failure.status.rawValue
    }
    // What is left are the argument parser's own: help, wrong usage, and plain exit codes.
    let code = exitCode(for: error)
    if !(error is ExitCode), code == .failure {
      note(sentence: "balloonsim: a fault of the program: \(error)")
      return ExitStatus.ourFault.rawValue
    }
    let message = fullMessage(for: error)
    guard code.isSuccess else {
      if !message.isEmpty { note(message) }
      return code.rawValue
    }
    do {
      try put(message)
      return code.rawValue
    } catch {
      return report(error)
    }
  }
}
