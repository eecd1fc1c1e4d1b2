private import Recording

extension Advice {
  /// The advice in lines of at most `width` characters.
  ///
  /// - Parameter tunables: Those of every guest in the recommended setting.
  public func text(tunables: [KernelTunables], width: Int? = nil) -> String {
    let wrapped = { TableText.wrapped($0, width: width) }
    var parts = ([summary, basis] + warnings.map { "warning: \($0)" }).map(wrapped)
    if front.isEmpty {
      parts.append(wrapped("No setting satisfies the constraints."))
    } else {
      parts.append("Pareto front, * recommended:\n" + table.text(width: width))
      parts += [recommendation, defaultsText].map(wrapped)
      parts += tunables.map { commands($0, isOnly: tunables.count == 1, width: width) }
    }
    return parts.joined(separator: "\n") + "\n"
  }

  /// What is weighed.
  var summary: String {
    let names = objectives.map { "\($0.metric.text) \($0.isMaximised ? "greatest" : "least")" }
    return "Sweep \(sweep.id) (\(sweep.name)): \(names.joined(separator: ", "))"
      + (constraints.isEmpty ? "" : "; only \(constraints.map(\.text).joined(separator: ", "))")
  }

  /// What it rests on.
  var basis: String {
    let left = [
      forbidden > 0 ? "\(forbidden) break a constraint" : nil,
      incomplete > 0 ? "\(incomplete) lack runs and are left out" : nil,
    ].compactMap(\.self)
    return "\(settings.settings.count) settings"
      + (left.isEmpty ? "" : " (\(left.joined(separator: ", ")))")
      + ", each under \(count(settings.conditions, "condition")): \(count(traces, "trace")), "
      + "\(count(settings.seeds.count, "seed")). ± is half the 95% confidence interval over them."
  }

  private var traces: Int { settings.traces.count }

  private func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// What the advice does not rest on.
  public var warnings: [String] {
    var warnings: [String] = []
    if traces == 1 {
      warnings.append("this rests on one trace; another workload may want another setting")
    } else if traces == 0 {
      warnings.append(
        "this rests on no recorded trace: the demand is what the scenario says, and so is the advice"
      )
    }
    if settings.seeds.count == 1 {
      warnings.append("this rests on one seed; --repeat shows how much is chance")
    }
    return warnings
  }

  /// The front.
  var table: TableText {
    var columns = [TableText.Column("runs"), .init("setting")]
    for (objective, scale) in zip(objectives, scales) {
      columns.append(
        .init(objective.metric.text + (scale.unit.isEmpty ? "" : " (\(scale.unit))"), .right))
    }
    let rows = front.enumerated().map { index, point in
      [(index == recommended ? "* " : "  ") + Self.ranges(point.runs)]
        + [setting(of: point)] + zip(scales, point.figures).map(Self.text)
    }
    return TableText(columns: columns, rows: rows)
  }

  /// What a point sets, in short names.
  func setting(of point: Point) -> String {
    zip(paths, point.values).map { path, value in
      let name = Self.short(path, among: paths)
      let short =
        name.hasPrefix("selfballoon_") ? String(name.dropFirst("selfballoon_".count)) : name
      return "\(short)=\(value?.value ?? "-")"
    }.joined(separator: " ")
  }

  /// For each objective a scale that tells the points of the front apart.
  var scales: [UnitScale] {
    let points = front + [defaults?.point].compactMap(\.self)
    return units.indices.map { index in
      UnitScale(unit: units[index], spreading: points.map { $0.figures[index].mean })
    }
  }

  /// Which setting, and why.
  var recommendation: String {
    guard let recommended else { return "" }
    let runs =
      "run\(front[recommended].runs.count == 1 ? "" : "s") "
      + Self.ranges(front[recommended].runs)
    return switch reason {
    case .knee: "Recommended: \(runs), the knee: farthest below the line between the front's ends."
    case .only: "Recommended: \(runs), the only point of the front."
    case .nearest:
      "Recommended: \(runs), nearest to the best of both; the front has no knee, so each step costs as "
        + "much as it gains, and which point to take is yours to say."
    }
  }

