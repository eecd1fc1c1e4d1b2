internal import Simulation
internal import Units

extension FileStreamSpec {
  /// The keys of a file stream.
  static let keys: [ScenarioKey<FileStreamSpec>] = [
    .required("name", \.name, .name, "different within the guest"),
    .required(
      "size", \.size, .size(ScenarioLimits.storage), "the file set",
      note: "zipf, hotcold and mix take 4 to 12 bytes of the simulator's memory a page"),
    .disk(\.disk, "where it is"),
    .oneOf([
      ScenarioKey(
        name: "rate",
        rows: { _ in
          [KeyRow(path: "rate", type: "rate", fallback: "one of", meaning: "open loop")]
        },
        read: { reader, stream, _ in
          stream.load = .open(reader.optional("rate", .rate) ?? .standIn)
        },
        entries: { stream in
          guard case .open(let rate) = stream.load else { return [] }
          return [("rate", .rate(rate))]
        }),
      ScenarioKey(
        name: "work",
        rows: { _ in
          [
            KeyRow(
              path: "work", type: "1 to 10^15", fallback: "the two",
              meaning: "closed loop: so many accesses"),
            KeyRow(
              path: "threads", type: "1 to 65,536", fallback: "1", meaning: "with `work` only"),
          ]
        },
        read: { reader, stream, decoder in
          decoder.hasClosedLoop = true
          stream.load = .closed(
            work: reader.required("work", .count(ScenarioLimits.accesses), standIn: 1),
            threads: reader.value("threads", .count(1...65_536), default: 1))
        },
        entries: { stream in
          guard case .closed(let work, let threads) = stream.load else { return [] }
          return [("work", .number(work)), ("threads", .number(threads))]
        }),
    ]),
    ScenarioKey(
      name: "pattern",
      rows: { _ in
        [
          KeyRow(
            path: "pattern", type: "pattern", fallback: "`{ zipf: 0.9 }`", meaning: "or `phases`"),
          KeyRow(
            path: "phases",
            type: "list of `{ pattern, until }` or `{ pattern, accesses }`", fallback: "-",
            meaning: "`until`: time since boot, rising",
            note: "`accesses`: 1 to 10^15 in this phase; the last phase has no end"),
        ]
      },
      read: { $1.phases = $2.phases(&$0) },
      entries: { stream in
        stream.phases.count == 1
          ? [("pattern", stream.phases[0].pattern.tree)]
          : [("phases", .list(stream.phases.map(\.tree)))]
      }),
    ScenarioKey("writes", \.writePPM, .share, "the share of accesses that write"),
    ScenarioKey(
      "read_ahead", \.readAhead,
      ScalarKind<PageCount>.size(ScenarioLimits.readAhead).or("none", as: .zero),
      "the largest window that is read ahead", note: "in Linux 128KiB by default"),
  ]
}

extension ScriptSpec {
  /// The keys of a workload by a script.
  static let keys: [ScenarioKey<ScriptSpec>] = [
    ScenarioKey(
      name: "script",
      rows: { _ in
        [
          KeyRow(
            path: "script", type: "text", fallback: "required", meaning: "a line an operation",
            note: "empty lines and lines that begin with `#` are passed over")
        ]
      },
      read: { $2.script(&$0, &$1) }, entries: { [("script", .text($0.text))] }),
    .disk(\.disk, "where the file is that the script reads"),
  ]
}

extension Rate {
  /// Stands in where a rate cannot be read.
  static let standIn = Rate(count: 1, per: .seconds(1))
}

extension ScenarioKey {
  /// A distribution of accesses over pages.
  static func pattern(_ path: any WritableKeyPath<Section, PatternSpec> & Sendable) -> ScenarioKey {
    ScenarioKey(
      name: "pattern",
      rows: { _ in
        [
          KeyRow(
            path: "pattern", type: "pattern", fallback: "`{ zipf: 0.9 }`",
            meaning: "which pages are accessed")
        ]
      },
      read: { reader, section, decoder in
        section[keyPath: path] = decoder.pattern(&reader) ?? section[keyPath: path]
      },
      entries: { [("pattern", $0[keyPath: path].tree)] })
  }
}

extension PatternSpec {
  /// The pattern as it is written.
  var tree: ParameterTree {
    func exponent(_ alpha: Double) -> ParameterTree {
      .millionths(Int64((alpha * 1_000_000).rounded()))
    }
    return switch self {
    case .uniform: .word("uniform")
    case .scan: .word("scan")
    case .zipf(let alpha): .mapping([("zipf", exponent(alpha))])
    case .hotcold(let hotPPM, let accessPPM):
      .mapping([
        ("hotcold", .mapping([("hot", .millionths(hotPPM)), ("access", .millionths(accessPPM))]))
      ])
    case .mix(let alpha, let scanPPM):
      .mapping([("mix", .mapping([("zipf", exponent(alpha)), ("scan", .millionths(scanPPM))]))])
    }
  }
}

extension PatternPhase {
  /// The phase as it is written.
  var tree: ParameterTree {
    let pattern: ParameterTree.Entry = ("pattern", pattern.tree)
    return switch end {
    case .time(let time): .mapping([pattern, ("until", .time(time - .zero))])
    case .accesses(let count): .mapping([pattern, ("accesses", .number(count))])
    case .never: .mapping([pattern])
    }
  }
}
