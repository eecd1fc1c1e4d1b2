public import Recording
internal import Scenarios
internal import Simulation
internal import Text

/// Runs as a page: what was asked, what came out, pictures, events, the worst moments, and how to do it again.
public struct RunReport {
  private let store: ResultStore
  private let runs: [RunRecord]
  private let groups: [RunGroup]
  private let provenances: [RunProvenance]
  /// A page holds some thousand moments; more runs share them.
  private static let moments = 400
  /// More pictures beside the charts would make the page too large.
  private static let pictureLimit = 4

  /// A report of some runs, at least one, from what the database holds of them.
  public init(_ store: ResultStore, runs: [RunRecord]) throws {
    self.store = store
    self.runs = runs
    groups = try runs.map { try RunGroup(store, [$0]) }
    provenances = try runs.map { try store.provenance(of: $0.id) }
  }

  /// The page.
  ///
  /// - Parameters:
  ///   - command: The command that made it.
  ///   - pictures: Whether gnuplot draws every chart too, for who runs no scripts.
  public func page(command: String, pictures: Bool) throws -> ReportPage {
    let names = Set(runs.map(\.scenarioName)).sorted().joined(separator: ", ")
    let numbers = "\(plural("run", runs.count)) \(Advice.ranges(runs.map(\.id)))"
    var seen: Set<String> = []
    let lead = provenances.compactMap { scenarioDescription(inYAML: $0.scenarioYAML) }
      .filter { seen.insert($0).inserted }
    var sections = [
      ReportPage.Section(id: "asked", title: "What was asked", parts: asked),
      ReportPage.Section(id: "outcome", title: "What came out", parts: outcome),
      ReportPage.Section(
        id: "pictures", title: "Over time", parts: try self.pictures(isDrawn: pictures)),
      ReportPage.Section(id: "figures", title: "All figures", parts: figures),
      ReportPage.Section(id: "events", title: "Events", parts: try events),
      ReportPage.Section(id: "why", title: "Worst moments", parts: try worst),
      ReportPage.Section(
        id: "provenance", title: "Parameters and provenance", parts: try provenance),
      ReportPage.Section(id: "again", title: "Do it again", parts: again(command)),
    ]
    sections.removeAll { $0.parts.isEmpty }
    let losses = groups.flatMap(\.losses)
    return ReportPage(title: "\(names): \(numbers)", lead: losses + lead, sections: sections)
  }

  // MARK: What was asked

  private var asked: [ReportPage.Part] {
    var columns: [TableText.Column] = [.init("")]
    columns += groups.map { .init($0.title) }
    func row(_ title: String, _ text: (RunRecord) -> String) -> [String] {
      [title] + runs.map(text)
    }
    var rows = [
      row("scenario", \.scenarioName), row("driver", \.driver), row("seed") { "\($0.seed)" },
      row("simulated time", \.simulatedText), row("status", \.status.rawValue),
    ]
    let guests = Set(groups.flatMap { KernelTunables.guests(in: $0.parameters) }).sorted()
    for guest in guests {
      for name in ["memory", "controller"] {
        let path = ParameterPath.of(guest: guest, name).description
        rows.append(
          ["\(guest): \(name)"]
            + groups.map { $0.parameters.first { $0.path == path }?.value ?? "-" })
      }
    }
    var parts = [
      ReportPage.Part(table: .init(TableText(columns: columns, rows: rows), caption: "The runs"))
    ]
    if runs.count > 1 {
      let differing = RunComparison(groups).parameterTable
      parts.append(
        differing.rows.isEmpty
          ? .init(paragraphs: ["All parameters are the same."])
          : .init(table: .init(differing, caption: "Parameters that differ")))
    }
    return parts
  }

  // MARK: What came out

  private var outcome: [ReportPage.Part] {
    var parts = [
      ReportPage.Part(paragraphs: groups.flatMap(Self.headlines) + groups.flatMap(\.verdicts))
    ]
    let unfinished = runs.filter { $0.status != .finished }
    if !unfinished.isEmpty {
      let texts = unfinished.map {
        "Run \($0.id) is \($0.status.rawValue)\($0.error.map { ": \($0)" } ?? ""), so it has no figures."
      }
      parts.append(.init(paragraphs: texts))
    }
    return parts
  }

  /// For each guest what it held, what that saved, and what it cost.
  private static func headlines(_ group: RunGroup) -> [String] {
    var guests: [String] = []
    for metric in group.figures {
      if let guest = metric.guest, !guests.contains(guest) { guests.append(guest) }
    }
    return guests.map { guest in
      func figure(_ name: String) -> String {
        group.figures.first { $0.guest == guest && $0.name == name }
          .map { UnitScale.text($0.value, unit: $0.unit) } ?? "-"
      }
      let means = group.hasKills(in: guest) ? ", by killing," : ""
      return """
        In \(group.title) \(guest) held \(figure("memory_held_mean_pages")) on average, between \
        \(figure("memory_held_least_pages")) and \(figure("memory_held_peak_pages")): \(figure("memory_saved_percent")) less\(means) than \
        at boot. Its accesses waited \(figure("stall")) in all; processes killed for want of memory: \(figure("oom_kills")).
        """
    }
  }

  private var figures: [ReportPage.Part] {
    let table = MetricsTable(groups.map { .init(title: $0.title, metrics: $0.figures) }).table
    return table.rows.isEmpty
      ? [] : [.init(table: .init(table, caption: "Figures of the whole run"))]
  }

  // MARK: Pictures

