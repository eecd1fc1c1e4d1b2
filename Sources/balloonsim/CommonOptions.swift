import ArgumentParser
import Foundation
import Recording

/// Options that every command knows.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @Flag(help: "Say nothing that was not asked for.")
  var quiet = false

  @Flag(help: "Say more about what is being done.")
  var verbose = false

  /// Writes a line to standard error unless `--quiet`.
  func say(_ line: String) { if !quiet { note(line) } }

  /// Writes a line to standard error with `--verbose`.
  func detail(_ line: String) { if verbose { note(line) } }
}

/// Where runs are kept.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: .customLong("db"),
    help: ArgumentHelp(
      "The database of runs; or set BALLOONSIM_DB.", valueName: "file"))
  var path: String?

  /// The file: `--db`, else `BALLOONSIM_DB`, else `Results/balloonsim.sqlite`.
  var file: String {
    let environment = ProcessInfo.processInfo.environment["BALLOONSIM_DB"] ?? ""
    return path ?? (environment.isEmpty ? "Results/balloonsim.sqlite" : environment)
  }

  /// The database, for reading.
  func openToRead() throws -> ResultStore { try ResultStore(path: file, readOnly: true) }

  /// The database, made if it is not there.
  func openToWrite() throws -> ResultStore { try ResultStore(path: file, create: true) }
}
