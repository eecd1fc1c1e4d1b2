import Foundation
import Testing

/// A folder of one test, in which the built program is started as a user would, and a small scenario to start with.
///
/// The folder goes with the last reference.
final class Workplace: Sendable {
  /// The folder.
  let folder: URL
  /// What `small.yaml` holds: 20 s of a guest of 64 MiB, no more than 10,000 page accesses.
  static let small = """
    name: small
    duration: 20s
    seed: 3
    guests:
      - name: one
        memory: 64MiB
        swap: { size: 64MiB }
        committed: { trace: demand.csv }
        anon: { touched: 0.8, access: { rate: 200/s } }
        files:
          - { name: data, size: 8MiB, rate: 100/s, writes: 0.1 }
    events:
      - { at: 10s, write: { selfballoon_interval: 1 } }

    """
  /// What `demand.csv` holds: the trace of `small.yaml`.
  static let demand = "time_s,committed_kb\n0,20480\n8,51200\n14,10240\n"

  /// The folder of the built program, which is that of these tests too.
  private static let products = Bundle.main.bundleURL.path

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "balloonsim-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write(Self.small, to: "small.yaml")
    try write(Self.demand, to: "demand.csv")
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      Issue.record(error, "a test folder that stays")
    }
  }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Writes a file of the folder.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// The text of a file of the folder.
  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }

  /// Runs the program to its end.
  func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await start(arguments, environment: environment).outcome()
  }

  /// The exported table of the last sweep without the runs' numbers, which tell in what order they were made.
  func sweepTable(_ db: String) async throws -> [String] {
    let outcome = try await run("export", "--sweep", "last", "--db", db)
    outcome.expect(0)
    return outcome.lines.map { line in
      var cells = line.split(separator: ",", omittingEmptySubsequences: false)
      cells.remove(at: 2)
      return cells.joined(separator: ",")
    }
  }

  /// Runs a shell script to its end; in it the program is called `balloonsim`.
  func shell(_ script: String) async throws -> Outcome {
    try await start(program: "/bin/sh", ["-c", script]).outcome()
  }

  /// What a command draws on a terminal of `columns` columns until a line has the text `drawn`; then it is interrupted.
  ///
  /// It waits for what is drawn and for no time: a machine that does much else draws late. Two minutes are waited.
  func interrupted(
    columns: Int, _ command: String, afterDrawing drawn: String, environment: String = ""
  ) async throws -> Outcome {
    // A shell starts what runs beside it with interrupts ignored, unless jobs have groups of their own.
    try await shell(
      """
      set -m
      \(environment) script -qefc "stty cols \(columns); echo \\$\\$ > pid; exec \(command)" \
        /dev/null < /dev/null > drawn &
      for tenth in $(seq 1200); do
        if grep -aq '\(drawn)' drawn; then break; fi
        sleep 0.1
      done
      kill -INT "$(cat pid)"
      wait
      cat drawn
      """)
  }

  /// Starts the program.
  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
    try start(program: Self.products + "/balloonsim", arguments, environment: environment)
  }

  private func start(
    program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    var variables = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("BALLOONSIM_") && $0.key != "NO_COLOR" }
    variables["PATH"] = Self.products + ":" + (variables["PATH"] ?? "/usr/bin:/bin")
    variables.merge(environment) { $1 }
    return try RunningProgram(program, arguments, environment: variables, folder: folder)
  }
}

/// A program that was started.
final class RunningProgram: Sendable {
  /// Held while a program is started.
  private static let starting = NSLock()
  private let process = Process()
  private let output: URL
  private let errors: URL
  private let ends: AsyncStream<Void>

  /// Starts a program with nothing to read; what it prints goes to files beside the folder.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], folder: URL
  ) throws {
    let place = FileManager.default.temporaryDirectory
      .appending(path: "balloonsim-output-\(UUID().uuidString)").path
    output = URL(filePath: place + ".out")
    errors = URL(filePath: place + ".err")
    let (ends, end) = AsyncStream<Void>.makeStream()
    self.ends = ends
    for file in [output, errors] { try Data().write(to: file) }
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.terminationHandler = { _ in end.finish() }
    // Foundation notices the end of a program by a socket that closes. A program started at the same moment would keep a
    // copy of it open, and two that never end could so wait for each other.
    Self.starting.lock()
    defer { Self.starting.unlock() }
    try process.run()
  }

  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }

  /// Sends a signal to that of its threads which has worked most, as the processor does when a check fails in it.
  func sendToWorker(_ signal: Int32) throws {
    let script = """
      import ctypes, os, sys
      process, signal = map(int, sys.argv[1:])
      def work(thread):
          with open(f"/proc/{process}/task/{thread}/stat") as file:
              return int(file.read().rsplit(")", 1)[1].split()[11])
      threads = [int(name) for name in os.listdir(f"/proc/{process}/task") if int(name) != process]
      sys.exit(ctypes.CDLL(None).tgkill(process, max(threads, key=work), signal))
      """
    let sender = Process()
    sender.executableURL = URL(filePath: "/usr/bin/env")
    sender.arguments = ["python3", "-c", script, "\(process.processIdentifier)", "\(signal)"]
    try Self.starting.withLock { try sender.run() }
    sender.waitUntilExit()
    #expect(sender.terminationStatus == 0)
  }

  /// Sends it a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for its end; a test that is out of time ends it.
  func outcome() async throws -> Outcome {
    for await _ in ends {}
    if process.isRunning { send(SIGKILL) }
    process.waitUntilExit()
    defer {
      #expect(throws: Never.self) {
        for file in [output, errors] { try FileManager.default.removeItem(at: file) }
      }
    }
    return Outcome(
      code: process.terminationStatus, isKilled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }
}

/// How a program ended.
struct Outcome: CustomStringConvertible {
  /// The exit code, or the number of the signal that killed it.
  var code: Int32
  /// Whether a signal killed it; a crash is one.
  var isKilled: Bool
  /// What stood on standard output.
  var output: String
  /// What stood on standard error.
  var errors: String

  /// All of it.
  var description: String {
    "\(isKilled ? "signal" : "exit") \(code)\n\(output.prefix(4_000))\n\(errors.prefix(4_000))"
  }

  /// The lines of standard output.
  var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// Standard output as JSON.
  func json() throws -> Any {
    try JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
  }

  /// Expects an exit with this code.
  func expect(
    _ code: Int32, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(!isKilled && self.code == code, "\(self)", sourceLocation: sourceLocation)
  }

  /// Expects a failure: this code, nothing on standard output, and these messages.
  func expect(
    _ code: Int32, saying messages: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expect(code, sourceLocation: sourceLocation)
    #expect(output == "", sourceLocation: sourceLocation)
    #expect(
      errors == messages.map { "balloonsim: \($0)\n" }.joined(), sourceLocation: sourceLocation)
  }
}
