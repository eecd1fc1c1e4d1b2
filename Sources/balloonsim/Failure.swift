import Policies
import Recording
import Reporting
import Scenarios
import Simulation
import Text
import Traces
import Units
import Validation

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
      // What only options are to blame for is wrong usage.
      let isInFile = error.problems.contains { if case .file = $0.place { true } else { false } }
      self = Failure(
        status: isInFile ? .wrongData : .usage, lines: error.problems.map(\.description))
    case let error as TraceProblem: self = Failure(.wrongData, error.description)
    case let error as TraceChangeError: self = Failure(.wrongData, error.description)
    case let error as UnreadableFile: self = Failure(.cannotRead, error.description)
    case let error as RecordingError: self = Self.failure(error)
    case let error as Exporter.OptionError: self = Failure(.usage, Self.sentence(error))
    case let error as AnalysisError: self = Failure(Self.status(error), Self.sentence(error))
    case let error as VectorError: self = Self.failure(error)
    case let error as RecordedFileError: self = Self.failure(error)
    case let error as StoppedRun:
      self = Failure(
        .ourFault,
        "a fault of the program: a check failed and stopped it (signal \(error.signal)); the run's command repeats it"
      )
    case let error as MemoryShortage: self = Self.failure(error)
    case is Interrupted: self = Failure(.interrupted, "interrupted; what was finished is kept")
    case Gnuplot.Fault.missing:
      self = Failure(.cannotRead, "gnuplot is not installed; Debian has it as gnuplot-nox")
    case Gnuplot.Fault.failed(let message):
      let lines = message.split(whereSeparator: \.isNewline).map { "gnuplot: \($0)" }
      self = Failure(status: .cannotCreate, lines: lines.isEmpty ? ["gnuplot failed"] : lines)
    case ReportLibrary.Fault.missing(let path):
      self = Failure(
        .cannotRead, "\(path) is not there; Debian has dygraphs as libjs-dygraphs")
    case let error as OutputError: self = Self.failure(error)
    default: return nil
    }
  }

  /// The failure that a scenario that cannot be run means.
  init(_ error: SimulationError, in scenario: ResolvedScenario) {
    let (path, message) = Self.problem(error)
    let place = scenario.place(of: path)
    let status: ExitStatus = if case .option? = place { .usage } else { .wrongData }
    self.init(status, (place.map { "\($0): " } ?? "") + "\(path): \(message)")
  }

  private init(status: ExitStatus, lines: [String]) {
    self.status = status
    self.lines = lines
  }

  /// The value of a scenario that keeps it from being run, and why.
  private static func problem(_ error: SimulationError) -> (path: String, message: String) {
    switch error {
    case .hostTooSmall(let guest, let needed, let free):
      (
        "host.memory",
        "guest \(guest) needs \(PageCount(needed).text) at boot and the host has "
          + "\(PageCount(free).text) left"
      )
    case .guestTooSmall(let guest, let kernel, let total):
      (
        ParameterPath.of(guest: guest, "memory").description,
        "the kernel alone takes \(PageCount(kernel).text) of \(PageCount(total).text)"
      )
    case .tooManyPages(let guest, let pages, let limit):
      (
        "guests.\(guest)",
        "file sets and committed memory, or swap, come to \(PageCount(pages).text); a guest may have "
          + "\(PageCount(limit).text)"
      )
    case .bootOption(let guest, let option, let value):
      (
        ParameterPath.of(guest: guest, "boot").description,
        "the kernel takes 0 or 1 for \(option), not '\(value)'"
      )
    }
  }

  private static func sentence(_ error: Exporter.OptionError) -> String {
    switch error {
    case .noCadence(let table):
      "--every thins out ticks; the rows of \(table.rawValue) come when something happens"
    case .noTime(let table): "--from and --to: the rows of \(table.rawValue) have no simulated time"
    case .noLayout(let table, let layout): "\(table.rawValue) cannot be made \(layout.rawValue)"
    case .noRun(let table): "--with: the rows of \(table.rawValue) belong to no run"
    case .spanNotPositive(let span): "--every takes a time above zero, not \(span.text)"
    case .emptySpan(let from, let to):
      "--from \((from - .zero).text) is after --to \((to - .zero).text)"
    }
  }

  /// A sweep that has no answer is no wrong usage.
  private static func status(_ error: AnalysisError) -> ExitStatus {
    switch error {
    case .nothingFinished, .nothingComplete, .nothingVaries, .noVariance, .noFullGrid, .noMap,
      .wrongDesign:
      .notHeld
    case .unknownMetric, .guestNeeded, .noSuchMetric, .notACondition, .wrongValue, .objectiveCount,
      .unknownParameter, .tooManyCurves:
      .usage
    }
  }

  private static func sentence(_ error: AnalysisError) -> String {
    switch error {
    case .unknownMetric(let name, let nearest):
      "no run has a metric '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .guestNeeded(let metric, let guests):
      "\(metric) is no sum over guests: say whose, such as \(guests.first ?? "").\(metric)"
    case .noSuchMetric(let name, let run): "run \(run) has no metric '\(name)'"
    case .notACondition(let text):
      "expected a metric and a value such as 'oom_kills == 0' with <, <=, >, >=, == or !=, found '\(text)'"
    case .wrongValue(let value, let unit, let condition):
      "'\(condition)': '\(value)' is neither a number nor a value in \(unit)"
    case .objectiveCount(let count): "two objectives are weighed, not \(count)"
    case .unknownParameter(let path, let varying):
      "'\(path)' is not one of the parameters that vary: \(varying.joined(separator: ", "))"
    case .noMap(let cells, let filled):
      "a map of the two would have \(cells) cells, \(filled) of them with a run: give --heat a grid of at most \(SweepGrid.cellLimit) cells"
    case .tooManyCurves(let count, let limit):
      "that makes \(count) curves, more than \(limit): choose fewer runs or columns, or --heat and a sweep in which less varies"
    case .nothingFinished: "no run of the sweep is finished"
    case .nothingComplete: "no setting of the sweep has a finished run under every condition"
    case .nothingVaries: "all runs of the sweep have the same settings"
    case .noVariance(let metric): "\(metric) is the same in all runs, so nothing explains it"
    case .wrongDesign(let points): "the sweep's design cannot have \(points) points"
    case .noFullGrid(let missing):
      "the runs are no full grid (\(missing) points are missing); finish the sweep, or use --design morris or saltelli"
    }
  }

  private static func failure(_ error: VectorError) -> Failure {
    switch error {
    case .empty(let file): Failure(.wrongData, "\(file):1:1: there is no line in it")
    case .notJSON(let file, let line):
      Failure(.wrongData, "\(file):\(line):1: expected one JSON object a line")
    case .unknownKind(let file, let line):
      Failure(
        .wrongData,
        "\(file):\(line):1: neither a tick, a list of steps nor an init of the driver, nor a life of "
          + DriverVectors.kinds.joined(separator: " or "))
    case .badField(let path, let file, let line):
      Failure(.wrongData, "\(file):\(line):1: \(path) is missing or not what the schema says")
    }
  }

  private static func failure(_ error: RecordedFileError) -> Failure {
    switch error {
    case .notJSON(let file, let line, let column):
      Failure(.wrongData, "\(file):\(line):\(column): not valid JSON")
    case .malformed(let file, let place, let what):
      Failure(.wrongData, "\(file): \(place.isEmpty ? "" : place + ": ")\(what)")
    }
  }

  private static func failure(_ error: OutputError) -> Failure {
    switch error {
    case .cannotCreate(let path, let reason): Failure(.cannotCreate, "\(path): \(reason)")
    case .cannotWrite(let path, let reason): Failure(.inputOutput, "\(path): \(reason)")
    case .noName: Failure(.usage, "-o takes the path of a file, or `-` for standard output")
    }
  }

  private static func failure(_ error: MemoryShortage) -> Failure {
    let limit = UnitScale.text(Double(error.limit.bytes), unit: "bytes")
    let whose =
      switch error.limit.source {
      case .option: "--memory-limit allows \(limit)"
      case .machine: "this machine has \(limit) left"
      case .controlGroup: "the control group has \(limit)"
      case .addresses: "ulimit leaves \(limit) of addresses"
      }
    let needed = UnitScale.text(Double(error.needed), unit: "bytes")
    return Failure(.cannotCreate, "about \(needed) of memory would be needed, and \(whose)")
  }

  private static func failure(_ error: RecordingError) -> Failure {
    switch error {
    case .cannotCreate(let path, let reason):
      Failure(.cannotCreate, "\(path): cannot be created: \(reason)")
    case .notFound(let path):
      Failure(.cannotRead, "\(path): there is no database yet; `balloonsim run` makes one")
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
        "\(path): made by an older balloonsim (version \(version) of \(supported)); "
          + "a command that writes to it, such as `balloonsim run`, brings it up to date")
    case .halfMade(let path):
      Failure(
        .cannotRead,
        "\(path): its making was cut short and nothing is in it yet; `balloonsim run` completes it")
    case .damaged(let path, let reason): Failure(.wrongData, "\(path): damaged: \(reason)")
    case .foreignLog(let path):
      Failure(
        .wrongData,
        "\(path)-wal: not the log of this database, or damaged; the database is sound without it")
    case .unsound(let path, let finding):
      Failure(.wrongData, "\(path): damaged: \(DatabaseCommand.Check.sentence(finding))")
    case .readOnly(let path): Failure(.cannotCreate, "\(path): may only be read")
    case .busy(let path, let waited):
      Failure(
        .busy,
        "\(path): another process has been writing to it for "
          + SimDuration.nanoseconds(Int64(waited / .nanoseconds(1))).text)
    case .diskFull(let path):
      Failure(.inputOutput, "\(path): no space left on the device; finished runs are kept")
    case .inputOutput(let path, let call, let code, let reason):
      Failure(
        .inputOutput, "\(path): \(call): \(reason) (SQLite code \(code)); finished runs are kept")
    case .conflictingRun(let key, let path, let fingerprint, let other, let otherFingerprint):
      Failure(
        .wrongData,
        "\(path): run \(key) has the fingerprint \(fingerprint), in \(other) it has \(otherFingerprint); "
          + "nothing was merged")
    case .unknownRun("last"): Failure(.usage, "there is no run in the database yet")
    case .unknownRun(let text):
      Failure(.usage, "no run '\(text)': give a number, the beginning of a key, or `last`")
    case .ambiguousRun(let text, let candidates):
      Failure(
        .usage,
        "'\(text)' begins the keys of runs \(candidates.map(String.init).joined(separator: ", "))")
    case .unknownSweep("last"): Failure(.usage, "there is no sweep in the database yet")
    case .unknownSweep(let text):
      Failure(.usage, "no sweep '\(text)': give its number, its name, or `last`")
    case .ambiguousSweep(let text, let candidates):
      Failure(
        .usage,
        "'\(text)' is the name of sweeps \(candidates.map(String.init).joined(separator: ", ")): give a number"
      )
    case .unknownColumn(let name, let table, let nearest):
      Failure(
        .usage,
        "no column '\(name)' in \(table.rawValue)"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    case .unknownOrder(let name, let nearest):
      Failure(
        .usage,
        "--sort: '\(name)' is neither a column nor a metric of any run"
          + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    case .outOfRange(let what, let value, let limit):
      Failure(.wrongData, "\(what) \(value) is beyond the \(limit) that a database holds")
    }
  }
}

extension ResolvedScenario {
  /// Refuses what cannot be run, without building it.
  func check() throws(Failure) {
    do {
      try Simulation.check(scenario, demands: demands)
    } catch {
      throw Failure(error, in: self)
    }
  }

  /// A run of the scenario, ready to start.
  func simulation(observer: (any RunObserver)? = nil) throws(Failure) -> Simulation {
    do {
      return try Simulation(scenario, demands: demands, observer: observer)
    } catch {
      throw Failure(error, in: self)
    }
  }
}
