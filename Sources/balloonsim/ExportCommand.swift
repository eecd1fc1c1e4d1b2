public import ArgumentParser
import Foundation
import Recording
public import Reporting
import Simulation
import Text
public import Units

/// `balloonsim export`: recorded rows as text.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write recorded rows as CSV, TSV or JSON.",
    usage: """
      balloonsim export <runs> ... [<options>]
      balloonsim export --all [<options>]
      balloonsim export --sweep <sweep> [<options>]
      """,
    discussion: """
      Numbers come out exactly; a text that a spreadsheet would take for a formula has an apostrophe in front. \
      Docs/database.md says how to read it back, and how to make Parquet of it.
      """)

  @Argument(help: "Runs: numbers, lists such as 4-6,9, beginnings of keys, or `last`.")
  var runs: [String] = []

  @Flag(help: "All runs of the database.")
  var all = false

  @Option(
    help: """
      All runs of a sweep: its number, its name, or `last`. Without --table a row for every run, with what varies and all \
      figures.
      """)
  var sweep: String?

  @Option(
    help: ArgumentHelp(
      "\(ResultTable.allCases.map(\.rawValue).joined(separator: ", ")). (default: ticks)",
      valueName: "table"),
    completion: .list(ResultTable.allCases.map(\.rawValue)))
  var table: String?

  @Option(help: "Only these columns, separated by commas.")
  var columns: String?

  @Option(help: ArgumentHelp("Only one row in so much time, such as 10s.", valueName: "time"))
  var every: SimDuration?

  @Option(help: ArgumentHelp("Only rows from this time on, since boot.", valueName: "time"))
  var from: SimDuration?

  @Option(help: ArgumentHelp("Only rows up to this time, since boot.", valueName: "time"))
  var to: SimDuration?

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      """
      Put the run's parameters on every row, as columns parameters.PATH: `parameters` all of them, `varying` those that \
      differ among the runs.
      """, valueName: "what"))
  var parameters: Exporter.Parameters?

  @Option(
    help: """
      wide: all values of a moment in a row, or all figures of a run; long: a row for every value, with its name. (default: \
      as the database has the table)
      """)
  var layout: Exporter.Layout?

  @Option(help: "csv, tsv, json or ndjson.")
  var format = Exporter.Format.csv

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "The file; `-`: standard output.",
    completion: .file())
  var file: String?

  @Flag(
    help: """
      Write a script for gnuplot, FILE.gp, and its data beside it, FILE.csv: the memory of a run's first guest in layers, or \
      with --columns these columns of all.
      """)
  var gnuplot = false

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var options: OutputOptions

  func validate() throws {
    if [!runs.isEmpty, all, sweep != nil].count(where: \.self) > 1 {
      throw ValidationError("give runs, --all or --sweep, one of them")
    }
    let isOfSweeps = table.flatMap(ResultTable.init)?.owner == .sweep
    if runs.isEmpty, !all, sweep == nil, !isOfSweeps {
      throw ValidationError("give runs, --all or --sweep")
    }
    if gnuplot {
      if runs.isEmpty { throw ValidationError("--gnuplot takes runs") }
      if table ?? "ticks" != "ticks" || layout != nil || format != .csv {
        throw ValidationError(
          "--gnuplot draws ticks; it does not go with --table, --layout and --format")
      }
      guard let file, file.hasSuffix(".gp"), file != ".gp" else {
        throw ValidationError("--gnuplot needs -o FILE.gp")
      }
    }
    let hasRowOptions =
      columns != nil || every != nil || from != nil || to != nil || parameters != nil
      || layout != nil
    if sweep != nil, table == nil, hasRowOptions {
      throw ValidationError(
        "--sweep exports a row for every run; it goes with --format and --output only, unless --table names a table"
      )
    }
  }

  func run() throws {
    let ending = file.map { URL(filePath: $0).pathExtension.lowercased() } ?? ""
    if Self.foreignEndings.contains(ending) {
      throw Failure(
        .usage,
        "-o: .\(ending) is not written, but CSV, TSV and JSON are; Docs/database.md says how to make Parquet of them"
      )
    }
    let table = try resultTable()
    let store = try database.openToRead()
    if let sweep, self.table == nil {
      let table = SweepExport(try store.sweepTable(sweep))
      let output = try OutputFile(file, database: database.file)
      try table.write(options.json ? .json : format, to: output.write)
      return try output.close()
    }
    var choice = Exporter.Options()
    choice.table = table
    choice.columns = columns?.split(separator: ",", omittingEmptySubsequences: false).map(
      String.init)
    choice.every = every
    choice.from = from.map { .zero + $0 }
    choice.to = to.map { .zero + $0 }
    choice.layout = layout
    choice.parameters = parameters
    choice.format = options.json ? .json : format
    if gnuplot, let file { try writeScript(file, &choice, store) }
    let owners: [Int64]
    if table.owner == .sweep {
      owners = try sweeps(table, store)
    } else {
      let records = try records(store)
      if let remark = records.remark(onRowsOf: table) { options.say("balloonsim: \(remark)") }
      owners = records.map(\.id)
    }
    let exporter = try Exporter(store: store, runs: owners, options: choice)
    let file = gnuplot ? file.map(Self.data(of:)) : file
    let output = try OutputFile(file, database: database.file)
    try exporter.write(to: output.write)
    try output.close()
  }

  /// Ends of names that promise what is not written.
  private static let foreignEndings: Set<String> = [
    "parquet", "pq", "feather", "arrow", "orc", "avro", "xlsx", "xls", "ods", "gz", "xz", "bz2",
    "zst", "zip",
    "pdf", "png",
  ]

  /// The data beside a script.
  private static func data(of script: String) -> String { script.dropLast(3) + ".csv" }

  /// Writes the script, and sees to it that what it draws is exported.
  private func writeScript(
    _ file: String, _ choice: inout Exporter.Options, _ store: ResultStore
  ) throws {
    let records = try records(store)
    try records.requireTicks()
    let sources = try records.flatMap { run in
      try store.guests(of: run.id).map { ExportedPlot.Source(run: run.id, guest: $0) }
    }
    let columns = try choice.columns.map { try TickColumn.named($0) }
    choice.columns = ExportedPlot.keys + (columns ?? TickColumn.all).map(\.name)
    let data = URL(filePath: Self.data(of: file)).lastPathComponent
    let plot = ExportedPlot(file: data, sources: sources, columns: columns)
    let output = try OutputFile(file, database: database.file)
    try output.write(try PlotTarget.script.picture(plot))
    try output.close()
  }

  private func resultTable() throws -> ResultTable {
    guard let name = table else { return .ticks }
    if let table = ResultTable(rawValue: name) { return table }
    throw Failure(
      .usage, unknownWord("table", name, known: ResultTable.allCases.map(\.rawValue)))
  }

  /// The sweeps whose rows are wanted.
  private func sweeps(_ table: ResultTable, _ store: ResultStore) throws -> [Int64] {
    if !runs.isEmpty {
      throw Failure(
        .usage, "the rows of \(table.rawValue) belong to sweeps: give --sweep or --all")
    }
    return try sweep.map { [try store.sweepTable($0, metrics: []).id] }
      ?? store.sweeps().map(\.id)
  }

  /// The runs whose rows are wanted.
  private func records(_ store: ResultStore) throws -> [RunRecord] {
    if all { return try store.runs() }
    if let sweep {
      var filter = RunFilter()
      filter.sweep = try store.sweepTable(sweep, metrics: []).id
      return try store.runs(filter)
    }
    return try store.records(of: runs)
  }
}

extension Exporter.Format: ExpressibleByArgument {}
extension Exporter.Layout: ExpressibleByArgument {}
extension Exporter.Parameters: ExpressibleByArgument {}
extension SimDuration: ExpressibleByArgument {
  /// A time with its unit.
  public init?(argument: String) { self.init(argument) }

  /// The time with its unit, as it is typed.
  public var defaultValueDescription: String { text }
}
