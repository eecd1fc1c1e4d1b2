import ArgumentParser
import Foundation
import Recording
import Reporting
import Scenarios
import Simulation
import Text

/// `balloonsim plot`: pictures of runs and sweeps.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw runs or a sweep, as SVG, PNG or with characters.",
    usage: """
      balloonsim plot <runs> ... -o <file.svg> [--columns <names>] [<options>]
      balloonsim plot --sweep <sweep> --x <path> --y <metric> [--heat <path>] -o <file.svg> [<options>]
      balloonsim plot --sweep <sweep> [--objective <metric> --objective <metric>] -o <file.svg> [<options>]
      """,
    discussion: """
      One run: what its memory is used for over time, with goal, target and committed memory, and its events. Several runs, or \
      --columns: these columns of `ticks` over one another. A sweep: a figure over a parameter, or over two as a map; without \
      --x and --y its settings by two objectives, with the Pareto front, as `advise` weighs them. gnuplot draws; a file that ends in .gp gets its script and data instead.
      """)

  @Argument(help: "Runs: numbers, beginnings of keys, or `last`.")
  var runs: [String] = []

  @Option(
    help: "Columns of `ticks`, separated by commas (default for several runs: total_ram_pages).")
  var columns: String?

  @Option(help: "The guest (default: the first).")
  var guest: String?

  @Option(help: "A sweep instead: its number, its name, or `last`.")
  var sweep: String?

  @Option(help: ArgumentHelp("The parameter along the axis.", valueName: "path"))
  var x: String?

  @Option(help: ArgumentHelp("The figure: stall, build.stall, memory, ...", valueName: "metric"))
  var y: String?

  @Option(help: ArgumentHelp("A second parameter: the figure becomes a colour.", valueName: "path"))
  var heat: String?

  @Option(
    help: ArgumentHelp(
      "A metric to weigh, given twice, as in `advise`.", valueName: "metric"))
  var objective: [String] = []

  @Option(
    help: ArgumentHelp("What every run must satisfy, as in `advise`.", valueName: "condition"))
  var constraint: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The file, .svg, .png or .gp; `-`: standard output, as SVG.")
  var file: String?

  @Flag(help: "Draw with characters, here.")
  var terminal = false

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if (sweep == nil) == runs.isEmpty { throw ValidationError("give runs, or --sweep") }
    if file == "-", output.json {
      throw ValidationError("--json says what file was written; it does not go with -o -")
    }
    if terminal, output.json { throw ValidationError("--terminal draws here, without --json") }
    if (x == nil) != (y == nil) { throw ValidationError("--x and --y belong together") }
    if let heat, heat == x { throw ValidationError("--heat takes another parameter than --x") }
    if heat != nil, terminal {
      throw ValidationError("--heat needs colours: give -o")
    }
    if heat != nil, x == nil { throw ValidationError("--heat needs --x and --y") }
    if x != nil, !objective.isEmpty || !constraint.isEmpty {
      throw ValidationError("--objective and --constraint draw a front, without --x and --y")
    }
    if sweep == nil, x != nil || !objective.isEmpty || !constraint.isEmpty {
      throw ValidationError("--x, --y, --heat, --objective and --constraint belong to --sweep")
    }
    if sweep != nil, columns != nil || guest != nil {
      throw ValidationError("--columns and --guest belong to runs")
    }
    if (file == nil) != terminal { throw ValidationError("give -o or --terminal") }
  }

  func run() throws {
    let store = try database.openToRead()
    let width = min(Terminal.width ?? 80, 160)
    var target = PlotTarget.terminal(width: width, height: 24)
    if let file {
      guard let known = file == "-" ? .svg : PlotTarget(file: file) else {
        throw Failure(.usage, "'\(file)': pictures end in .svg or .png, scripts in .gp")
      }
      target = known
    }
    let picture: [UInt8]
    if let sweep, let x, let y {
      let metric = try MetricChoice(y, known: store.metricNames())
      let table = try store.sweepTable(sweep, metrics: [metric.name])
      picture =
        try heat.map { try target.picture(HeatPlot(table, x: x, y: $0, metric: metric)) }
        ?? target.picture(SweepPlot(table, x: x, metric: metric))
    } else if let sweep {
      let question = try AdviceQuestion(store, objectives: objective, constraints: constraint)
      picture = try target.picture(FrontPlot(question.answer(sweep, store).advice))
    } else {
      let records = try store.records(of: runs)
      try check(records, store)
      if columns == nil, records.count == 1 {
        let guest = try guest ?? store.firstGuest(of: records[0].id)
        picture = try target.picture(MemoryPlot(store, run: records[0], guest: guest))
      } else {
        let columns = try tickColumns()
        picture = try target.picture(
          ColumnPlot(store, runs: records, guest: guest, columns: columns))
      }
    }
    if terminal {
      return try put(
        String(decoding: picture, as: UTF8.self).replacing("\u{0C}", with: ""), terminator: "")
    }
    let written = try OutputFile(file, database: database.file)
    try written.write(picture)
    try written.close()
    if output.json, let file {
      try put(["file": file, "bytes": picture.count])
    }
  }

  private func check(_ records: [RunRecord], _ store: ResultStore) throws {
    for record in records {
      guard record.recording.keepsTicks else {
        throw Failure(
          .usage, "no ticks of run \(record.id) are kept; make it again with --record ticks")
      }
      guard try store.hasTicks(record.id) else {
        throw Failure(.notHeld, "there are no ticks of run \(record.id) yet")
      }
      let guests = try store.guests(of: record.id)
      if let guest, !guests.contains(guest) {
        throw Failure(
          .usage, "run \(record.id) has no guest '\(guest)': \(guests.joined(separator: ", "))")
      }
    }
  }

  private func tickColumns() throws -> [TickColumn] {
    let names = (columns ?? "total_ram_pages").split(separator: ",").map(String.init)
    guard !names.isEmpty, names.count <= 8 else {
      throw Failure(.usage, "--columns takes from 1 to 8 names")
    }
    return try TickColumn.named(names)
  }
}

extension TickColumn {
  /// The columns of these names, all of which there must be.
  static func named(_ names: [String]) throws(Failure) -> [TickColumn] {
    var columns: [TickColumn] = []
    for name in names {
      guard let column = all.first(where: { $0.name == name }) else {
        let near = nearestWord(to: name, among: all.map(\.name))
        throw Failure(
          .usage, "ticks has no column '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
      }
      columns.append(column)
    }
    return columns
  }
}
