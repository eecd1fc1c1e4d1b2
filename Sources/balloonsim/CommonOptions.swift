import ArgumentParser
import Foundation
import Recording
import Scenarios
import Simulation
import Text
import Units

/// Options that every command knows.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @Flag(help: "Say nothing that was not asked for.")
  var quiet = false

  @Flag(help: "Say more about what is being done.")
  var verbose = false

  /// Writes a sentence to standard error unless `--quiet`.
  func say(_ sentence: String) {
    if !quiet { note(TableText.wrapped(sentence, width: Terminal.width(of: STDERR_FILENO))) }
  }

  /// Writes a command, in as many lines as it has, to standard error unless `--quiet`.
  func say(command: String) { if !quiet { note(command) } }

  /// Writes a line to standard error with `--verbose`.
  func detail(_ line: String) { if verbose { note(sentence: line) } }
}

/// Says what a reader of the results has to know first, whatever else is said: an answer that misleads is worse than none.
func noteWarnings(of resolved: ResolvedScenario) {
  for warning in resolved.warnings {
    note(TableText.wrapped("warning: \(warning)", width: Terminal.width(of: STDERR_FILENO)))
  }
}

/// Says how many runs at once take what nobody recorded between coarse samples.
func noteGuess(of resolved: ResolvedScenario, isVaried: Bool = false) {
  guard let demand = resolved.coarseDemands.first else { return }
  func setting(_ guess: Interpolation) -> String {
    shellCommand(["--set", "\(demand.path)=\(guess.rawValue)"])
  }
  let text =
    isVaried
    ? "Every point is run with jumps from sample to sample (between: step) and with straight lines (between: linear); "
      + "\(setting(.step)) takes jumps alone."
    : "All runs take jumps from sample to sample (between: step); \(setting(.linear)) takes straight lines, and may "
      + "give another answer."
  note(TableText.wrapped(text, width: Terminal.width(of: STDERR_FILENO)))
}

/// Writes a sentence to standard output, in lines as wide as the terminal.
func put(sentence: String) throws(OutputError) {
  try put(TableText.wrapped(sentence, width: Terminal.width))
}

/// How much memory runs may take.
struct MemoryOptions: ParsableArguments {
  @Option(
    name: .customLong("memory-limit"),
    help: ArgumentHelp(
      "Refuse what would take more memory than this, such as 8GiB (default: what this machine has left).",
      valueName: "size"),
    transform: { text in
      guard let size = PageCount(text) else {
        throw ValidationError("'\(text)': expected a size such as 512MiB or 8GiB")
      }
      return size
    })
  var limit: PageCount?

  /// The words that say the same.
  var words: [String] { limit.map { ["--memory-limit", $0.text] } ?? [] }

  /// How many of `count` runs, each of which takes up to `estimate`, are made at once: as many as are wanted, and as fit.
  ///
  /// - Throws: `MemoryShortage` if one does not fit.
  func threads(for count: Int, of estimate: MemoryEstimate, wanted: Int? = nil) throws -> Int {
    let wanted = min(wanted ?? ProcessInfo.processInfo.activeProcessorCount, max(count, 1))
    let fitting = try estimate.fitting(upTo: wanted, limit: limit)
    if fitting < wanted {
      note(
        "warning: \(fitting) of \(wanted) runs at once, since one can take "
          + "\(UnitScale.text(Double(estimate.bytes), unit: "bytes")) of memory")
    }
    return fitting
  }

  /// Refuses a scenario that cannot be run, or not in so much memory, before anything is allocated for it.
  func check(_ resolved: ResolvedScenario) throws {
    try resolved.check()
    try MemoryEstimate(resolved.scenario, demands: resolved.demands).check(limit: limit)
  }
}

/// Where runs are kept.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: .customLong("db"),
    help: ArgumentHelp(
      """
      The database of runs (default: BALLOONSIM_DB, or else Results/balloonsim.sqlite). While another \
      process writes to it, wait for BALLOONSIM_BUSY_TIMEOUT (default: 10s).
      """, valueName: "file"), completion: .file())
  var path: String?

  init() {}

  /// A file named otherwise than by `--db`.
  init(file: String) { path = file }

  /// The file: `--db`, else `BALLOONSIM_DB`, else `Results/balloonsim.sqlite`.
  var file: String {
    let environment = ProcessInfo.processInfo.environment["BALLOONSIM_DB"] ?? ""
    return path ?? (environment.isEmpty ? "Results/balloonsim.sqlite" : environment)
  }

  func validate() throws {
    if path == "" { throw ValidationError("--db takes the path of a file") }
  }

  /// The database, for reading.
  func openToRead() throws -> ResultStore {
    try ResultStore(path: file, readOnly: true, busyTimeout: busyTimeout())
  }

  /// The database, made if it is not there.
  func openToWrite() throws -> ResultStore {
    try ResultStore(path: file, create: true, busyTimeout: busyTimeout())
  }

  /// How long to wait for another process: `BALLOONSIM_BUSY_TIMEOUT`, else 10 s.
  private func busyTimeout() throws -> Duration {
    let text = ProcessInfo.processInfo.environment["BALLOONSIM_BUSY_TIMEOUT"] ?? ""
    if text.isEmpty { return .seconds(10) }
    guard let time = SimDuration(text), (.milliseconds(1) ... .seconds(3_600)).contains(time) else {
      throw Failure(.usage, "BALLOONSIM_BUSY_TIMEOUT takes a time from 1ms to 1h, not '\(text)'")
    }
    return .nanoseconds(time.nanoseconds)
  }
}
