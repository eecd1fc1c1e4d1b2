import ArgumentParser
import Foundation
import Recording
import Scenarios
import Simulation
import Text
import Traces
import Units

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
    let target = try OutputFile(file, inputs: files)
    try write(target.write)
    try target.close()
  }

  /// Makes a CSV of `files`, and says what was understood of them on standard error.
  func make(
    of files: [String], _ output: OutputOptions,
    _ write: (@escaping ([UInt8]) throws -> Void) throws -> [TraceProvenance]
  ) throws {
    var provenances: [TraceProvenance] = []
    try self.write(besides: files) { provenances = try write($0) }
    if output.json {
      let json = provenances.count == 1 ? provenances[0].json : .array(provenances.map(\.json))
      if file != nil, file != "-" { try put(json) }
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

extension TraceProvenance {
  /// What was understood, as a JSON object.
  var json: JSON {
    [
      "files": sources.map { ["path": $0.path, "sha256": $0.sha256] as JSON },
      "format": format.name, "rows": outcome?.rows ?? rows,
      "span_ns": (outcome?.span ?? span).nanoseconds,
      "facts": facts.map { ["name": $0.name, "value": $0.value] as JSON },
    ]
  }
}
