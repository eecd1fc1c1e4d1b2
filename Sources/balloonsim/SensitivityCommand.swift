import ArgumentParser
import Recording
import Reporting
import Text

/// `balloonsim sensitivity`: which parameters of a sweep matter.
struct SensitivityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sensitivity", abstract: "Say which of a sweep's parameters move a metric.",
    usage: "balloonsim sensitivity --sweep <sweep> [<options>]",
    discussion: """
      Of a full grid: the share of the variance of every parameter and of every pair. Of a sweep with \
      --design morris: elementary effects (mu, mu*, sigma). Of --design saltelli: Sobol indices, first \
      order and total. Docs/tuning.md says how and by which formulas.

      Exit code 1 if the metric is the same in all runs, or they are no such design.
      """)

  @Option(help: "The sweep: its number, its name, or `last`.")
  var sweep: String

  @Option(
    help: """
      The metric: any of `show`, also of one guest (build.stall); `memory`, `saved` and `harm` are \
      memory_held_mean, memory_saved and stall.
      """)
  var metric = "harm"

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let store = try database.openToRead()
    let choice = try MetricChoice(metric, known: try store.metricNames())
    let table = try store.sweepTable(sweep, metrics: [choice.name])
    let sensitivity = try Sensitivity(table, metric: choice)
    if output.json {
      try put(sensitivity.json)
    } else {
      try put(sensitivity.text(width: Terminal.width ?? 80), terminator: "")
    }
  }
}
