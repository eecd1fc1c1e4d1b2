import ArgumentParser
import Experiments
import MemoryModel
import Recording
import Reporting
import SimulationEngine

/// `balloonsim trace`: looks at traces.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Bring in traces and look at them.",
    subcommands: [
      TraceImportCommand.self, TraceFormatsCommand.self, Info.self, TraceSliceCommand.self,
      TraceResampleCommand.self, TraceScaleCommand.self, TraceMergeCommand.self,
      TraceGenerateCommand.self, TraceRecordCommand.self,
    ])

  /// `balloonsim trace info`.
  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a trace holds: span, samples, committed memory, steepest rise.")

    @Argument(help: "A trace in any format of `balloonsim trace formats`; `-`: standard input.")
    var file: String

    @OptionGroup var importing: ImportArguments
    @OptionGroup var output: OutputOptions

    func run() throws {
      let trace = try TraceReader.read(file, options: importing.options())
      let summary = TraceSummary(trace)
      if output.json { return try put(json(trace, summary)) }
      let pages = { (count: Double) in UnitScale.text(count, unit: "pages") }
      var rows = [
        ["format", trace.provenance.format.name], ["samples", "\(summary.rows)"],
        ["span", UnitScale.text(Double(summary.span.nanoseconds) / 1e9, unit: "s")],
      ]
      if let intervals = summary.intervals {
        rows.append([
          "interval",
          "\(intervals.least.text) to \(intervals.greatest.text), median \(intervals.median.text)",
        ])
      }
      rows += [
        ["committed, least", pages(Double(summary.committed.least.pages))],
        ["committed, mean", pages(summary.meanCommittedPages)],
        ["committed, greatest", pages(Double(summary.committed.greatest.pages))],
        ["steepest rise", pages(summary.steepestRise) + " a second"],
        ["columns", listed(summary.columns)],
        ["SHA-256", trace.provenance.sha256],
      ]
      let table = TableText(columns: [.init("trace"), .init(file)], rows: rows)
      try put(table.text(width: Terminal.width), terminator: "")
    }

    /// The names, but not more than a person reads.
    private func listed(_ names: [String]) -> String {
      let shown = names.prefix(50).joined(separator: ", ")
      return names.count <= 50 ? shown : "\(shown) and \(names.count - 50) more"
    }

    private func json(_ trace: CommittedTrace, _ summary: TraceSummary) -> String {
      let intervals = summary.intervals.map {
        """
        {"least_ns":\($0.least.nanoseconds),"median_ns":\($0.median.nanoseconds),\
        "greatest_ns":\($0.greatest.nanoseconds)}
        """
      }
      return """
        {"file":\(JSONText.quoted(file)),"format":\(JSONText.quoted(trace.provenance.format.name)),\
        "rows":\(summary.rows),"span_ns":\(summary.span.nanoseconds),\
        "interval":\(intervals ?? "null"),\
        "committed_least_pages":\(summary.committed.least.pages),\
        "committed_mean_pages":\(JSONText.number(summary.meanCommittedPages)),\
        "committed_greatest_pages":\(summary.committed.greatest.pages),\
        "steepest_rise_pages_per_s":\(JSONText.number(summary.steepestRise)),\
        "columns":\(JSONText.array(summary.columns)),\
        "sha256":\(JSONText.quoted(trace.provenance.sha256))}
        """
    }
  }
}
