import ArgumentParser
import Foundation
import Recording
import Reporting
import Scenarios
import Simulation
import Text

/// `balloonsim search`: where along a parameter a property begins or ceases to hold.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Find the value of a parameter at which a property changes.",
    usage: """
      balloonsim search <scenario> --find <path> in <range> --such-that <condition> [<options>]
      """,
    discussion: """
      The smallest reserve that survives a burst:

        balloonsim search Scenarios/burst-with-reserve.yaml \\
          --find selfballoon_reserved_mb in 1..30 --such-that 'oom_kills == 0'

      Runs both ends of the range, halves it where the property changes, and tries the middle of what was \
      left out. Every run is kept and used again. Exit code 1 if there is no threshold in the range.
      """)

  @OptionGroup var arguments: ScenarioArguments

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      The parameter and its range of numbers, sizes, times or rates, such as guests.memory in 1GiB..4GiB; \
      `step 64MiB` behind it makes the steps coarser.
      """, valueName: "path in range"))
  var find: [String]

  @Option(
    name: .customLong("such-that"),
    help: ArgumentHelp(
      "What a metric of the run must satisfy, such as 'stall < 2s' or 'oom_kills == 0'.",
      valueName: "condition"))
  var suchThat: String

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let axis = try SearchAxis(find.joined(separator: " "))
    let store = try database.openToWrite()
    catchInterrupts()
    let first = try arguments.resolved(with: ["\(axis.path)=\(axis.text(at: 0))"])
    noteWarnings(of: first)
    noteGuess(of: first)
    var silent = output
    silent.quiet = true
    silent.verbose = false
    let work = ScenarioRun(arguments: arguments, memory: memory, output: silent)
    var proofs: [Int64: Proof] = [:]
    var condition: MetricCondition?
    let search = try ThresholdSearch(count: axis.count) { place in
      let setting = "\(axis.path)=\(axis.text(at: place))"
      let proof = try work.proof(with: [setting], in: store)
      let known = try condition ?? MetricCondition(suchThat, known: proof.metrics.map(\.name))
      condition = known
      let figure = try known.metric.value(in: proof.metrics, run: proof.run)
      let holds = try known.holds(in: proof.metrics, run: proof.run)
      proofs[place] = Proof(
        value: axis.text(at: place), run: proof.run, isReused: proof.isReused,
        figure: figure.value, unit: figure.unit, holds: holds)
      output.say("\(setting): \(holds ? "holds" : "does not hold") (run \(proof.run))")
      return holds
    }
    try store.close()
    let tried = search.probes.compactMap { proofs[$0.place] }
    let result = Result(
      path: axis.path, condition: condition?.text ?? suchThat, answer: search.answer,
      isConsistent: search.isConsistent, proofs: proofs, tried: tried,
      ends: (axis.text(at: 0), axis.text(at: axis.count - 1)))
    if output.json { try put(result.json) } else { try put(result.text, terminator: "") }
    guard case .threshold = search.answer, search.isConsistent else {
      throw ExitCode(ExitStatus.notHeld.rawValue)
    }
  }
}

/// A run that shows whether the property holds at a value.
private struct Proof {
  let value: String
  let run: Int64
  let isReused: Bool
  let figure: Double
  let unit: String
  let holds: Bool
}

/// What `search` prints.
private struct Result {
  let path: String
  let condition: String
  let answer: ThresholdSearch.Answer
  let isConsistent: Bool
  let proofs: [Int64: Proof]
  let tried: [Proof]
  let ends: (first: String, last: String)

  /// The proofs as a table, and what they show.
  var text: String {
    let table = TableText(
      columns: [
        .init(path, .right), .init("run", .right), .init("figure", .right), .init("holds"),
      ],
      rows: tried.map {
        [
          $0.value, "\($0.run)", UnitScale.text($0.figure, unit: $0.unit), $0.holds ? "yes" : "no",
        ]
      })
    return table.text(width: Terminal.width ?? 80) + "\n"
      + sentences.map { TableText.wrapped($0, width: Terminal.width) + "\n" }.joined()
  }

  /// What was found.
  private var sentences: [String] {
    var sentences: [String] = []
    switch answer {
    case .everywhere:
      sentences.append(
        "\(condition) holds at \(path)=\(ends.first) and at \(ends.last): the threshold, if there is one, lies "
          + "outside this range.")
    case .nowhere:
      sentences.append(
        "\(condition) holds neither at \(path)=\(ends.first) nor at \(ends.last): no value of this range will do, "
          + "or only some in the middle of it.")
    case .threshold(let holds, let fails):
      guard let yes = proofs[holds], let no = proofs[fails] else { break }
      let side = holds > fails ? "from \(path)=\(yes.value) on" : "up to \(path)=\(yes.value)"
      sentences.append(
        "\(condition) holds \(side) (run \(yes.run)); at \(no.value) it does not (run \(no.run)).")
    }
    if !isConsistent {
      sentences.append(
        "It comes and goes within the range, so there is more than one threshold: see the runs above."
      )
    }
    return sentences
  }

  /// A JSON object.
  var json: JSON {
    let (word, holds, fails): (String, String?, String?) =
      switch answer {
      case .everywhere: ("everywhere", nil, nil)
      case .nowhere: ("nowhere", nil, nil)
      case .threshold(let holds, let fails):
        ("threshold", proofs[holds]?.value ?? "", proofs[fails]?.value ?? "")
      }
    return [
      "path": path, "condition": condition, "answer": word, "holds": holds, "fails": fails,
      "consistent": isConsistent,
      "runs": tried.map {
        [
          "value": $0.value, "run": $0.run, "reused": $0.isReused, "figure": $0.figure,
          "unit": $0.unit, "holds": $0.holds,
        ] as JSON
      },
    ]
  }
}
