private import Policies
public import Text
public import Validation

/// How many of a driver's recorded lines come out equal, file by file.
public struct VectorSummary: ValidationSummary, Sendable {
  private let reports: [VectorReport]

  /// A summary of files.
  public init(_ reports: [VectorReport]) { self.reports = reports }

  private var lines: Int { reports.reduce(0) { $0 + $1.lines } }
  private var equal: Int { reports.reduce(0) { $0 + $1.equalLines } }

  /// Whether every line is equal.
  public var ok: Bool { equal == lines }

  /// Each field that differs, with its line.
  public var differences: [String] {
    reports.flatMap { report in
      report.differing.flatMap { line in
        line.differences.map {
          """
          \(report.file):\(line.line): \(line.id) (\(line.category)): \($0.path): \
          expected \($0.expected ?? "nothing"), got \($0.got ?? "nothing")
          """
        }
      }
    }
  }

  /// A line a file.
  public var tables: [TableText] {
    [
      TableText(
        columns: [.init("file"), .init("lines", .right), .init("equal", .right)],
        rows: reports.map { [$0.file, "\($0.lines)", "\($0.equalLines)"] })
    ]
  }

  /// How many are equal.
  public var sentences: [String] { ["\(equal) of \(lines) lines equal"] }

  /// One JSON object.
  public var json: JSON {
    let files = reports.map { report in
      [
        "file": report.file, "lines": report.lines, "equal": report.equalLines,
        "differing": report.differing.map(Self.json),
      ] as JSON
    }
    return ["lines": lines, "equal": equal, "files": files]
  }

  private static func json(_ line: VectorReport.DifferingLine) -> JSON {
    [
      "line": line.line, "id": line.id, "category": line.category,
      "differences": line.differences.map {
        ["path": $0.path, "expected": $0.expected ?? "", "got": $0.got ?? ""] as JSON
      },
    ]
  }
}
