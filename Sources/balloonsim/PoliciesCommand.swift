import ArgumentParser
import Policies
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
      Every guest is run static and under each version of each policy that its machine can have had, with the same demand and the \
      same accesses. The table sets memory held against harm. Its bound is what would be held by who knew all accesses \
      beforehand.

        balloonsim policies Scenarios/compile.yaml --repeat 3
        balloonsim policies sar.txt --policy selfballoon --policy xenballoond=2008
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

  /// A policy that is run: its name in the table, and what is set of each guest for it.
  private struct Candidate {
    var title: String
    var settings: [(key: String, value: String)]
  }

  /// What is run, static guests first.
  private func chosen() throws -> [Candidate] {
    let cards = PolicyCatalogue.guestPolicies.map { $0.card }
    let wanted = try policy.map { text in
      let words = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = words.first, let card = cards.first(where: { $0.name == name }) else {
        throw ValidationError(unknownWord("policy", text, known: cards.map(\.name)))
      }
      if words.count > 1, !card.versions.contains(words[1]) {
        throw ValidationError(unknownWord("version of \(name)", words[1], known: card.versions))
      }
      return (name: name, version: words.count > 1 ? words[1] : nil)
    }
    let none = Candidate(title: "static", settings: [("controller", ControllerKind.none.rawValue)])
    return [none]
      + cards.flatMap { card in
        card.versions.compactMap { version in
          let isWanted =
            wanted.isEmpty
            || wanted.contains { $0.name == card.name && $0.version ?? version == version }
          if !isWanted { return nil }
          // The usual policy's version is that of the guest's driver.
          let key = card.name == ControllerKind.usual.rawValue ? "driver" : "policy_version"
          return Candidate(
            title: card.versions.count > 1 ? "\(card.name) \(version)" : card.name,
            settings: [("controller", card.name), (key, version)])
        }
      }
  }

  func run() throws {
    let picture = try picture
    let base = try arguments.resolved()
    noteWarnings(of: base)
    noteGuess(of: base)
    let names = base.scenario.guests.map(\.name)
    let store = isUnrecorded ? nil : try database.openToWrite()
    catchInterrupts()
    let work = ScenarioRun(
      arguments: arguments, level: .metrics, memory: memory, output: words)
    var outcomes: [PolicyTable.Outcome] = []
    for candidate in try chosen() {
      let settings = names.flatMap { guest in
        candidate.settings.map { "\(ParameterPath.of(guest: guest, $0.key))=\($0.value)" }
      }
      if let reason = try reasonAgainst(settings) {
        note(TableText.wrapped("\(candidate.title) is left out: \(reason)", width: Terminal.width))
        continue
      }
      var runs: [[Metric]] = []
      for seed in seeds(of: base) {
        let own = settings + seed
        if let store {
          runs.append(try work.proof(with: own, in: store).metrics)
        } else {
          runs.append(
            try work.make(arguments.resolved(with: own), with: own, in: nil).summary.metrics)
        }
      }
      outcomes.append(PolicyTable.Outcome(policy: candidate.title, runs: runs))
    }
    try store?.close()
    let bounds = try seeds(of: base).map { seed in
      let resolved = try arguments.resolved(with: seed)
      return try MemoryBound.bounds(of: resolved.scenario, demands: resolved.demands)
    }
    let table = PolicyTable(
      outcomes, bounds: bounds, hasOrders: !base.scenario.events.isEmpty)
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
      _ = try arguments.resolved(with: settings)
      return nil
    } catch let problems as ScenarioProblems {
      return problems.problems.first?.message ?? "it cannot be run"
    }
  }
}
