public import ArgumentParser
import Traces
import Units

/// The file that a trace is made of.
struct TraceInput: ParsableArguments {
  @Argument(
    help: "A trace in any format of `balloonsim trace formats`; `-`: standard input.",
    completion: .file())
  var file: String

  @OptionGroup var importing: ImportArguments
  @OptionGroup var target: TraceOutput
  @OptionGroup var output: OutputOptions

  /// Writes the trace with changes.
  func write(_ changes: TraceChange...) throws {
    let options = try importing.options()
    try target.make(of: [file], output) {
      [try TraceReader.write([file], options: options, changes: changes, to: $0)]
    }
  }
}

/// `balloonsim trace slice`.
struct TraceSliceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slice", abstract: "Cut a window out of a trace.",
    discussion: """
      Times are those since the first sample (90s, 2h) or of the clock (2026-11-23T08:00:00, with Z or an offset if the \
      trace is in UTC), where the trace tells it. Each level holds until the next sample, so the slice has a sample at \
      either end.
      """)

  @Option(help: ArgumentHelp("Where it begins (default: with the trace).", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Where it ends (default: with the trace).", valueName: "time"))
  var to: String?

  @OptionGroup var input: TraceInput

  func validate() throws {
    if from == nil && to == nil { throw ValidationError("give --from, --to or both") }
  }

  func run() throws { try input.write(.slice(from: moment(from, "from"), to: moment(to, "to"))) }

  private func moment(_ text: String?, _ option: String) throws -> TraceMoment? {
    guard let text else { return nil }
    if let moment = TraceMoment(text) { return moment }
    throw Failure(
      .usage, "--\(option) takes a time such as 90s, 2h or 2026-11-23T08:00:00, not '\(text)'")
  }
}

/// `balloonsim trace resample`.
struct TraceResampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resample", abstract: "Change the step of a trace.",
    discussion: """
      A sample stands for the level in force at its time (held), for the step that begins with it (mean, greatest), or \
      lies on the straight line between the recorded ones around it (interpolated). Counters are what they were.
      """)

  @Option(help: ArgumentHelp("Time between samples of the other CSV.", valueName: "time"))
  var every: SimDuration

  @Option(help: "held, mean, greatest or interpolated.")
  var rule = ResamplingRule.held

  @OptionGroup var input: TraceInput

  func run() throws {
    if every <= .zero { throw Failure(.usage, "--every takes a time above zero") }
    try input.write(.resample(step: every, rule: rule))
  }
}

/// `balloonsim trace scale`.
struct TraceScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Make a trace of a smaller or larger machine, or a slower one.",
    discussion: """
      Amounts of memory, the machine's own among them, are multiplied: by a factor, or so that the machine or the \
      greatest committed memory gets a size. Counters stay.
      """)

  @Option(help: ArgumentHelp("Times this.", valueName: "factor"))
  var by: Double?

  @Option(help: ArgumentHelp("So that the machine has this memory.", valueName: "size"))
  var toMemory: PageCount?

  @Option(help: ArgumentHelp("So that committed memory is this at most.", valueName: "size"))
  var toPeak: PageCount?

  @Option(help: ArgumentHelp("Times since the first sample times this.", valueName: "factor"))
  var stretch = 1.0

  @OptionGroup var input: TraceInput

  func validate() throws {
    if [by != nil, toMemory != nil, toPeak != nil].count(where: \.self) > 1 {
      throw ValidationError("--by, --to-memory and --to-peak are three ways to say the same")
    }
    if by == nil, toMemory == nil, toPeak == nil, stretch == 1 {
      throw ValidationError("give --by, --to-memory, --to-peak or --stretch")
    }
    for (name, value) in [("by", by ?? 1), ("stretch", stretch)]
    where !(value > 0 && value <= 1e9) {
      throw ValidationError("--\(name) takes a factor above 0 and up to 1e9")
    }
  }

  func run() throws { try input.write(.scale(factor: factor(), stretch: stretch)) }

  private func factor() throws -> Double {
    guard let wanted = toMemory ?? toPeak else { return by ?? 1 }
    if input.file == "-" {
      throw Failure(
        .usage, "--to-memory and --to-peak read the trace twice, so not from standard input")
    }
    let trace = try TraceReader.read(input.file, options: input.importing.options())
    let own =
      toMemory == nil ? trace.samples.map(\.committed).max() : trace.machineMemory
    guard let own, own > .zero else {
      throw Failure(
        .wrongData,
        "\(input.file): "
          + (toMemory == nil
            ? "nothing is committed in it"
            : "the trace does not tell the machine's memory: give it with --memory, or use --by"))
    }
    return Double(wanted.pages) / Double(own.pages)
  }
}

/// `balloonsim trace merge`.
struct TraceMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Add traces up: several processes or machines become one.",
    discussion: """
      The sum has a sample wherever one of the traces has one, and the columns that all of them have. Each level holds \
      until its trace's next sample. Traces are read into memory.
      """)

  @Argument(help: "Two or more traces, in any formats.", completion: .file())
  var files: [String]

  @Option(help: "start: the first samples at one time; clock: each at its time of day.")
  var align = TraceAlignment.start

  @Option(help: "What a trace adds before its first and after its last sample: nothing or held.")
  var outside = TraceOutside.nothing

  @OptionGroup var importing: ImportArguments
  @OptionGroup var target: TraceOutput
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if files.count < 2 { throw ValidationError("give two traces or more") }
  }

  func run() throws {
    let options = try importing.options()
    try target.make(of: files, output) {
      try TraceReader.merge(files, options: options, alignment: align, outside: outside, to: $0)
    }
  }
}

extension ResamplingRule: ExpressibleByArgument {}
extension TraceAlignment: ExpressibleByArgument {}
extension TraceOutside: ExpressibleByArgument {}
