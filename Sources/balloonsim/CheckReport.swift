import Recording

/// What `scenario check --json` prints: the problems of all files.
struct CheckReport {
  private let problems: [String]

  init(_ failures: [Failure]) { problems = failures.flatMap(\.lines) }

  /// One JSON object.
  var json: String { "{\"problems\":\(JSONText.array(problems))}" }
}
