import ArgumentParser
import Foundation

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
      read; 70 a fault of the program; 73 output cannot be created; 74 input/output error; 75 the \
      database is busy; 130 interrupted.
      """,
    version: programVersion,
    subcommands: [
      RunCommand.self, RunsCommand.self, ShowCommand.self, ExportCommand.self, InspectCommand.self,
      ScenarioCommand.self, TraceCommand.self, ValidateCommand.self, DatabaseCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      fflush(nil)
      for line in failure.lines { note("balloonsim: \(line)") }
      Foundation.exit(failure.status.rawValue)
    } catch {
      if let failure = Failure(describing: error) {
        fflush(nil)
        for line in failure.lines { note("balloonsim: \(line)") }
        Foundation.exit(failure.status.rawValue)
      }
      exit(withError: error)
    }
  }
}

/// Writes a line to standard error.
func note(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}
