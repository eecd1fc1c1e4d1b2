import ArgumentParser
import Recording
import Simulation
import Text
import Traces

/// `balloonsim trace import`.
struct TraceImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn what other tools recorded into a trace (CSV).",
    usage: "balloonsim trace import <file> ... [-o <file>] [<options>]",
    discussion: """
      The format is recognised by content; gzip is undone. What was understood is said on standard error and \
      written into the CSV as lines that begin with #. `run` takes the same files directly.
      """)

  @Argument(
    help: """
      A file or folder; several are parts of one recording (sadf -r and sadf -S, several days). `-`: standard input.
      """, completion: .file())
  var files: [String]

  @OptionGroup var target: TraceOutput
  @OptionGroup var importing: ImportArguments
  @OptionGroup var output: OutputOptions

  func run() throws {
    let options = try importing.options()
    try target.make(of: files, output) { [try TraceReader.write(files, options: options, to: $0)] }
  }
}

/// `balloonsim trace formats`.
struct TraceFormatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats", abstract: "List the formats that traces are read from.")

  @OptionGroup var output: OutputOptions

  func run() throws {
    if output.json {
      return try put(
        .array(TraceFormat.all.map { ["name": $0.name, "summary": $0.summary] }))
    }
    let rows = TraceFormat.all.map { [$0.name, $0.summary] }
    let table = TableText(columns: [.init("format"), .init("written by")], rows: rows)
    try put(table.text(width: Terminal.width), terminator: "")
  }
}
