import ArgumentParser
import Experiments
import Foundation
import Recording
import Reporting
import SimulationEngine

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
      """)
  var files: [String]

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The CSV; `-` or nothing: standard output.")
  var file: String?

  @OptionGroup var importing: ImportArguments
  @OptionGroup var output: OutputOptions

  func run() throws {
    let options = try importing.options()
    let target = try OutputTarget(file, besides: files)
    let provenance: TraceProvenance
    do {
      provenance = try TraceReader.write(files, options: options, to: target.write)
      try target.close()
    } catch {
      target.discard()
      throw error
    }
    if output.json {
      if file != nil, file != "-" { try put(provenance.json) }
    } else if !output.quiet {
      let rows = provenance.facts.map { [$0.name, $0.value] }
      note(
        TableText(
          columns: [.init("trace"), .init(files.joined(separator: " "))],
          rows: rows + [["SHA-256", provenance.sha256]]
        ).text(width: Terminal.width(of: STDERR_FILENO) ?? 100), terminator: "")
    }
  }
}

/// `balloonsim trace formats`.
struct TraceFormatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "formats", abstract: "List the formats that traces are read from.")

  @OptionGroup var output: OutputOptions

  func run() throws {
    if output.json {
      let formats = TraceFormat.all.map {
        JSONText.object([("name", .text($0.name)), ("summary", .text($0.summary))])
      }
      return try put("[\(formats.joined(separator: ","))]")
    }
    let rows = TraceFormat.all.map { [$0.name, $0.summary] }
    let table = TableText(columns: [.init("format"), .init("written by")], rows: rows)
    try put(table.text(width: Terminal.width), terminator: "")
  }
}

/// A file that appears under its name only when it is whole, or standard output.
struct OutputTarget {
  private let output: OutputFile
  private let path: String?
  private let part: String?

  /// Opens a file beside `path`, or what is at `path` if that is no regular file; none of `sources` is written over.
  init(_ path: String?, besides sources: [String]) throws(OutputError) {
    self.path = path
    var status = stat()
    let isPlain = path.map { stat($0, &status) != 0 || status.st_mode & S_IFMT == S_IFREG } ?? false
    if let path, isPlain, let same = sources.first(where: { isSameFile(path, $0) }) {
      throw .cannotCreate(path: path, reason: "is \(same), which is read")
    }
    part = path != "-" && isPlain ? path.map { "\($0).part" } : nil
    output = try OutputFile(part ?? path, besides: "")
  }

  /// Writes bytes.
  func write(_ bytes: [UInt8]) throws { try output.write(bytes) }

  /// Gives the file its name.
  func close() throws {
    try output.close()
    if let part, let path, rename(part, path) != 0 {
      throw OutputError.cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Removes what was written.
  func discard() { if let part { unlink(part) } }
}

extension TraceProvenance {
  /// What was understood, as a JSON object.
  var json: String {
    let facts = facts.map {
      JSONText.object([("name", .text($0.name)), ("value", .text($0.value))])
    }
    let files = sources.map {
      JSONText.object([("path", .text($0.path)), ("sha256", .text($0.sha256))])
    }
    return """
      {"files":[\(files.joined(separator: ","))],"format":\(JSONText.quoted(format.name)),\
      "rows":\(rows),"span_ns":\(span.nanoseconds),"facts":[\(facts.joined(separator: ","))]}
      """
  }
}
