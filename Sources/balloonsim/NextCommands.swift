import Recording
import Reporting

/// What one may ask of a sweep once it is made: commands that have an answer.
struct NextCommands {
  /// Each in words.
  let commands: [[String]]

  /// The commands for a sweep, as far as what came of its runs allows them; `database` is the file that was named with
  /// `--db`, which they then name too.
  init(_ sweep: Int64, in store: ResultStore, database: String?) throws {
    var commands: [[String]] = []
    func add(_ command: String, _ words: String...) {
      commands.append(
        ["balloonsim", command, "--sweep", "\(sweep)"] + words
          + (database.map { ["--db", $0] } ?? []))
    }
    var isRecommending = false
    if try Self.hasAnswer({
      let question = try AdviceQuestion(store, objectives: [], constraints: [])
      isRecommending = try question.answer("\(sweep)", store).advice.recommended != nil
    }) {
      if isRecommending { add("advise") }
      add("plot", "-o", "sweep.svg")
    }
    // What harms first, as `sensitivity` takes it.
    for metric in ["stall", "memory_held_mean"] {
      let isMoved = try Self.hasAnswer {
        let choice = try MetricChoice(metric, known: store.metricNames())
        let table = try store.sweepTable("\(sweep)", metrics: [choice.name])
        return try Sensitivity(table, metric: choice)
      }
      guard isMoved else { continue }
      add("sensitivity", "--metric", metric)
      break
    }
    add("report", "-o", "sweep.html")
    add("export", "-o", "sweep.csv")
    self.commands = commands
  }

  private static func hasAnswer(_ ask: () throws -> some Any) throws -> Bool {
    do {
      _ = try ask()
      return true
    } catch is AnalysisError {
      return false
    }
  }
}
