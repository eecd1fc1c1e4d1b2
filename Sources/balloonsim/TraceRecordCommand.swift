import ArgumentParser
import Foundation
import Recording
import Text
import Traces
import Units

/// `balloonsim trace record`.
struct TraceRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record the memory of this Linux machine, while a command runs.",
    usage: "balloonsim trace record [-o <file>] [<options>] [-- <command> ...]",
    discussion: """
      Samples /proc/meminfo, /proc/vmstat and /proc/pressure/memory until the command ends, Ctrl-C, or for --duration. The \
      exit code is that of the command. Every line is written when it is whole, so what is on disk can be used at any time.
      """)

  @Option(help: ArgumentHelp("Time between samples.", valueName: "time"))
  var interval: SimDuration = .seconds(1)

  @Option(
    help: ArgumentHelp(
      "Record for so long; a command that takes longer goes on by itself.", valueName: "time"))
  var duration: SimDuration?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The CSV; `-` or nothing: standard output, if there is no command.", completion: .file())
  var file: String?

  @OptionGroup var output: OutputOptions

  @Argument(parsing: .postTerminator, help: "A command to be run meanwhile.")
  var command: [String] = []

  func validate() throws {
    guard (.milliseconds(1) ... .seconds(86_400)).contains(interval) else {
      throw ValidationError("--interval takes a time from 1ms to 1d")
    }
    if let duration, duration <= .zero {
      throw ValidationError("--duration takes a time above zero")
    }
    if !command.isEmpty, file == nil {
      throw ValidationError("give -o: standard output belongs to the command")
    }
  }

  func run() throws {
    let target = try OutputFile(file)
    let names = ProcessInfo.processInfo
    var facts = [
      "recorded: balloonsim \(programVersion) on \(names.hostName), \(names.operatingSystemVersionString), "
        + "every \(interval.text)"
    ]
    if !command.isEmpty { facts.append("command: \(shellCommand(command))") }
    let signals = AwaitedSignals()
    let recorder = try TraceRecorder(interval: interval, facts: facts) { bytes in
      try target.write(bytes)
      // The first lines take the place of an older recording; the file then grows line by line.
      try target.publish()
    }
    var child = try command.isEmpty ? nil : Child(command, signals)
    do {
      try record(recorder, signals, &child)
      try target.close()
    } catch {
      // The command is not to suffer for a full disk.
      child?.wait()
      throw error
    }
    let seconds = recorder.elapsed.seconds
    let share = processorTime() / max(1e-9, seconds)
    let path = file == "-" ? nil : file
    let json: JSON = [
      "file": path, "samples": recorder.samples, "seconds": seconds, "processor_share": share,
    ]
    let text =
      output.json
      ? json.text
      : "\(recorder.samples) samples in \(UnitScale.text(seconds, unit: "s"))"
        + (path.map { " in \($0)" } ?? "")
        + "; recording took \((share * 1_000).rounded() / 10)% of a processor"
    if output.json, path != nil, command.isEmpty {
      try put(text)
    } else {
      // Standard output has the trace, or belongs to the command.
      output.say(text)
    }
    if var child {
      if child.status == nil { output.say("the command goes on; waiting for it") }
      child.wait()
      if let status = child.status, status != 0 { throw ExitCode(status) }
    }
  }

  /// Samples until there is a reason to end.
  private func record(
    _ recorder: TraceRecorder, _ signals: AwaitedSignals, _ child: inout Child?
  ) throws {
    while true {
      var wait = recorder.wait
      if let duration { wait = min(wait, max(.zero, duration - recorder.elapsed)) }
      switch signals.await(wait) {
      case SIGCHLD:
        child?.look()
        if child?.status != nil { return try recorder.sample() }
      case let signal where [SIGTERM, SIGINT, SIGHUP].contains(signal):
        guard let child else { return try recorder.sample() }
        // Ctrl-C reaches the command too; its end ends the recording.
        if signal != SIGINT { child.send(signal) }
      default:
        if let duration, recorder.elapsed >= duration { return try recorder.sample() }
        if recorder.wait == .zero { try recorder.sample() }
      }
    }
  }

  /// Seconds of a processor that this program has used, without the command.
  private func processorTime() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let times: [timeval] = [usage.ru_utime, usage.ru_stime]
    return times.reduce(0.0) { (sum: Double, time: timeval) -> Double in
      let seconds = Double(time.tv_sec)
      return sum + seconds + Double(time.tv_usec) / 1e6
    }
  }
}

/// Signals that are waited for instead of interrupting.
struct AwaitedSignals {
  /// The signals that were blocked before.
  let before: sigset_t
  private let set: sigset_t

  init() {
    var (set, before) = (sigset_t(), sigset_t())
    sigemptyset(&set)
    for signal in [SIGCHLD, SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, &before)
    (self.set, self.before) = (set, before)
  }

  /// Waits for one of them, but no longer than a time; the signal, or -1.
  func await(_ time: SimDuration) -> Int32 {
    var set = set
    var rest = timespec(
      tv_sec: Int(time.nanoseconds / 1_000_000_000), tv_nsec: Int(time.nanoseconds % 1_000_000_000))
    return sigtimedwait(&set, nil, &rest)
  }
}

/// A command that runs beside, in the same process group, so that it keeps the terminal.
///
/// Foundation's `Process` gives it a group of its own, which may then neither read the terminal nor get Ctrl-C.
struct Child {
  private let process: pid_t
  /// Its exit code, 128 and the signal if one ended it; nothing while it runs.
  private(set) var status: Int32?

  init(_ command: [String], _ signals: AwaitedSignals) throws {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var mask = signals.before
    posix_spawnattr_setsigmask(&attributes, &mask)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGPIPE, SIGXFSZ] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let error = posix_spawnp(&process, command[0], nil, &attributes, &arguments, environ)
    guard error == 0 else {
      throw Failure(.cannotRead, "\(command[0]): \(String(cString: strerror(error)))")
    }
    self.process = process
  }

  /// Sends it a signal.
  func send(_ signal: Int32) { kill(process, signal) }

  /// Looks whether it has ended.
  mutating func look() { wait(WNOHANG) }

  /// Waits until it has ended.
  mutating func wait() { if status == nil { wait(0) } }

  private mutating func wait(_ options: Int32) {
    var word: Int32 = 0
    while true {
      let found = waitpid(process, &word, options)
      if found == -1, errno == EINTR { continue }
      if found != process { return }
      let signal = word & 0x7F
      status = signal == 0 ? word >> 8 & 0xFF : 128 + signal
      return
    }
  }
}
