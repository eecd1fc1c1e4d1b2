internal import Recording
internal import Scenarios
internal import Statistics
public import Text

/// Runs held against a first one: what was asked differently, and what came out differently.
public struct RunComparison: Sendable {
  /// A figure of one group and of another.
  struct Figure {
    var name: RunGroup.Name
    var first: MeanInterval
    var second: MeanInterval
    /// The second less the first: of pairs with the same seed where there are any.
    var difference: MeanInterval
    /// Whether it is of pairs.
    var isPaired: Bool

    /// Whether they differ by more than what rounding does to the mean of some numbers.
    var isDifferent: Bool {
      abs(difference.mean) > 1e-9 * max(abs(first.mean), abs(second.mean))
    }

    /// The difference as it is shown: of what does not differ, nothing without a sign.
    var shown: MeanInterval {
      var shown = difference
      if !isDifferent { shown.mean = 0 }
      return shown
    }

    /// The second divided by the first; nothing where that says nothing.
    var ratio: Double? { first.mean == 0 ? nil : second.mean / first.mean }
  }

  /// The groups, at least two; all others are held against the first.
  public let groups: [RunGroup]

  /// Holds groups against the first.
  public init(_ groups: [RunGroup]) { self.groups = groups }

  /// Every figure that the first group and another one have.
  func figures(_ group: RunGroup) -> [Figure] {
    groups[0].names.compactMap { name in
      let (first, second) = (groups[0].values(of: name), group.values(of: name))
      guard !first.isEmpty, !second.isEmpty else { return nil }
      let seeds = Dictionary(first, uniquingKeysWith: { one, _ in one })
      let pairs = second.compactMap { entry in seeds[entry.seed].map { entry.value - $0 } }
      let means = (MeanInterval(first.map(\.value)), MeanInterval(second.map(\.value)))
      let isPaired = pairs.count > 1 && pairs.count == first.count && pairs.count == second.count
      let difference =
        isPaired ? MeanInterval(pairs) : MeanInterval([means.1.mean - means.0.mean])
      return Figure(
        name: name, first: means.0, second: means.1, difference: difference, isPaired: isPaired)
    }
  }

