import ArgumentParser
import Recording
import Reporting
import Text

/// `balloonsim compare`: holds runs against each other.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Hold runs against a first one: parameters, figures, and where two of them part.",
    usage: "balloonsim compare <run> <run> ... [<options>]",
    discussion: """
      A run is a number, the beginning of a key, or `last`. Repetitions with other seeds are given together, 4-6 or 4,5,6: \
      then figures are means with 95% confidence intervals, and differences are taken between runs of the same seed.
      """)

  @Argument(help: "Two or more runs, or lists of repetitions.")
  var runs: [String]

  @Flag(help: "Exit with 1 unless all runs took the same course as the first.")
  var expectEqual = false

  @Option(
    help: ArgumentHelp(
      """
      Exit with 1 if a figure differs by more: in percent of the first run's (stall=5%), or in its own unit (oom_kills=0); \
      `memory`, `saved` and `harm` are memory_held_mean, memory_saved and stall; may be repeated.
      """, valueName: "metric=amount"))
  var tolerance: [String] = []

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if runs.count < 2 { throw ValidationError("give two runs or more") }
  }

  func run() throws {
    let tolerances = try tolerance.map { text in
      guard let tolerance = MetricTolerance(text) else {
        throw Failure(.usage, "--tolerance takes METRIC=AMOUNT or METRIC=PERCENT%, not '\(text)'")
      }
      return tolerance
    }
    let store = try database.openToRead()
    let groups = try runs.map { try RunGroup(store, store.records(of: $0)) }
    let comparison = RunComparison(groups)
    let others = groups.dropFirst().filter { $0.runs.count == 1 }
    let stories =
      groups[0].runs.count == 1
      ? try others.map { try PartingStory(store, groups[0].runs[0], $0.runs[0]) } : []
    let violations = try comparison.violations(of: tolerances)
    if output.json {
      try put(comparison.json + ["partings": stories.map(\.json), "violations": violations])
    } else if !output.quiet {
      try printText(comparison, stories)
    }
    for violation in violations { note(sentence: "balloonsim: \(violation)") }
    var isHeld = violations.isEmpty
    if expectEqual {
      let courses = Set(groups.flatMap(\.runs).map(\.course))
      if courses.count != 1 || courses.contains(nil) {
        note("balloonsim: the runs did not take the same course")
        isHeld = false
      }
    }
    if !isHeld { throw ExitCode(ExitStatus.notHeld.rawValue) }
  }

  private func printText(_ comparison: RunComparison, _ stories: [PartingStory]) throws {
    let width = Terminal.width
    let wrapped = { TableText.wrapped($0, width: width ?? 100) }
    var parts = comparison.losses.map(wrapped)
    let parameters = comparison.parameterTable
    parts.append(
      parameters.rows.isEmpty
        ? "All parameters are the same." : parameters.text(width: width))
    let (figures, equal) = comparison.metricTable
    if !figures.rows.isEmpty { parts.append(figures.text(width: width)) }
    switch (figures.rows.isEmpty, equal) {
    case (false, 0): break
    case (false, 1): parts.append("1 other figure is the same.")
    case (false, _): parts.append("\(equal) other figures are the same.")
    case (true, 1): parts.append("The only figure is the same.")
    case (true, _): parts.append("All \(equal) figures are the same.")
    }
    parts += comparison.verdicts.map(wrapped)
    for story in stories { parts += story.text(width: width, sentences: width ?? 100) }
    let text = parts.map { $0.trimmedEnd + "\n" }
    try put(text.joined(separator: "\n"), terminator: "")
  }
}

extension String {
  /// Without line ends at its end.
  fileprivate var trimmedEnd: String {
    var text = self
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}
