import ArgumentParser
import Recording
import Reporting
import Scenarios
import Statistics
import Text
import Traces
import Units

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
      abstract: "Say what a trace holds, and draw it.",
      discussion: """
        Draws committed memory, and memory in use where the trace tells it; says how levels are distributed, which rises are \
        the largest, how long a level is remembered, and by how long changes of committed memory go before those of memory \
        in use. What the figures mean exactly: Docs/traces.md.
        """)

    @Argument(
      help: "A trace in any format of `balloonsim trace formats`; `-`: standard input.",
      completion: .file())
    var file: String

    @OptionGroup var importing: ImportArguments
    @OptionGroup var output: OutputOptions

    func run() throws {
      let (profile, trace) = try TraceProfile.read(file, options: importing.options())
      let summary = TraceSummary(trace)
      if output.json { return try put(json(trace, summary, profile)) }
      if !output.quiet { try draw(profile) }
      let coarse = trace.coarseInterval
      var rows = [
        ["format", trace.provenance.format.name], ["samples", "\(summary.rows)"],
        ["span", UnitScale.text(summary.span.seconds, unit: "s")],
      ]
      if let intervals = summary.intervals {
        rows.append([
          "interval",
          "\(intervals.least.text) to \(intervals.greatest.text), median \(intervals.median.text)",
        ])
      }
      if let averages = trace.provenance.averages { rows.append(["averages", averages]) }
      rows += [
        ["committed, least", pages(Double(summary.committed.least.pages))],
        ["committed, mean", mean(summary, isCoarse: coarse != nil)],
        ["committed, greatest", pages(Double(summary.committed.greatest.pages))],
        [
          "below, of the time",
          zip(TraceProfile.shares, profile.quantiles).map {
            "\(Int(($0 * 100).rounded()))%: \(pages($1))"
          }.joined(separator: ", "),
        ],
        [
          "steepest rise",
          pages(summary.steepestRise) + " a second"
            + (coarse == nil
              ? "" : " (straight line) to \(pages(Double(summary.greatestRise))) at once (jump)"),
        ],
      ]
      rows += profile.rises.map { rise in
        [
          "rise at \(time(rise.start))",
          "\(pages(Double(rise.pages))) in \(time(rise.length)), \(pages(rise.speed)) a second",
        ]
      }
      rows.append([
        "level remembered",
        profile.committed.memory.map {
          UnitScale.text($0 * profile.committed.step.seconds, unit: "s")
        } ?? "-",
      ])
      if let used = profile.used { rows.append(["memory in use", used.source]) }
      if let lead = profile.lead { rows += self.rows(lead) }
      rows += [["columns", listed(summary.columns)], ["SHA-256", trace.provenance.sha256]]
      let table = TableText(columns: [.init("trace"), .init(file)], rows: rows)
      try put(table.text(width: Terminal.width), terminator: "")
      if let coarse { try put(sentence: "\n" + sentence(coarse, trace)) }
    }

    private func pages(_ count: Double) -> String { UnitScale.text(count, unit: "pages") }

    /// What is not known of coarse samples, and what follows.
    private func sentence(_ interval: SimDuration, _ trace: CommittedTrace) -> String {
      """
      The samples are \(trace.provenance.areAverages ? "averages over" : "instants") \(interval.text)\
      \(trace.provenance.areAverages ? "" : " apart"): what happened between them was not recorded. Peaks may have been \
      higher and rises steeper than any here. `balloonsim run` gives figures for jumps from sample to sample \
      (between: step) and for straight lines (between: linear).
      """
    }

    /// The mean of jumps, or of both jumps and straight lines.
    private func mean(_ summary: TraceSummary, isCoarse: Bool) -> String {
      let means = [summary.meanCommittedPages, summary.meanCommittedPagesOfLines].map(pages)
      return isCoarse ? "\(means[0]) (jumps), \(means[1]) (straight lines)" : means[0]
    }

    private func time(_ duration: SimDuration) -> String {
      UnitScale.text(duration.seconds, unit: "s")
    }

    private func rows(_ lead: LeadLag) -> [[String]] {
      let distance =
        lead.lead == .zero
        ? "changes at the same time as memory in use"
        : lead.lead > .zero
          ? "changes \(time(lead.lead)) before memory in use"
          : "changes \(time(.nanoseconds(-lead.lead.nanoseconds))) after memory in use"
      let falseShare = (100 * Double(lead.falseAlarms) / Double(max(1, lead.alarms))).rounded()
      let figures = [lead.correlation, lead.chance].map { ($0 * 1_000).rounded() / 1_000 }
      return [
        [
          "committed",
          "\(distance): correlation \(figures[0]), by chance as high in \(figures[1]) of cases",
        ],
        [
          "steep rises",
          lead.alarms == 0
            ? "none by a tenth of its range in a step"
            : "\(lead.alarms), false alarms \(lead.falseAlarms) (\(Int(falseShare))%): memory in use did not follow by half",
        ],
      ]
    }

    /// Draws the trace; without gnuplot it says so.
    private func draw(_ profile: TraceProfile) throws {
      do {
        let width = min(Terminal.width ?? 80, 120)
        try put(TracePlot.text(profile, width: width, height: 20), terminator: "")
      } catch Gnuplot.Fault.missing {
        note("not drawn: gnuplot is not installed (Debian's gnuplot-nox)")
      }
    }

    /// The names, but not more than a person reads.
    private func listed(_ names: [String]) -> String {
      let shown = names.prefix(50).joined(separator: ", ")
      return names.count <= 50 ? shown : "\(shown) and \(names.count - 50) more"
    }

    private func json(
      _ trace: CommittedTrace, _ summary: TraceSummary, _ profile: TraceProfile
    ) -> JSON {
      let memory = profile.committed.memory.map { $0 * Double(profile.committed.step.nanoseconds) }
      let quantiles = zip(TraceProfile.shares, profile.quantiles).map { ("\($0)", $1) }
      return [
        "file": file, "format": trace.provenance.format.name,
        "rows": summary.rows, "span_ns": summary.span.nanoseconds,
        "interval": summary.intervals.map {
          [
            "least_ns": $0.least.nanoseconds, "median_ns": $0.median.nanoseconds,
            "greatest_ns": $0.greatest.nanoseconds,
          ] as JSON
        },
        "coarse": trace.coarseInterval != nil, "averages": trace.provenance.areAverages,
        "committed_least_pages": summary.committed.least.pages,
        "committed_mean_pages": summary.meanCommittedPages,
        "committed_mean_of_lines_pages": summary.meanCommittedPagesOfLines,
        "committed_greatest_pages": summary.committed.greatest.pages,
        "greatest_rise_pages": summary.greatestRise,
        "steepest_rise_pages_per_s": summary.steepestRise,
        "quantiles_pages": JSON.object(quantiles),
        "rises": profile.rises.map {
          [
            "start_ns": $0.start.nanoseconds, "length_ns": $0.length.nanoseconds, "pages": $0.pages,
          ] as JSON
        },
        "memory_ns": memory.map { Int64($0) },
        "in_use": profile.used?.source,
        "lead": profile.lead.map {
          [
            "lead_ns": $0.lead.nanoseconds, "correlation": $0.correlation, "chance": $0.chance,
            "alarms": $0.alarms, "false_alarms": $0.falseAlarms,
          ] as JSON
        },
        "columns": summary.columns, "sha256": trace.provenance.sha256,
      ]
    }
  }
}
