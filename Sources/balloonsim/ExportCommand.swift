public import ArgumentParser
public import Recording
public import Reporting
public import SimulationEngine

/// `balloonsim export`: recorded rows as text.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write recorded rows as CSV, TSV or JSON.",
    usage: """
      balloonsim export <runs> ... [<options>]
      balloonsim export --sweep <sweep> [<options>]
      """)

  @Argument(help: "Runs: numbers, beginnings of keys, or `last`.")
  var runs: [String] = []

  @Option(
    help: "A row for every run of a sweep instead: its number, its name, or `last`.")
  var sweep: String?

  @Option(help: "ticks, host_ticks, worker, events or metrics.")
  var table = ResultTable.ticks

  @Option(help: "Only these columns, separated by commas.")
  var columns: String?

  @Option(help: ArgumentHelp("Only one row in so much time, such as 10s.", valueName: "time"))
  var every: SimDuration?

  @Option(help: "csv, tsv, json or ndjson.")
  var format = Exporter.Format.csv

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "The file; `-`: standard output.")
  var file: String?

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: OutputOptions

  func validate() throws {
    if sweep == nil && runs.isEmpty { throw ValidationError("give runs, or --sweep") }
    if sweep != nil && (!runs.isEmpty || columns != nil || every != nil || table != .ticks) {
      throw ValidationError(
        "--sweep exports a row for every run; it goes with --format and --output only")
    }
  }

  func run() throws {
    let store = try database.openToRead()
    if let sweep {
      let table = SweepExport(try store.sweepTable(sweep))
      let output = try OutputFile(file, besides: database.file)
      try table.write(options.json ? .json : format, to: output.write)
      return try output.close()
    }
    var choice = Exporter.Options()
    choice.table = table
    choice.columns = columns?.split(separator: ",", omittingEmptySubsequences: false).map(
      String.init)
    choice.every = every
    choice.format = options.json ? .json : format
    let exporter = try Exporter(
      store: store, runs: try runs.map { try store.resolve($0).id }, options: choice)
    let output = try OutputFile(file, besides: database.file)
    try exporter.write(to: output.write)
    try output.close()
  }
}

extension ResultTable: ExpressibleByArgument {}
extension Exporter.Format: ExpressibleByArgument {}
extension SimDuration: ExpressibleByArgument {
  /// A time with its unit.
  public init?(argument: String) { self.init(argument) }
}