  private func pictures(isDrawn: Bool) throws -> [ReportPage.Part] {
    let kept = try runs.filter { try $0.recording.keepsTicks && store.hasTicks($0.id) }
    let numbers = Set(kept.map(\.id))
    var parts = runs.filter { !numbers.contains($0.id) }.map {
      ReportPage.Part(paragraphs: [
        "No ticks of run \($0.id) are kept, so there are no pictures of it."
      ])
    }
    let guests = try kept.map { (run: $0, guests: try store.guests(of: $0.id)) }
    let count = max(1, guests.reduce(0) { $0 + $1.guests.count })
    let moments = max(15, Self.moments / count)
    if kept.count > 1 { parts.append(try overlay(guests, moments: moments)) }
    for (run, guests) in guests {
      for (place, guest) in guests.enumerated() {
        let name = runs.count == 1 ? guest : "run \(run.id), \(guest)"
        let charts = try RunCharts(store, run: run, guest: guest, moments: moments)
        let id = "run-\(run.id)-\(place)"
        var memory = try charts.memory(id: "\(id)-memory", name: name)
        if isDrawn && count <= Self.pictureLimit {
          let plot = try MemoryPlot(store, run: run, guest: guest, parts: moments / 2)
          let picture = try PlotTarget.svg.picture(plot)
          memory.picture = String(decoding: picture, as: UTF8.self).svgElement
        }
        parts.append(.init(heading: "Memory of \(name)", chart: memory))
        if let stalls = try charts.stalls(id: "\(id)-stalls", name: name) {
          parts.append(.init(heading: "Waits in \(name)", chart: stalls))
        } else {
          parts.append(.init(paragraphs: ["No access in \(name) waited."]))
        }
      }
    }
    return parts
  }

  private func overlay(
    _ guests: [(run: RunRecord, guests: [String])], moments: Int
  ) throws -> ReportPage.Part {
    let series = try guests.flatMap { run, guests in
      try guests.map { guest in
        (
          name: guests.count > 1 ? "run \(run.id), \(guest)" : "run \(run.id)",
          ticks: try TickSeries(
            store, run: run, guest: guest, columns: [.ramPages], parts: moments)
        )
      }
    }
    return .init(
      heading: "Memory that the guests held",
      chart: RunCharts.overlay(series, id: "overlay", axis: try TimeAxis(store, runs)))
  }

  // MARK: Events and moments

  /// No more events of a run than a person reads.
  private static let eventLimit = 100

  private var events: [ReportPage.Part] {
    get throws {
      try runs.compactMap { run in
        let all = try store.events(of: run.id).filter { $0.known != .balloonTarget }
        if all.isEmpty { return nil }
        let rows = all.prefix(Self.eventLimit).map { event in
          [UnitScale.text(event.time), event.guest ?? "", event.sentence]
        }
        let table = TableText(
          columns: [.init("time", .right), .init("guest"), .init("event")],
          rows: rows)
        var part = ReportPage.Part(
          heading: runs.count == 1 ? nil : "Run \(run.id)",
          table: .init(table, caption: "What happened in run \(run.id)"))
        if all.count > rows.count {
          part.paragraphs = [
            "The first \(rows.count) of \(all.count); all: balloonsim export \(run.id) --table events"
          ]
        }
        return part
      }
    }
  }

  private var worst: [ReportPage.Part] {
    get throws {
      try runs.flatMap { run -> [ReportPage.Part] in
        guard run.recording != .metrics else { return [] }
        for kind in WorstMoment.allCases {
          guard let moment = try store.worst(kind, of: run.id, guest: nil) else { continue }
          let story = try DecisionStory(
            store, run: run.id, guest: moment.guest, at: moment.time)
          let minute = try MinuteBefore(
            store, run: run.id, guest: moment.guest, before: moment.time)
          let what = kind.text(isAfterFirstRun: moment.isAfterFirstRun)
          let heading =
            "Run \(run.id): \(what), in \(moment.guest), at \(UnitScale.text(moment.time))"
          return [
            .init(heading: heading, paragraphs: story.sentences),
            .init(
              paragraphs: minute.happenings,
              table: .init(minute.table, caption: "The minute before, in MiB")),
          ]
        }
        return [
          .init(paragraphs: [
            "Run \(run.id): nothing bad happened: no kill, no wait, never below the goal."
          ])
        ]
      }
    }
  }

  // MARK: Provenance

  private var provenance: [ReportPage.Part] {
    get throws {
      zip(zip(runs, provenances), groups).flatMap { pair, group -> [ReportPage.Part] in
        let page = RunPage(
          run: pair.0, provenance: pair.1, parameters: group.parameters, metrics: group.figures)
        return [
          .init(
            heading: runs.count == 1 ? nil : "Run \(pair.0.id)",
            table: .init(page.facts, caption: "Where run \(pair.0.id) comes from")),
          .init(
            details: .init(
              summary: "All \(group.parameters.count) parameters of run \(pair.0.id)",
              table: .init(page.parameterTable, caption: "Parameters of run \(pair.0.id)"))),
        ]
      }
    }
  }

  private func again(_ command: String) -> [ReportPage.Part] {
    [
      .init(
        paragraphs: ["The runs are made again, bit by bit, with"],
        commands: RecordedCommand.lines(runs.map(\.command))),
      .init(paragraphs: ["and this page with"], commands: command),
    ]
  }
}

extension String {
  /// An SVG document without its prologue, to stand in a page.
  var svgElement: String {
    firstRange(of: "<svg").map { String(self[$0.lowerBound...]) } ?? self
  }
}
