internal import Foundation

/// Holds the selfballoon driver against recorded behaviour: JSON Lines of inputs and outcomes.
///
/// The four schemas (single runs, sequences, sysfs, init) are told apart by what a line contains, so that
/// the name of a file means nothing and one file may mix them. The recordings are of Linux 4.19.
public enum DriverVectors {
  /// Replays every line of `file` and reports those in which any field differs; blank lines are passed over.
  ///
  /// Stops at the first line that is not in one of the schemas. Holds the whole file in memory.
  public static func check(file: String) throws(VectorError) -> VectorReport {
    let data: Data
    do {
      data = Data(try contents(ofFile: file, limit: 1 << 30))
    } catch {
      throw .unreadable(file: error.path, reason: error.reason)
    }
    var report = VectorReport(file: file)
    var line = 0
    for bytes in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
      let vector = try decode(bytes, file: file, line: line)
      guard let (kind, differences) = try replay(vector, file: file, line: line) else {
        throw .unknownKind(file: file, line: line)
      }
      report.counts[kind, default: 0] += 1
      if !differences.isEmpty {
        report.differing.append(
          VectorReport.DifferingLine(
            line: line, id: vector.id, category: vector.category, differences: differences))
      }
    }
    if report.lines == 0 { throw .empty(file: file) }
    return report
  }

  private static func replay(
    _ vector: DriverVector, file: String, line: Int
  ) throws(VectorError) -> (kind: VectorReport.Kind, differences: [VectorReport.Difference])? {
    do {
      return try DriverReplay.run(vector)
    } catch {
      throw .badField(path: error.path, file: file, line: line)
    }
  }

  private static func decode(
    _ bytes: Data, file: String, line: Int
  ) throws(VectorError) -> DriverVector {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(DriverVector.self, from: bytes)
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