  /// The parameters that are not the same in all groups: the path, and the value in each, empty where there is none.
  public var parameters: [(path: String, values: [String])] {
    let values = groups.map { group in
      Dictionary(
        group.parameters.filter { group.runs.count == 1 || $0.path != "seed" }
          .map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    let paths = Set(values.flatMap(\.keys)).sorted()
    return paths.map { path in
      let other = ParameterPath(path).laterDefault ?? ""
      return (path, values.map { $0[path] ?? other })
    }
    .filter { Set($0.values).count > 1 }
  }

  /// The parameters that differ.
  public var parameterTable: TableText {
    TableText(
      columns: [.init("parameter")] + groups.map { .init($0.title) },
      rows: parameters.map { [$0.path] + $0.values })
  }

  /// Figures that differ, side by side with difference and ratio; equal ones are left out.
  public var metricTable: (table: TableText, equal: Int) {
    let compared = groups.dropFirst().map(figures)
    var columns: [TableText.Column] = [.init("guest"), .init("metric"), .init("unit")]
    columns.append(.init(groups[0].title, .right))
    for group in groups.dropFirst() {
      columns += [.init(group.title, .right), .init("difference", .right), .init("ratio", .right)]
    }
    var rows: [[String]] = []
    var equal = 0
    for name in groups[0].names {
      let figures = compared.map { $0.first { $0.name == name } }
      guard figures.contains(where: { $0.map(\.isDifferent) ?? true }) else {
        equal += 1
        continue
      }
      let values = groups[0].values(of: name).map(\.value)
      let means = figures.compactMap { $0?.second.mean } + values
      // Digits enough for the least difference to show.
      let steps = figures.compactMap {
        $0.flatMap { $0.isDifferent ? abs($0.difference.mean) : nil }
      }
      let scale = UnitScale(
        unit: name.unit, largest: means.map(abs).max() ?? 0, resolving: steps.min() ?? 0)
      let isSaving = name.name.hasPrefix("memory_saved")
      /// Memory that somebody died for is labelled, and compared with nothing.
      let deadly = groups.map { isSaving && $0.hasKills(in: name.guest) }
      func text(_ figure: MeanInterval?, of group: Int) -> String {
        deadly[group] && figure != nil ? "by killing: \(text(figure))" : text(figure)
      }
      func text(_ figure: MeanInterval?) -> String {
        guard let figure else { return "-" }
        return scale.text(figure.mean) + (figure.halfWidth.map { " ± " + scale.text($0) } ?? "")
      }
      var row = [
        name.guest ?? "host", MetricsTable.shown(name.name, unit: name.unit), scale.unit,
      ]
      row.append(text(values.isEmpty ? nil : MeanInterval(values), of: 0))
      for (place, figure) in figures.enumerated() {
        if deadly[0] || deadly[place + 1] {
          row += [text(figure?.second, of: place + 1), "-", "-"]
          continue
        }
        row += [
          text(figure?.second),
          figure.map { ($0.isDifferent && $0.difference.mean > 0 ? "+" : "") + text($0.shown) }
            ?? "-",
          figure?.ratio.map { UnitScale.text($0, unit: "ratio") } ?? "-",
        ]
      }
      rows.append(row)
    }
    return (TableText(columns: columns, rows: rows), equal)
  }

  /// Who died in which runs, a sentence for each.
  public var losses: [String] { groups.flatMap(\.losses) }

  /// Which guests hunt in which runs, a sentence for each.
  public var verdicts: [String] { groups.flatMap(\.verdicts) }

  /// The figures that differ by more than they may, in words.
  ///
  /// - Throws: `AnalysisError.unknownMetric` for a tolerance of a figure that no run has.
  public func violations(of tolerances: [MetricTolerance]) throws -> [String] {
    var found: [String] = []
    for tolerance in tolerances {
      let choice = try MetricChoice(tolerance.metric, known: groups[0].names.map(\.name))
      let names = groups[0].names.filter {
        $0.name == choice.name && (choice.guest == nil || choice.guest == $0.guest)
      }
      if names.isEmpty { throw AnalysisError.unknownMetric(tolerance.metric, nearest: nil) }
      for group in groups.dropFirst() {
        let figures = figures(group)
        for name in names {
          let full = (name.guest.map { "\($0)." } ?? "") + name.name
          guard let figure = figures.first(where: { $0.name == name }) else {
            found.append("\(group.title) has no \(full)")
            continue
          }
          let difference = abs(figure.difference.mean)
          if difference > tolerance.bound(for: figure.first.mean) {
            found.append(
              "\(full): \(group.title) has \(figure.second.mean), \(groups[0].title) \(figure.first.mean); "
                + "\(tolerance.text) is allowed")
          }
        }
      }
    }
    return found
  }

  /// Parameters and all figures as a JSON object.
  public var json: JSON {
    [
      "first": groups[0].runs.map(\.id), "losses": losses,
      "parameters": parameters.map { ["path": $0.path, "values": $0.values] as JSON },
      "comparisons": groups.dropFirst().map { group in
        [
          "runs": group.runs.map(\.id),
          "metrics": figures(group).map {
            [
              "guest": $0.name.guest, "name": $0.name.name, "unit": $0.name.unit,
              "first": $0.first, "second": $0.second, "difference": $0.difference,
              "paired": $0.isPaired, "ratio": $0.ratio,
            ] as JSON
          },
        ] as JSON
      },
    ]
  }
}

/// By how much a figure may differ: `stall=5%`, `build.oom_kills=0`.
public struct MetricTolerance: Hashable, Sendable {
  /// The figure, with or without its guest, in the words that `MetricChoice` takes.
  public let metric: String
  /// As it was written.
  public let text: String
  private let amount: Double
  private let isShare: Bool

  /// A name, `=`, and a share in percent of the first run's figure or an amount in the figure's own unit; nothing if it is
  /// something else.
  public init?(_ text: String) {
    guard let equals = text.lastIndex(of: "=") else { return nil }
    metric = String(text[..<equals])
    let bound = text[text.index(after: equals)...]
    isShare = bound.hasSuffix("%")
    guard let amount = Double(isShare ? bound.dropLast() : bound), amount >= 0, amount.isFinite,
      !metric.isEmpty
    else { return nil }
    self.text = String(bound)
    self.amount = amount
  }

  func bound(for first: Double) -> Double { isShare ? amount / 100 * abs(first) : amount }
}
