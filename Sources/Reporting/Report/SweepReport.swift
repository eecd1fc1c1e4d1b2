public import Recording
internal import Text

/// A sweep as a page: what was asked, which setting to choose, where the figures lie, what moves them, and all runs.
public struct SweepReport {
  private let table: SweepTable
  private let record: SweepRecord?
  private let advice: Advice?
  private let tunables: [KernelTunables]
  private let setUp: PolicySetUp?
  private let objectives: [Objective]
  private let notes: [String]
  private let sentence: (AnalysisError) -> String
  private let sensitivities: [(title: String, finding: Sensitivity?, note: String?)]

  /// A report.
  ///
  /// - Parameters:
  ///   - table: The sweep with the metrics of the objectives.
  ///   - record: The sweep as the database lists it.
  ///   - objectives: What is weighed, two of them.
  ///   - advice: What `advise` finds; nothing if there is none, of which `notes` tell.
  ///   - tunables: Those of every guest in the recommended setting.
  ///   - setUp: What sets the host's policy in it.
  ///   - sensitivities: For each objective what moves it, or why that cannot be said.
  ///   - notes: What else is to be said, in sentences.
  ///   - sentence: An error in words.
  public init(
    _ table: SweepTable, record: SweepRecord?, objectives: [Objective], advice: Advice?,
    tunables: [KernelTunables], setUp: PolicySetUp? = nil,
    sensitivities: [(title: String, finding: Sensitivity?, note: String?)], notes: [String],
    sentence: @escaping (AnalysisError) -> String
  ) {
    self.table = table
    self.record = record
    self.objectives = objectives
    self.advice = advice
    self.tunables = tunables
    self.setUp = setUp
    self.sensitivities = sensitivities
    self.notes = notes
    self.sentence = sentence
  }

  /// The page.
  ///
  /// - Parameter command: The command that made it.
  public func page(command: String) -> ReportPage {
    var sections = [
      ReportPage.Section(id: "asked", title: "What was asked", parts: asked),
      ReportPage.Section(id: "advice", title: "Which setting to choose", parts: advised),
      ReportPage.Section(id: "figures", title: "Where the figures lie", parts: maps),
      ReportPage.Section(id: "sensitivity", title: "What moves the figures", parts: moved),
      ReportPage.Section(id: "runs", title: "All runs", parts: runs),
      ReportPage.Section(id: "again", title: "Do it again", parts: again(command)),
    ]
    sections.removeAll { $0.parts.isEmpty }
    return ReportPage(title: "\(table.name): sweep \(table.id)", lead: notes, sections: sections)
  }

  private var asked: [ReportPage.Part] {
    let counts = Dictionary(grouping: table.rows, by: \.run.status).mapValues(\.count)
    let finished = counts[.finished] ?? 0
    let values = table.paths.indices.map { place in
      let axis = SweepAxisValues(table, place: place)
      let shown = axis.texts.prefix(24).joined(separator: ", ")
      return [table.paths[place], shown + (axis.texts.count > 24 ? ", ..." : "")]
    }
    let seeds = Set(table.rows.map(\.run.seed)).count
    return [
      .init(paragraphs: [
        """
        \(table.plannedRuns) runs were planned, \(finished) are finished, \(counts[.failed] ?? 0) failed; \
        \(counted(seeds, "seed")).
        """
      ]),
      .init(
        table: .init(
          TableText(columns: [.init("parameter"), .init("values")], rows: values),
          caption: "What varies")),
    ]
  }

  private var advised: [ReportPage.Part] {
    guard let advice else { return [] }
    var parts = [
      ReportPage.Part(
        paragraphs: [advice.summary + ".", advice.basis] + advice.warnings.map { "Warning: \($0)." }
          + advice.rangeTexts
      )
    ]
    switch advice.reason {
    case .noneAllowed: return parts + [.init(paragraphs: [advice.nothingAllowed])]
    case .groundless:
      return parts + [
        .init(
          paragraphs: advice.groundlessText,
          table: .init(advice.memoryTable, caption: "Settings by the memory that they hold")),
        .init(paragraphs: [advice.defaultsText]),
      ]
    case .knee, .only, .nearest: break
    }
    let chart = FrontChart(advice)
    parts.append(.init(heading: "The front", chart: chart.chart(id: "front")))
    parts.append(
      .init(
        paragraphs: [advice.recommendation] + (advice.cliffText.map { [$0] } ?? [])
          + [advice.defaultsText],
        table: .init(advice.table, caption: "Pareto front, * recommended")))
    parts += tunables.compactMap { tunables in
      let commands = advice.commands(tunables, isOnly: self.tunables.count == 1).trimmedStart
      return commands.isEmpty
        ? nil : .init(heading: "Settings for guest \(tunables.guest)", commands: commands)
    }
    if let setUp {
      parts.append(
        .init(
          heading: "Settings of \(setUp.title)",
          commands: setUp.text(always: Set(table.paths))))
    }
    return parts
  }

  private var maps: [ReportPage.Part] {
    let varying = table.paths.indices.map { SweepAxisValues(table, place: $0) }
      .filter { $0.texts.count > 1 }
    guard let first = varying.first else { return [] }
    return objectives.enumerated().map { number, objective -> ReportPage.Part in
      do throws(AnalysisError) {
        if varying.count == 1 {
          let chart = try SweepMap.curve(
            table, x: first, metric: objective.metric, id: "curve-\(number)")
          return .init(heading: chart.title, chart: chart)
        }
        let (x, y) = strongest(of: varying, for: objective) ?? (first, varying[1])
        let grid = try SweepGrid(table, x: x, y: y, metric: objective.metric)
        return .init(heading: grid.title, table: SweepMap.table(grid))
      } catch {
        return .init(heading: objective.metric.text, paragraphs: [sentence(error)])
      }
    }
  }

  /// The two parameters that move an objective most, among those that vary.
  private func strongest(
    of axes: [SweepAxisValues], for objective: Objective
  ) -> (SweepAxisValues, SweepAxisValues)? {
    let title = objective.metric.text
    guard let found = sensitivities.first(where: { $0.title == title })?.finding else { return nil }
    let order = found.order.compactMap { path in axes.first { $0.path == path } }
    return order.count < 2 ? nil : (order[0], order[1])
  }

  private var moved: [ReportPage.Part] {
    sensitivities.flatMap { title, finding, note -> [ReportPage.Part] in
      guard let finding else {
        return [.init(heading: title, paragraphs: note.map { [$0] } ?? [])]
      }
      return finding.tables.enumerated().map { place, table in
        .init(
          heading: place == 0 ? title : nil,
          paragraphs: place == finding.tables.count - 1 ? finding.explanation : [],
          table: .init(table, caption: "What moves \(title), over \(finding.runs) runs"))
      }
    }
  }

  private var runs: [ReportPage.Part] {
    let page = SweepPage(table, record.map { [$0] } ?? [])
    return [
      .init(
        details: .init(
          summary: "All \(table.rows.count) runs",
          table: .init(page.runTable, caption: "Runs with parameters and figures")))
    ]
  }

  private func again(_ command: String) -> [ReportPage.Part] {
    let sweep = record.map { record in
      [
        ReportPage.Part(
          paragraphs: ["The same command makes only those runs that are missing:"],
          commands: RecordedCommand.lines([record.command]))
      ]
    }
    return (sweep ?? []) + [.init(paragraphs: ["This page was made with"], commands: command)]
  }
}

extension String {
  /// Without line ends at its beginning.
  fileprivate var trimmedStart: String { String(drop { $0 == "\n" }) }
}
