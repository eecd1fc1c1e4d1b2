import Text

/// What `scenario check --json` prints: the problems of all files.
struct CheckReport {
  private let problems: [String]

  init(_ failures: [Failure]) { problems = failures.flatMap(\.lines) }

  /// One JSON object.
  var json: JSON { ["problems": problems] }
}
