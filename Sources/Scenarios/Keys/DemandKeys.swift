internal import MemoryModel
internal import Simulation
internal import Traces
internal import Units

extension CommittedSpec {
  /// The keys of what a guest commits.
  static let keys: [ScenarioKey<CommittedSpec>] = [
    .oneOf([
      ScenarioKey(
        name: "trace",
        rows: { _ in
          [
            KeyRow(
              path: "trace", type: "path", fallback: "one of",
              meaning: "a recorded trace of any format in `Docs/traces.md`, a file or a folder")
          ] + ImportOptions.keys.rows(ImportOptions())
        },
        read: { $2.trace(&$0, &$1) },
        entries: { spec in
          guard case .trace(let path, let options) = spec.source else { return [] }
          return [("trace", .text(path))] + ImportOptions.keys.flatMap { $0.entries(options) }
        }),
      ScenarioKey(
        name: "constant",
        rows: { _ in
          [
            KeyRow(
              path: "constant", type: ScalarKind<PageCount>.size(ScenarioLimits.committed).type,
              fallback: "the", meaning: "one level")
          ]
        },
        read: { reader, spec, _ in
          let level = reader.optional("constant", .size(ScenarioLimits.committed))
          spec.source = .constant(level ?? .zero)
        },
        entries: { spec in
          guard case .constant(let level) = spec.source else { return [] }
          return [("constant", .size(level))]
        }),
      ScenarioKey(
        name: "points",
        rows: { _ in
          [
            KeyRow(
              path: "points", type: "list of `{ at, committed, touched }`", fallback: "three",
              meaning: "`at` from 0s on, rising", note: "`touched` in all points or in none")
          ]
        },
        read: { $2.points(&$0, &$1) },
        entries: { spec in
          guard case .points(let points) = spec.source else { return [] }
          return [("points", .list(points.map(CommittedPoint.keys.tree)))]
        }),
    ]),
    ScenarioKey(
      "scale", \.scalePPM, .millionths(ScenarioLimits.scale), "factor on committed and touched"),
    ScenarioKey(
      "between", \.between, .choice, "how a sample leads to the next: a jump, or a straight line",
      note: "not with `constant`. Left out with a trace whose samples are 60 s apart or more, "
        + "both are run: `Docs/traces.md`, 6"
    ).ofSamples,
    ScenarioKey(
      "times", \.times, .count(1...1_000_000), "how often the samples are played",
      note: "not with `constant`; 3650 d in all"
    ).ofSamples,
  ]
}

extension ScenarioKey<CommittedSpec> {
  /// The key, which has no sense where one level holds all the time.
  fileprivate var ofSamples: ScenarioKey {
    ScenarioKey(
      name: name, rows: rows,
      read: { if !$0.has("constant") { read(&$0, &$1, $2) } },
      entries: { if case .constant = $0.source { [] } else { entries($0) } })
  }
}

extension CommittedPoint {
  /// The keys of a sample.
  static let keys: [ScenarioKey<CommittedPoint>] = [
    .required("at", \.at, .instant(ScenarioLimits.instant), "since when"),
    .required("committed", \.committed, .size(ScenarioLimits.committed), "what is committed"),
    .optional("touched", \.touched, .size(ScenarioLimits.committed), "what of it is touched"),
  ]
}

extension ImportOptions {
  /// The keys of what a trace's file leaves open, beside `trace`.
  static let keys: [ScenarioKey<ImportOptions>] = [
    .optional("format", \.format, .traceFormat, "the format's name"),
    .optional("committed_from", \.committedFrom, .choice, "what stands for Committed_AS"),
    .optional("gaps", \.chosenGaps, .choice, "what becomes of gaps"),
    .optional("host", \.host, .text, "which machine, where the file has several"),
    .optional(
      "step", \.step, .time(.nanoseconds(1)...ScenarioLimits.longestTime),
      "time between two samples"),
    .optional(
      "machine_memory", \.machineMemory, .size(PageCount(1)...PageCount(1 << 38)),
      "the machine's memory"),
    .optional("time_column", \.timeColumn, .text, "the column of CSV that holds the time"),
    .optional("time_unit", \.timeUnit, .choice, "the unit of times that are numbers"),
    .optional("committed_column", \.committedColumn, .text, "the column of committed memory"),
    .optional("unit", \.unit, .choice, "the unit of amounts"),
  ]

  /// What becomes of gaps, if that is not what is done anyway.
  private var chosenGaps: GapRule? {
    get { gaps == .left ? nil : gaps }
    set { gaps = newValue ?? .left }
  }

  /// The machine's memory, which is kept in kB.
  private var machineMemory: PageCount? {
    get { memory.map { PageCount(Int($0 / 4)) } }
    set { memory = newValue.map { Int64($0.pages) * 4 } }
  }
}

extension AnonSpec {
  /// The keys of what is done with committed memory.
  static let keys: [ScenarioKey<AnonSpec>] = [
    ScenarioKey(
      name: "touched",
      rows: { _ in
        [
          KeyRow(
            path: "touched", type: "share, or `trace`",
            fallback: "`trace` if the samples have it, else 0.8",
            meaning: "how much of what is committed is touched")
        ]
      },
      read: { $2.touched(&$0, &$1) },
      entries: { anon in
        switch anon.touched {
        case .trace: [("touched", .word("trace"))]
        case .share(let share): [("touched", .millionths(share))]
        }
      }),
    ScenarioKey(
      "cold", \.coldPPM, .share, "touched pages that are never touched again"),
    ScenarioKey(
      "touch_rate", \.touchRate, ScalarKind<Rate>.rate.or("unlimited"), "speed of first touches"),
    ScenarioKey(
      "release", \.release, .choice, "which regions go when committed memory falls"),
    ScenarioKey(
      name: "access",
      rows: { _ in
        [
          KeyRow(
            path: "access", type: "mapping, or `none`", fallback: "`none`",
            meaning: "accesses to touched pages that are not cold")
        ] + AnonAccessSpec.keys.rows(.standIn).map { $0.below("access") }
      },
      read: { reader, anon, decoder in
        if reader.child("access")?.text == "none" { return }
        anon.access = reader.mapping("access") { access in
          var spec = AnonAccessSpec.standIn
          AnonAccessSpec.keys.read(&access, &spec, decoder)
          return spec
        }
      },
      entries: { [("access", $0.access.map(AnonAccessSpec.keys.tree) ?? .word("none"))] }),
  ]
}

extension AnonAccessSpec {
  /// The keys of accesses to anonymous memory.
  static let keys: [ScenarioKey<AnonAccessSpec>] = [
    .required("rate", \.rate, .rate, ""),
    .pattern(\.pattern),
    ScenarioKey("writes", \.writePPM, .share, "the share of accesses that write"),
  ]

  /// Stands in until its rate is read.
  fileprivate static let standIn = AnonAccessSpec(rate: .standIn)
}
