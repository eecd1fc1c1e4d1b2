import Experiments
import MemoryModel
import Recording
import Reporting
import SimulationEngine

/// Exit codes (sysexits, and 130 as shells give it for Ctrl-C).
enum ExitStatus: Int32 {
  case notHeld = 1
  case usage = 64
  case wrongData = 65
  case cannotRead = 66
  case ourFault = 70
  case cannotCreate = 73
  case inputOutput = 74
  case busy = 75
  case interrupted = 130
}

/// A command that ends badly: what to say, and the exit code.
struct Failure: Error {
  let status: ExitStatus
  let lines: [String]

  init(_ status: ExitStatus, _ lines: String...) {
    self.status = status
    self.lines = lines
  }

  /// The failure that an error of a lower floor means; nothing for the argument parser's own.
  init?(describing error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as ScenarioProblems:
      self = Failure(status: .wrongData, lines: error.problems.map(\.description))
    case let error as TraceProblem: self = Failure(.wrongData, error.description)
    case let error as UnreadableFile: self = Failure(.cannotRead, error.description)
    case let error as SimulationError: self = Failure(.wrongData, Self.sentence(error))
    case let error as RecordingError: self = Self.failure(error)
    case let error as Exporter.OptionError: self = Failure(.usage, Self.sentence(error))
    case let error as VectorError: self = Self.failure(error)
    case let error as RecordedFileError: self = Self.failure(error)
    case is Interrupted: self = Failure(.interrupted, "interrupted; what was finished is kept")
    case let error as OutputError: self = Self.failure(error)
    default: return nil
    }
  }

  private init(status: ExitStatus, lines: [String]) {
    self.status = status
    self.lines = lines
  }

  private static func sentence(_ error: SimulationError) -> String {
    switch error {
    case .hostTooSmall(let guest, let needed, let free):
      "host.memory: guest \(guest) needs \(PageCount(needed).text) at boot and the host has "
        + "\(PageCount(free).text) left"
    case .guestTooSmall(let guest, let kernel, let total):
      "guests.\(guest).memory: the kernel alone takes \(PageCount(kernel).text) of "
        + "\(PageCount(total).text)"
    case .tooManyPages(let guest, let pages, let limit):
      "guests.\(guest): file sets and committed memory, or swap, come to \(PageCount(pages).text); "
        + "a guest may have \(PageCount(limit).text)"
    case .bootOption(let guest, let option, let value):
      "guests.\(guest).boot: the kernel takes 0 or 1 for \(option), not '\(value)'"
    }
  }

  private static func sentence(_ error: Exporter.OptionError) -> String {
    switch error {
    case .noCadence(let table):
      "--every thins out ticks; the rows of \(table.rawValue) come when something happens"
    case .spanNotPositive(let span): "--every takes a time above zero, not \(span.text)"
    }
  }

  private static func failure(_ error: VectorError) -> Failure {
    switch error {
    case .unreadable(let file, let reason): Failure(.cannotRead, "\(file): \(reason)")
    case .empty(let file): Failure(.wrongData, "\(file):1:1: there is no line in it")
    case .notJSON(let file, let line):
      Failure(.wrongData, "\(file):\(line):1: expected one JSON object a line")
    case .unknownKind(let file, let line):
      Failure(.wrongData, "\(file):\(line):1: neither a tick, a list of steps nor an init")
    case .badField(let path, let file, let line):
      Failure(.wrongData, "\(file):\(line):1: \(path) is missing or not what the schema says")
    }
  }

  private static func failure(_ error: RecordedFileError) -> Failure {
    switch error {
    case .unreadable(let file, let reason): Failure(.cannotRead, "\(file): \(reason)")
    case .malformed(let file, let place, let what):
      Failure(.wrongData, "\(file): \(place.isEmpty ? "" : place + ": ")\(what)")
    }
  }

  private static func failure(_ error: OutputError) -> Failure {
    switch error {
    case .cannotCreate(let path, let reason): Failure(.cannotCreate, "\(path): \(reason)")
    case .cannotWrite(let path, let reason): Failure(.inputOutput, "\(path): \(reason)")
    }
  }

  private static func failure(_ error: RecordingError) -> Failure {
    switch error {
    case .cannotCreate(let path, let reason):
      Failure(.cannotCreate, "\(path): cannot be created: \(reason)")
    case .notFound(let path):
      Failure(.cannotRead, "\(path): there is no such database; `balloonsim run` makes one")
    case .unreadable(let path, let reason): Failure(.cannotRead, "\(path): \(reason)")
    case .foreign(let path, let id?):
      Failure(
        .wrongData,
        "\(path): a database of another program (application_id \(id)); choose another --db")
    case .foreign(let path, nil):
      Failure(.wrongData, "\(path): not a database; choose another --db")
    case .newer(let path, let version, let supported):
      Failure(
        .wrongData,
        "\(path): made by a newer balloonsim (version \(version), this one reads up to \(supported))"
      )
    case .older(let path, let version, let supported):
      Failure(
        .wrongData,
        "\(path): made by an older balloonsim (version \(version) of \(supported)) and not writable, "
          + "so it cannot be brought up to date")
    case .damaged(let path, let reason): Failure(.wrongData, "\(path): damaged: \(reason)")
    case .readOnly(let path): Failure(.cannotCreate, "\(path): may only be read")
    case .busy(let path, let waited):
      Failure(
        .busy, "\(path): another process has been writing to it for \(waited.components.seconds) s")
    case .diskFull(let path):
      Failure(.inputOutput, "\(path): no space left on the device; finished runs are kept")
    case .inputOutput(let path, let call, let code, let reason):
      Failure(.inputOutput, "\(path): \(call): \(reason) (SQLite code \(code))")
    case .unknownRun(let text):
      Failure(
        .wrongData, "no run '\(text)': give a number, the beginning of a key, or `last`")
    case .ambiguousRun(let text, let candidates):
      Failure(
        .wrongData,
        "'\(text)' begins the keys of runs \(candidates.map(String.init).joined(separator: ", "))")
    case .unknownColumn(let name, let table, let nearest):
      Failure(
        .usage,
        "no column '\(name)' in \(table.rawValue)"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    case .outOfRange(let what, let value, let limit):
      Failure(.wrongData, "\(what) \(value) is beyond the \(limit) that a database holds")
    }
  }
}
