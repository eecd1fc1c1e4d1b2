import ArgumentParser
import Foundation
import Recording
import Reporting
import Scenarios
import Simulation
import Text

/// `balloonsim policies`: a scenario's guests under every policy that fits them, in one table.
struct PoliciesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policies", abstract: "Run a scenario or a trace under one policy after another.",
    usage: "balloonsim policies <scenario> [--policy <name>] ... [<options>]",
    discussion: """
      Every guest is run static and under each version of each policy, its own or its host's, that its machine can have had, with \
      the same demand and the same accesses. The table sets memory held against harm. Its bound is what would be held by who knew all accesses \
      beforehand.

        balloonsim policies Scenarios/compile.yaml --repeat 3
        balloonsim policies sar.txt --policy selfballoon --policy proxmox --set host.memory=6GiB
      """)

  @OptionGroup var arguments: ScenarioArguments

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Only this policy, or one version of it (NAME=VERSION); may be repeated. Static guests are always run.",
      valueName: "name"))
  var policy: [String] = []

  @Option(name: .customLong("repeat"), help: "Run everything with so many seeds, the same for all.")
  var repetitions = 1

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Draw a picture as well: a file that ends in .svg, .png or .gp.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(name: .customLong("no-record"), help: "Keep nothing in the database.")
  var isUnrecorded = false

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var words: OutputOptions

  func validate() throws {
    guard (1...1_000).contains(repetitions) else {
      throw ValidationError("--repeat takes a number from 1 to 1000")
    }
    _ = try chosen()
  }

  /// What is run, static guests first.
  private func chosen() throws -> [PolicyCandidate] {
    let wanted = try policy.map { text in
      let words = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = words.first, PolicyCandidate.names.contains(name) else {
        throw ValidationError(unknownWord("policy", text, known: PolicyCandidate.names))
      }
      let versions = PolicyCandidate.versions(of: name)
      if words.count > 1, !versions.contains(words[1]) {
        throw ValidationError(unknownWord("version of \(name)", words[1], known: versions))
      }
      return (name: name, version: words.count > 1 ? words[1] : nil)
    }
    return PolicyCandidate.all.filter { candidate in
      candidate.name == nil || wanted.isEmpty
        || wanted.contains { candidate.isNamed($0.name, version: $0.version) }
    }
  }

  func run() throws {
    let picture = try picture
    let base = try arguments.resolved()
    noteWarnings(of: base)
    noteGuess(of: base)
    let store = isUnrecorded ? nil : try database.openToWrite()
    catchInterrupts()
    let candidates = try fitting(PolicyCandidate.withBaselines(chosen(), for: base), base)
    let outcomes = try outcomes(of: candidates, base, in: store)
    try store?.close()
    let bounds = try inParallel(seeds(of: base)) { [arguments] seed in
      let resolved = try arguments.resolved(with: seed)
      return try MemoryBound.bounds(of: resolved.scenario, demands: resolved.demands)
    }
    let table = PolicyTable(
      outcomes, bounds: bounds, hasOrders: !base.scenario.events.isEmpty,
      assumptions: PolicyCandidate.assumptions(of: candidates, for: base))
    if let picture {
      let file = try OutputFile(picture.file, database: database.file)
      try file.write(picture.target.picture(PolicyPlot(table, of: base.scenario.name)))
      try file.close()
    }
    if words.json { return try put(table.json) }
    for sentence in table.warnings { try put(sentence: sentence) }
    if !table.warnings.isEmpty { try put("") }
    try put(table.table.text(width: Terminal.width), terminator: "")
    for sentence in table.sentences { try put(sentence: sentence) }
  }

  /// Those that the scenario can have; says of the others why not.
  private func fitting(
    _ candidates: [PolicyCandidate], _ base: ResolvedScenario
  ) throws -> [PolicyCandidate] {
    var reasons: [(reason: String, titles: [String])] = []
    let fitting = try candidates.filter { candidate in
      guard let reason = try reasonAgainst(candidate.settings(for: base)) else { return true }
      if let place = reasons.firstIndex(where: { $0.reason == reason }) {
        reasons[place].titles.append(candidate.title)
      } else {
        reasons.append((reason, [candidate.title]))
      }
      return false
    }
    for (reason, titles) in reasons {
      let text = "left out: \(titles.joined(separator: ", ")): \(reason)"
      note(TableText.wrapped(text, width: Terminal.width(of: STDERR_FILENO)))
    }
    return fitting
  }

  /// What came of each candidate with each seed: what the database has, and runs that are made on all processors.
  private func outcomes(
    of candidates: [PolicyCandidate], _ base: ResolvedScenario, in store: ResultStore?
  ) throws -> [PolicyTable.Outcome] {
    let seeds = seeds(of: base)
    let jobs = candidates.flatMap { candidate in
      seeds.map { candidate.settings(for: base) + $0 }
    }
    let work = ScenarioRun(
      arguments: arguments, level: .metrics, memory: memory, output: words)
    let runs = try work.metrics(of: jobs, in: store)
    return candidates.enumerated().map { place, candidate in
      let own = runs[(place * seeds.count)..<((place + 1) * seeds.count)]
      return PolicyTable.Outcome(
        policy: candidate.title, runs: Array(own), isOfHost: candidate.movesForHost,
        readsPressure: candidate.readsPressure)
    }
  }

  /// The picture that is wanted, as its file's name says.
  private var picture: (file: String, target: PlotTarget)? {
    get throws {
      guard let output else { return nil }
      guard let target = PlotTarget(file: output) else {
        throw Failure(.usage, "'\(output)': pictures end in .svg or .png, scripts in .gp")
      }
      return (output, target)
    }
  }

  /// The settings of each seed; none for one, which is the scenario's.
  private func seeds(of base: ResolvedScenario) -> [[String]] {
    if repetitions == 1 { return [[]] }
    return (0..<repetitions).map { ["seed=\(base.scenario.seed &+ UInt64($0))"] }
  }

  /// Why these settings cannot be run; nil if they can.
  private func reasonAgainst(_ settings: [String]) throws -> String? {
    do {
      for doubt in try arguments.resolved(with: settings).scenario.hostPolicyDoubts {
        note(TableText.wrapped("warning: \(doubt)", width: Terminal.width(of: STDERR_FILENO)))
      }
      return nil
    } catch let problems as ScenarioProblems {
      return problems.problems.first?.message ?? "it cannot be run"
    }
  }
}
