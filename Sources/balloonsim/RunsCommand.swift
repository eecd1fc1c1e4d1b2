public import ArgumentParser
public import Recording
import Reporting
import Text

/// `balloonsim runs`: lists what the database holds.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs in the database.",
    usage: "balloonsim runs [<options>]")

  @Option(help: "Only runs of this scenario.")
  var scenario: String?

  @Option(help: "Only runs with this status: running, finished, failed or interrupted.")
  var status: RunStatus?

  @Option(help: "Only runs of this generation of the driver.")
  var driver: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Only runs in which a parameter has a value; may be repeated.", valueName: "path=value"))
  var parameters: [String] = []

  @Option(help: "Only runs of this sweep: its number, its name, or `last`.")
  var sweep: String?

  @Option(
    help: """
      Sort by number, started, scenario, driver, seed, status, simulated, or a metric such as \
      memory_held_mean_pages; a minus in front turns the order round (--sort=-started).
      """)
  var sort = "number"

  @Option(help: "At most so many.")
  var limit: Int?

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit takes a number above zero") }
  }

  func run() throws {
    let store = try database.openToRead()
    var filter = RunFilter()
    filter.scenario = scenario
    filter.status = status
    filter.driver = driver
    filter.limit = limit
    filter.sweep = try sweep.map { try store.sweepTable($0, metrics: []).id }
    filter.parameters = try parameters.map { text in
      guard let equals = text.firstIndex(of: "=") else {
        throw Failure(.usage, "--set takes PATH=VALUE, not '\(text)'")
      }
      return Parameter(
        path: String(text[..<equals]), value: String(text[text.index(after: equals)...]),
        number: nil)
    }
    let list = RunList(try store.runs(filter, order: RunOrder(sort)))
    if output.json {
      try put(list.json)
    } else {
      try put(list.table.text(width: Terminal.width), terminator: "")
    }
  }
}

extension RunStatus: ExpressibleByArgument {}

/// `balloonsim sweeps`: lists the sweeps.
struct SweepsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweeps", abstract: "List the sweeps in the database.",
    usage: "balloonsim sweeps [<options>]")

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let list = SweepList(try database.openToRead().sweeps())
    if output.json { return try put(list.json) }
    try put(list.table.text(width: Terminal.width), terminator: "")
  }
}

/// `balloonsim show`: everything about one run, or the metrics of several side by side.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one run: parameters, metrics, provenance, and the command that repeats it.",
    usage: """
      balloonsim show <runs> ... [<options>]
      balloonsim show --sweep <sweep> [<options>]
      """,
    discussion: "Several runs: their metrics side by side.")

  @Argument(help: "Runs: numbers, lists such as 4-6,9, beginnings of keys, or `last`.")
  var runs: [String] = []

  @Option(help: "A sweep and its runs instead: its number, its name, or `last`.")
  var sweep: String?

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if (sweep == nil) == runs.isEmpty { throw ValidationError("give runs, or --sweep") }
  }

  func run() throws {
    let store = try database.openToRead()
    if let sweep {
      let page = SweepPage(try store.sweepTable(sweep), try store.sweeps())
      if output.json { return try put(page.json) }
      return try put(page.text(width: Terminal.width), terminator: "")
    }
    let records = try store.records(of: runs)
    let pages = try records.map { record in
      RunPage(
        run: record, provenance: try store.provenance(of: record.id),
        parameters: try store.parameters(of: record.id),
        metrics: try store.metrics(of: record.id),
        casualties: try Casualties(store, run: record.id))
    }
    if output.json {
      return try put(pages.count == 1 ? pages[0].json : .array(pages.map(\.json)))
    }
    if pages.count == 1 {
      return try put(pages[0].text(width: Terminal.width), terminator: "")
    }
    let columns = try records.map {
      MetricsTable.Run(title: "run \($0.id)", metrics: try store.metrics(of: $0.id))
    }
    for record in records {
      let casualties = try Casualties(store, run: record.id)
      for sentence in casualties.sentences(in: "run \(record.id)") { try put(sentence: sentence) }
    }
    try put(MetricsTable(columns).text(width: Terminal.width), terminator: "")
  }
}
