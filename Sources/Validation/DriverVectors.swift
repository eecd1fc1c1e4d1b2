internal import Foundation
internal import Policies
internal import Simulation
internal import Traces

/// Holds policies against recorded behaviour of the real programs: JSON Lines of inputs and outcomes.
///
/// The kinds - four schemas of the selfballoon driver of Linux 4.19 (single runs, sequences, sysfs, init), and those that
/// `kinds` names - are told apart by what a line contains, so that the name of a file means nothing and one file may mix
/// them.
public enum DriverVectors {
  /// The kinds that are no schema of the driver's: of policies, and of the model's own mechanism.
  private static let replays: [any PolicyReplay.Type] =
    PolicyCatalogue.replays + [
      TmemReplay.self, PageReportingReplay.self, PressureReplay.self,
    ]

  /// What those are called.
  public static let kinds: [String] = replays.map { $0.kind }

  /// Replays every line of `file` and reports those in which any field differs; blank lines are passed over.
  ///
  /// Stops at the first line that is not in one of the schemas. Holds the whole file in memory.
  ///
  /// - Throws: `UnreadableFile` or `VectorError`.
  public static func check(file: String) throws -> VectorReport {
    let data = Data(try contents(ofFile: file, limit: 1 << 30))
    var report = VectorReport(file: file)
    var line = 0
    for bytes in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
      let names = try decode(VectorNames.self, bytes, file: file, line: line)
      let replayed =
        if let replay = replays.first(where: { $0.recognises(names.all) }) {
          try self.replay(bytes, by: replay, file: file, line: line)
        } else if names.all.isDisjoint(with: ["category", "frontswap_compiled_in"]) {
          throw VectorError.unknownKind(file: file, line: line)
        } else {
          try self.replay(bytes, file: file, line: line)
        }
      report.counts[replayed.kind, default: 0] += 1
      if !replayed.line.differences.isEmpty { report.differing.append(replayed.line) }
    }
    if report.lines == 0 { throw VectorError.empty(file: file) }
    return report
  }

  /// A line of the driver's four schemas.
  private static func replay(
    _ bytes: Data, file: String, line: Int
  ) throws(VectorError) -> (kind: VectorReport.Kind, line: VectorReport.DifferingLine) {
    let vector = try decode(DriverVector.self, bytes, file: file, line: line)
    let outcome: (kind: VectorReport.Kind, differences: [VectorDifference])?
    do {
      outcome = try DriverReplay.run(vector)
    } catch {
      throw .badField(path: error.path, file: file, line: line)
    }
    guard let outcome else { throw .unknownKind(file: file, line: line) }
    return (
      outcome.kind,
      VectorReport.DifferingLine(
        line: line, id: vector.id, category: vector.category, differences: outcome.differences)
    )
  }

  /// A line of a policy that has its replay beside it.
  private static func replay(
    _ bytes: Data, by replay: any PolicyReplay.Type, file: String, line: Int
  ) throws(VectorError) -> (kind: VectorReport.Kind, line: VectorReport.DifferingLine) {
    let fields = try decode(VectorFields.self, bytes, file: file, line: line)
    do {
      return (
        VectorReport.Kind(rawValue: replay.kind),
        VectorReport.DifferingLine(
          line: line, id: try replay.id(of: fields), category: replay.kind,
          differences: try replay.replay(fields))
      )
    } catch {
      throw .badField(path: error.path, file: file, line: line)
    }
  }

  private static func decode<Line: Decodable>(
    _ type: Line.Type, _ bytes: Data, file: String, line: Int
  ) throws(VectorError) -> Line {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(type, from: bytes)
    } catch let error as DecodingError {
      let path = path(of: error)
      throw path.isEmpty
        ? .notJSON(file: file, line: line) : .badField(path: path, file: file, line: line)
    } catch {
      throw .notJSON(file: file, line: line)
    }
  }

  /// The field that an error is about, as `steps[3].expected.status`; empty for the line itself.
  private static func path(of error: DecodingError) -> String {
    let keys: [any CodingKey] =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        context.codingPath
      case .keyNotFound(let key, let context): context.codingPath + [key]
      @unknown default: []
      }
    return keys.reduce(into: "") { path, key in
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + snakeCase(key.stringValue)
      }
    }
  }
}

/// The names of a line's fields, whatever is in them.
private struct VectorNames: Decodable {
  let all: Set<String>

  private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }

  init(from decoder: any Decoder) throws {
    all = Set(try decoder.singleValueContainer().decode([String: Anything].self).keys)
  }
}