  /// Where the kernel's defaults stand.
  var defaultsText: String {
    guard let defaults else {
      let wanted = paths.compactMap { path in
        KernelTunables.defaultText(of: path).map { (path, $0) }
      }
      if wanted.isEmpty {
        return "No tunable of the kernel varies, so there are no defaults to compare."
      }
      let texts = wanted.map { "\(Self.short($0.0, among: paths)) \($0.1)" }
      return "The kernel's defaults (\(texts.joined(separator: ", "))) were not run under these "
        + "conditions; run the scenario with them and ask again."
    }
    let figures = zip(zip(objectives, scales), defaults.point.figures).map { pair, figure in
      "\(pair.0.metric.text) \(Self.text(pair.1, figure)) \(pair.1.unit)"
    }
    var text = "The kernel's defaults (run\(defaults.point.runs.count == 1 ? "" : "s") "
    text +=
      "\(Self.ranges(defaults.point.runs))) have \(figures.joined(separator: ", ")); they are "
    if !defaults.point.isAllowed {
      text += "not allowed by the constraints"
    } else if defaults.isOnFront {
      text += "on the front"
    } else if let distance = defaults.distance {
      text +=
        "\(UnitScale(unit: "ratio", largest: 1).text(distance)) of the settings' ranges away from the front"
    } else {
      text += "not on the front"
    }
    guard let recommended, front[recommended].runs != defaults.point.runs else { return text + "." }
    let changes = zip(zip(objectives, units), defaults.changes).map { pair, change in
      let scale = UnitScale(unit: pair.1, largest: abs(change.mean))
      let sign = change.mean > 0 ? "+" : ""
      return "\(pair.0.metric.text) \(sign)\(Self.text(scale, change)) \(scale.unit)"
    }
    return text + ". The recommended setting changes \(changes.joined(separator: ", "))."
  }

  /// How a guest's tunables are set, to be copied.
  func commands(
    _ tunables: KernelTunables, isOnly: Bool, width: Int? = nil
  ) -> String {
    let writes = tunables.sysfsWrites(always: Set(paths))
    let place = isOnly ? "" : " in guest \(tunables.guest)"
    let options = tunables.bootOptions
    var lines = [""]
    lines += definition(of: tunables.guest)
    let heading =
      writes.isEmpty
      ? "Nothing has to be written\(place): all is as after boot."
      : "As root\(place), after every boot:"
    lines.append(TableText.wrapped(heading, width: width))
    lines += writes
    lines.append(
      TableText.wrapped(
        "On the kernel's command line\(place) (the numbers have no boot option):", width: width))
    lines.append(options.isEmpty ? "nothing of tmem" : options)
    return lines.joined(separator: "\n")
  }

  /// What varies of a guest and is not set from within it.
  private func definition(of guest: String) -> [String] {
    guard let recommended else { return [] }
    let own = "guests.\(guest)."
    let settings = zip(paths, front[recommended].values).compactMap { path, value -> String? in
      guard path.hasPrefix(own), KernelTunables.defaultText(of: path) == nil, let value else {
        return nil
      }
      return "\(path.dropFirst(own.count)) = \(value.value)"
    }
    return settings.isEmpty
      ? [] : (["Where guest \(guest) is defined:"] + settings).map(TerminalText.line)
  }

  /// A mean with half its interval, if it has one.
  private static func text(_ scale: UnitScale, _ figure: MeanInterval) -> String {
    scale.text(figure.mean) + (figure.halfWidth.map { " ± " + scale.text($0) } ?? "")
  }

  /// The last part of a path, or as much of its end as tells it apart.
  static func short(_ path: String, among paths: [String]) -> String {
    let steps = path.split(separator: ".")
    for count in steps.indices.map({ $0 + 1 }) {
      let end = steps.suffix(count).joined(separator: ".")
      if paths.count(where: { $0 == end || $0.hasSuffix("." + end) }) == 1 { return end }
    }
    return path
  }

  /// Numbers in order, neighbours as a range: `1-3, 7`.
  static func ranges(_ numbers: [Int64]) -> String {
    var ranges: [ClosedRange<Int64>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
