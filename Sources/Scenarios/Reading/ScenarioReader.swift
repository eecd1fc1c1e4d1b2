public import Simulation
internal import Traces

/// Reads scenario files.
///
/// A scenario is YAML, read strictly: an unknown key, a number with a wrong unit, `010`, `yes` or `1:30` is an
/// error with its line and column, and all errors of a file are reported together; only a file that is
/// no YAML, or that has a key twice in one mapping, ends the reading at once.
///
/// Only `name`, `guests` and of each guest `name`, `memory` and `committed` must be given. `ScenarioTemplate` lists the
/// keys with their defaults.
public enum ScenarioReader {
  /// Reads the scenario in `file`, changed by `overrides` in their order.
  ///
  /// Traces are read too; their paths are relative to the scenario's folder. A file that is no YAML by its name but a trace
  /// by its content stands for a scenario of one guest that follows it, with the memory of the machine it was recorded on.
  ///
  /// - Throws: `UnreadableFile` or `ScenarioProblems`.
  public static func read(
    file: String, overrides: [ScenarioOverride] = []
  ) throws -> ResolvedScenario {
    try read(bytes: bytes(ofFile: file), file: file, overrides: overrides)
  }

  /// The bytes of the scenario in a file, or of the one that a trace stands for.
  static func bytes(ofFile file: String) throws -> [UInt8] {
    if !file.hasSuffix(".yaml"), !file.hasSuffix(".yml"), try TraceReader.isTrace(file) {
      return Array(scenario(ofTrace: file).utf8)
    }
    return try contents(ofFile: file, limit: YAMLSource.byteLimit)
  }

  /// Reads a scenario's text as if it stood in `file`.
  ///
  /// - Throws: `ScenarioProblems`.
  public static func read(
    text: String, file: String, overrides: [ScenarioOverride] = []
  ) throws(ScenarioProblems) -> ResolvedScenario {
    try read(bytes: Array(text.utf8), file: file, overrides: overrides)
  }

  /// Reads a scenario's bytes as if they stood in `file`.
  ///
  /// - Throws: `ScenarioProblems`.
  public static func read(
    bytes: [UInt8], file: String, overrides: [ScenarioOverride] = []
  ) throws(ScenarioProblems) -> ResolvedScenario {
    let log = ProblemLog()
    guard let root = tree(of: bytes, file: file, overrides: overrides, log: log) else {
      throw ScenarioProblems(problems: log.problems)
    }
    return try resolve(root, file: file, traces: TraceCache(), log: log)
  }

  /// The scenario of a run as a database keeps it (`ResolvedScenario.yaml`), without its traces, which may be gone; nil if it
  /// does not read.
  public static func recorded(_ yaml: String) -> Scenario? {
    let log = ProblemLog()
    guard let root = tree(of: Array(yaml.utf8), file: "", overrides: [], log: log) else {
      return nil
    }
    let decoder = ScenarioDecoder(directory: "", traces: TraceCache(), log: log)
    decoder.readsTraces = false
    let scenario = decoder.scenario(root)
    return log.problems.isEmpty ? scenario : nil
  }

  /// The tree of a scenario's bytes, changed by `overrides`; nothing if it is no YAML.
  static func tree(
    of bytes: [UInt8], file: String, overrides: [ScenarioOverride], log: ProblemLog
  ) -> SourceNode? {
    let source = YAMLSource(place: { .file(file, line: $0, column: $1) }, log: log)
    guard var root = source.tree(of: bytes) else { return nil }
    for override in overrides { override.apply(to: &root, log: log) }
    return root
  }

  /// The scenario of a tree whose traces are read through `traces`.
  static func resolve(
    _ root: SourceNode, file: String, traces: TraceCache, log: ProblemLog
  ) throws(ScenarioProblems) -> ResolvedScenario {
    let directory = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    let decoder = ScenarioDecoder(directory: directory, traces: traces, log: log)
    let scenario = decoder.scenario(root.withPoliciesAsKeys(log: log))
    guard log.problems.isEmpty else { throw ScenarioProblems(problems: log.problemsByPlace) }
    return ResolvedScenario(
      scenario: scenario, traces: decoder.traces, sweep: decoder.sweep, source: root)
  }

  /// The scenario that a trace stands for.
  private static func scenario(ofTrace path: String) -> String {
    let base = path.split(separator: "/").last.map(String.init) ?? "trace"
    let stem = base.prefix { $0 != "." }.map {
      $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-"
    }
    let guest = ParameterTree.mapping([
      ("name", .word("guest")), ("memory", .word("trace")),
      ("committed", .mapping([("trace", .text(base))])),
    ])
    return ParameterTree.mapping([
      ("name", .text("trace-" + String(stem))), ("guests", .list([guest])),
    ])
    .yaml
  }
}
