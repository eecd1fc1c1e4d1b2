import ArgumentParser
import Foundation
import Recording
import Scenarios
import Simulation
import Statistics
import Text
import Traces
import Units

/// `balloonsim trace generate`.
struct TraceGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make up a trace of a shape, or one like a recorded one.",
    discussion: "The same options and seed give the same trace.",
    subcommands: [
      Step.self, Ramp.self, Sawtooth.self, Sine.self, Bursts.self, Walk.self, Like.self,
    ])

  /// What all shapes have.
  struct Common: ParsableArguments {
    @Option(
      name: .customLong("span"),
      help: ArgumentHelp(
        "How long the trace lasts (default: 1h, of sine a period).", valueName: "time"))
    var givenSpan: SimDuration?

    @Option(help: ArgumentHelp("Time between samples.", valueName: "time"))
    var step: SimDuration = .seconds(1)

    @Option(help: "Decides what is drawn.")
    var seed: UInt64 = 1

    @Option(
      help: ArgumentHelp(
        "The machine's memory, so that the trace runs by itself.", valueName: "size"))
    var memory: PageCount?

    @OptionGroup var target: TraceOutput
    @OptionGroup var output: OutputOptions

    /// The most samples of a trace.
    static let sampleLimit: Int64 = 100_000_000

    /// How long the trace lasts, if not told otherwise.
    var span: SimDuration { givenSpan ?? .seconds(3_600) }

    /// Refuses more samples than there may be, or than fit into memory.
    static func check(span: SimDuration, step: SimDuration, option: String) throws {
      guard step > .zero, span >= .zero, span.nanoseconds / step.nanoseconds < sampleLimit else {
        throw Failure(
          .usage,
          "--span and \(option) make from 1 to \(sampleLimit) samples, not \(span.text) by \(step.text)"
        )
      }
      // Two arrays of levels, one of them with what is touched.
      try MemoryEstimate(bytes: 48 * Int(span.nanoseconds / step.nanoseconds)).check(limit: nil)
    }

    /// Writes a shape.
    func write(_ shape: TraceShape, _ text: String, span usual: SimDuration? = nil) throws {
      let span = givenSpan ?? usual ?? self.span
      try Self.check(span: span, step: step, option: "--step")
      let levels = shape.levels(step: step, span: span, seed: seed).map {
        (committed: $0, touched: Int?.none)
      }
      try target.write(besides: []) {
        try TraceReader.write(
          generated: levels, step: step, memory: memory, text: "\(text), seed \(seed)", to: $0)
      }
    }
  }

  /// The two levels between which most shapes go.
  struct Levels: ParsableArguments {
    @Option(help: ArgumentHelp("The lower level.", valueName: "size"))
    var low: PageCount = .pages(131_072)

    @Option(help: ArgumentHelp("The upper level.", valueName: "size"))
    var high: PageCount = .pages(524_288)

    func validate() throws {
      guard low <= high else { throw ValidationError("--low is above --high") }
      guard high.pages <= 1 << 38 else { throw ValidationError("--high takes up to 1024TiB") }
    }

    /// `from LOW to HIGH`.
    var text: String { "from \(low.text) to \(high.text)" }
  }

  struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One level, then another.")
    @Option(help: ArgumentHelp("When (default: in the middle).", valueName: "time"))
    var at: SimDuration?
    @OptionGroup var levels: Levels
    @OptionGroup var common: Common

    func run() throws {
      let at = at ?? .nanoseconds(common.span.nanoseconds / 2)
      try common.write(
        .step(low: levels.low, high: levels.high, at: at), "step \(levels.text) at \(at.text)")
    }
  }

  struct Ramp: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A straight line up.")
    @Option(help: ArgumentHelp("Where it begins.", valueName: "time"))
    var from: SimDuration = .zero
    @Option(help: ArgumentHelp("Where it ends (default: with the trace).", valueName: "time"))
    var to: SimDuration?
    @OptionGroup var levels: Levels
    @OptionGroup var common: Common

    func run() throws {
      let to = to ?? common.span
      if to < from { throw Failure(.usage, "--to is before --from") }
      try common.write(
        .ramp(low: levels.low, high: levels.high, from: from, to: to),
        "ramp \(levels.text), \(from.text) to \(to.text)")
    }
  }

  struct Sawtooth: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Straight lines up, each followed by a fall.")
    @Option(help: ArgumentHelp("How long one tooth is.", valueName: "time"))
    var period: SimDuration = .seconds(600)
    @OptionGroup var levels: Levels
    @OptionGroup var common: Common

    func run() throws {
      try checkPeriod(period)
      try common.write(
        .sawtooth(low: levels.low, high: levels.high, period: period),
        "sawtooth \(levels.text), period \(period.text)")
    }
  }

  struct Sine: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A day: the lower level at its beginning, the upper in its middle.")
    @Option(help: ArgumentHelp("How long a day is.", valueName: "time"))
    var period: SimDuration = .seconds(86_400)
    @OptionGroup var levels: Levels
    @OptionGroup var common: Common

    func run() throws {
      try checkPeriod(period)
      try common.write(
        .sine(low: levels.low, high: levels.high, period: period),
        "sine \(levels.text), period \(period.text)", span: period)
    }
  }

  struct Bursts: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bursts that arrive as a Poisson process, with sizes of a heavy tail.")
    @Option(help: "How many arrive in an hour, on average.")
    var perHour = 12.0
    @Option(help: ArgumentHelp("The smallest burst.", valueName: "size"))
    var size: PageCount = .pages(16_384)
    @Option(help: "The exponent of the sizes' tail: bursts above x are as frequent as x^-tail.")
    var tail = 1.5
    @Option(help: ArgumentHelp("How long a burst lasts on average.", valueName: "time"))
    var length: SimDuration = .seconds(30)
    @OptionGroup var levels: Levels
    @OptionGroup var common: Common

    func validate() throws {
      guard perHour > 0, perHour <= 1e6 else {
        throw ValidationError("--per-hour takes a number above 0 and up to 1e6")
      }
      guard tail > 0, tail <= 100 else {
        throw ValidationError("--tail takes a number above 0 and up to 100")
      }
      guard size > .zero, length > .zero else {
        throw ValidationError("--size and --length are above zero")
      }
    }

    func run() throws {
      let bursts = TraceBursts(
        low: levels.low, high: levels.high, perHour: perHour, size: size, tail: tail, length: length
      )
      guard perHour * Double(common.span.nanoseconds) / 3_600e9 <= 1e8 else {
        throw Failure(.usage, "--per-hour over --span makes more than 1e8 bursts")
      }
      try common.write(
        .bursts(bursts),
        "bursts \(levels.text), \(perHour) an hour, at least \(size.text), tail \(tail), \(length.text) long"
      )
    }
  }

  struct Walk: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A random walk between two levels.")
    @Option(
      help: ArgumentHelp("The standard deviation of the change in a minute.", valueName: "size"))
    var deviation: PageCount = .pages(16_384)
    @OptionGroup var levels: Levels
    @OptionGroup var common: Common

    func run() throws {
      guard deviation.pages <= 1 << 38 else {
        throw Failure(.usage, "--deviation takes up to 1024TiB")
      }
      try common.write(
        .walk(low: levels.low, high: levels.high, deviation: deviation),
        "walk \(levels.text), \(deviation.text) a minute")
    }
  }

  struct Like: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Another trace with the level, variability and burstiness of a recorded one.",
      discussion: """
        Pieces of the recording follow one another where their levels fit. What takes longer than a piece, such as a day's \
        course, is not kept.
        """)
    @Argument(help: "A trace in any format of `balloonsim trace formats`.", completion: .file())
    var file: String
    @Option(
      help: ArgumentHelp(
        "How long the trace lasts (default: as the recorded one).", valueName: "time"))
    var span: SimDuration?
    @Option(
      help: ArgumentHelp(
        "Time between samples of the new trace (default: as recorded).", valueName: "time"))
    var every: SimDuration?
    @Option(help: "Decides what is drawn.")
    var seed: UInt64 = 1
    @OptionGroup var importing: ImportArguments
    @OptionGroup var target: TraceOutput
    @OptionGroup var output: OutputOptions

    func run() throws {
      let trace = try TraceReader.read(file, options: importing.options())
      let step = every ?? trace.provenance.interval ?? .seconds(1)
      let span = span ?? trace.span
      for length in [span, trace.span] {
        try Common.check(span: length, step: step, option: "--every")
      }
      let likeness = TraceLikeness(trace, step: step)
      let levels = likeness.draw(count: Int(span.nanoseconds / step.nanoseconds) + 1, seed: seed)
      let text = "like \(file), SHA-256 \(trace.provenance.sha256), seed \(seed)"
      try target.write(besides: [file]) {
        try TraceReader.write(
          generated: levels, step: step, memory: trace.machineMemory, text: text, to: $0)
      }
      let pair = [
        likeness.series,
        EvenSeries(step: likeness.series.step, values: levels.map { Double($0.committed) }),
      ]
      if output.json, target.file != nil, target.file != "-" { return try put(json(pair)) }
      if !output.quiet, !output.json { report(pair) }
    }

    /// One JSON object: the figures of either.
    private func json(_ pair: [EvenSeries]) -> JSON {
      func figures(_ series: EvenSeries) -> JSON {
        [
          "mean_pages": series.mean, "deviation_pages": series.deviation,
          "least_pages": series.values.min(), "greatest_pages": series.values.max(),
          "quick_rise_pages": series.quickRise, "greatest_rise_pages": series.changes.max(),
          "memory_s": series.thinned().memory.map { $0 * series.step.seconds },
        ]
      }
      return ["recorded": figures(pair[0]), "generated": figures(pair[1])]
    }

    /// Says how alike the two are.
    private func report(_ pair: [EvenSeries]) {
      let thin = pair.map { $0.thinned() }
      func row(_ name: String, _ figure: (EvenSeries) -> Double) -> [String] {
        [name] + pair.map { UnitScale.text(figure($0), unit: "pages") }
      }
      let rows = [
        row("mean", \.mean), row("standard deviation", \.deviation),
        row("least") { $0.values.min() ?? 0 }, row("greatest") { $0.values.max() ?? 0 },
        row("rise in a step, 99 of 100 below", \.quickRise),
        row("greatest rise in a step") { $0.changes.max() ?? 0 },
        ["memory (autocorrelation to 1/e)"]
          + thin.map { series in
            series.memory.map {
              UnitScale.text($0 * series.step.seconds, unit: "s")
            } ?? "-"
          },
      ]
      let table = TableText(
        columns: [.init("committed"), .init("recorded", .right), .init("generated", .right)],
        rows: rows)
      note(table.text(width: Terminal.width(of: STDERR_FILENO) ?? 100), terminator: "")
    }
  }
}

/// Refuses a period that is none.
private func checkPeriod(_ period: SimDuration) throws(Failure) {
  if period <= .zero { throw Failure(.usage, "--period takes a time above zero") }
}
