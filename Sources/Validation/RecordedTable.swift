internal import Foundation
internal import Traces

/// A CSV file of numbers as the recordings have them: a header line, then a row a line.
struct RecordedTable {
  private let columns: [String: Int]
  /// The rows, each as long as the header.
  let rows: [[Double]]

  /// Reads a file.
  ///
  /// - Throws: `UnreadableFile`, or `RecordedFileError.malformed` for the first line that does not fit.
  init(path: String) throws {
    let bytes = try contents(ofFile: path, limit: 64 << 20)
    try self.init(String(decoding: bytes, as: UTF8.self), file: path)
  }

  /// Reads what is in a file; `file` names it in errors.
  init(_ text: String, file: String) throws(RecordedFileError) {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let header = lines.first else {
      throw .malformed(file: file, place: "line 1", what: "no header")
    }
    let names = header.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    columns = Dictionary(
      names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var rows: [[Double]] = []
    for (index, line) in lines.dropFirst().enumerated() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let values = fields.compactMap { Double($0) }.filter { abs($0) <= 1e15 }
      guard values.count == names.count, fields.count == names.count else {
        throw .malformed(
          file: file, place: "line \(index + 2)", what: "expected \(names.count) numbers")
      }
      rows.append(values)
    }
    self.rows = rows
  }

  /// The values of a column; nothing if there is none of that name.
  subscript(name: String) -> [Double]? {
    columns[name].map { column in rows.map { $0[column] } }
  }

  /// The sum of some columns, row by row; nothing if one of them is missing.
  func sum(_ names: String...) -> [Double]? {
    var total = [Double](repeating: 0, count: rows.count)
    for name in names {
      guard let values = self[name] else { return nil }
      for index in total.indices { total[index] += values[index] }
    }
    return total
  }
}
