import ArgumentParser
import Experiments
import Foundation
import Recording
import Reporting
import SimulationEngine

/// Where a command puts the trace that it makes.
struct TraceOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The CSV; `-` or nothing: standard output.", completion: .file())
  var file: String?

  /// Makes a CSV, which gets its name when it is whole; none of `files` is written over.
  func write(
    besides files: [String], _ write: (@escaping ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    let target = try OutputTarget(file, besides: files)
    do {
      try write(target.write)
      try target.close()
    } catch {
      target.discard()
      throw error
    }
  }

  /// Makes a CSV of `files`, and says what was understood of them on standard error.
  func make(
    of files: [String], _ output: OutputOptions,
    _ write: (@escaping ([UInt8]) throws -> Void) throws -> [TraceProvenance]
  ) throws {
    var provenances: [TraceProvenance] = []
    try self.write(besides: files) { provenances = try write($0) }
    if output.json {
      let texts = provenances.map(\.json)
      let text = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ","))]"
      if file != nil, file != "-" { try put(text) }
    } else if !output.quiet {
      for provenance in provenances {
        let rows = provenance.facts.map { [$0.name, $0.value] }
        note(
          TableText(
            columns: [.init("trace"), .init(provenance.path)],
            rows: rows + [["SHA-256", provenance.sha256]]
          ).text(width: Terminal.width(of: STDERR_FILENO) ?? 100), terminator: "")
      }
    }
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
      "rows":\(outcome?.rows ?? rows),"span_ns":\((outcome?.span ?? span).nanoseconds),"facts":[\(facts.joined(separator: ","))]}
      """
  }
}
