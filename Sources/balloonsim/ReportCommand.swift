import ArgumentParser
import Foundation
import Recording
import Reporting
import Text

/// `balloonsim report`: one page about runs or a sweep.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one page about runs, or a sweep, that needs nothing else.",
    usage: """
      balloonsim report <runs> ... -o <file.html> [<options>]
      balloonsim report --sweep <sweep> -o <file.html> [<options>]
      """,
    discussion: """
      The page holds figures, charts that can be zoomed and read, events, the worst moments explained, parameters and where \
      all comes from; of a sweep the Pareto front, advice, maps, sensitivities and its runs. It is one HTML file without \
      links to others, for light and dark screens and for paper. Charts need dygraphs (Debian's libjs-dygraphs).
      """)

  @Argument(help: "Runs: numbers, beginnings of keys, or `last`.")
  var runs: [String] = []

  @Option(help: "A sweep instead: its number, its name, or `last`.")
  var sweep: String?

  @Option(
    help: ArgumentHelp(
      "With --sweep: a metric to weigh, given twice, as in `advise`.", valueName: "metric"))
  var objective: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --sweep: what every run must satisfy, as in `advise`.", valueName: "condition"))
  var constraint: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The page; `-`: standard output.", valueName: "file.html"))
  var file: String

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  /// A page of more runs is none that anybody reads.
  private static let runLimit = 20

  func validate() throws {
    if (sweep == nil) == runs.isEmpty { throw ValidationError("give runs, or --sweep") }
    if sweep == nil, !objective.isEmpty || !constraint.isEmpty {
      throw ValidationError("--objective and --constraint belong to --sweep")
    }
    if output.json, file == "-" {
      throw ValidationError("--json says what file was written; it does not go with -o -")
    }
    if runs.count > Self.runLimit {
      throw ValidationError("a page takes up to \(Self.runLimit) runs; a sweep is --sweep")
    }
  }

  func run() throws {
    let store = try database.openToRead()
    let library = try ReportLibrary()
    let page = try sweep.map { try sweepPage($0, store) } ?? runPage(store)
    let source = file == "-" || file.isEmpty ? "a database of runs" : database.file
    let html = library.html(page, source: source, version: programVersion)
    let target = try OutputFile(file, database: database.file)
    try target.write(Array(html.utf8))
    try target.close()
    if output.json {
      try put(["file": file, "bytes": html.utf8.count, "sections": page.sectionTitles])
    } else if file != "-" {
      output.say("\(file): \(page.title), \(html.utf8.count / 1_000) kB")
    }
  }

  private func runPage(_ store: ResultStore) throws -> ReportPage {
    let records = try store.records(of: runs, atMost: Self.runLimit)
    let report = try RunReport(store, runs: records)
    do {
      return try report.page(command: command, pictures: true)
    } catch Gnuplot.Fault.missing {
      output.say("gnuplot is not installed: the page has no pictures for who runs no scripts")
      return try report.page(command: command, pictures: false)
    }
  }

  private func sweepPage(_ sweep: String, _ store: ResultStore) throws -> ReportPage {
    let question = try AdviceQuestion(store, objectives: objective, constraints: constraint)
    let shown = ["memory_held_mean_pages", "stall", "oom_kills"]
    let table = try store.sweepTable(sweep, metrics: question.metrics + shown)
    var notes: [String] = []
    var answer: (advice: Advice, tunables: [KernelTunables], setUp: PolicySetUp?)?
    do {
      answer = try question.answer(sweep, store)
    } catch let error as AnalysisError {
      notes.append("There is no advice: \(Self.sentence(error)).")
    }
    let sensitivities = question.objectives.map { objective in
      let title = objective.metric.text
      do {
        let finding = try Sensitivity(table, metric: objective.metric)
        return (title: title, finding: Optional(finding), note: String?.none)
      } catch {
        return (title: title, finding: nil, note: "Not to be said: \(Self.sentence(error)).")
      }
    }
    let record = try store.sweeps().first { $0.id == table.id }
    notes = (record?.loss.map { [$0] } ?? []) + notes
    let report = SweepReport(
      table, record: record,
      objectives: question.objectives, advice: answer?.advice, tunables: answer?.tunables ?? [],
      setUp: answer?.setUp,
      sensitivities: sensitivities, notes: notes,
      sentence: { "There is no picture of it: \(Self.sentence($0))." })
    return report.page(command: command)
  }

  private static func sentence(_ error: any Error) -> String {
    Failure(describing: error)?.lines.joined(separator: "; ") ?? "\(error)"
  }

  /// The command line that makes this page.
  private var command: String {
    var words = ["balloonsim", "report"] + runs
    if let sweep { words += ["--sweep", sweep] }
    for text in objective { words += ["--objective", text] }
    for text in constraint { words += ["--constraint", text] }
    return shellCommand(words + ["--db", database.file, "-o", file])
  }
}
