internal import Policies
internal import Recording
internal import Scenarios
internal import Simulation
internal import Statistics
internal import Text

extension Advice {
  /// The advice in lines of at most `width` characters.
  ///
  /// - Parameters:
  ///   - tunables: Those of every guest in the recommended setting.
  ///   - setUp: What sets the host's policy in it.
  ///   - defaultCommands: Lines that run the kernel's defaults, if they were not.
  public func text(
    tunables: [KernelTunables], setUp: PolicySetUp? = nil, defaultCommands: [String] = [],
    width: Int? = nil
  ) -> String {
    func wrapped(_ texts: [String]) -> [String] {
      texts.map { TableText.wrapped($0, width: width) }
    }
    var parts = wrapped([summary, basis] + warnings.map { "warning: \($0)" } + rangeTexts)
    switch reason {
    case .noneAllowed: parts += wrapped([nothingAllowed])
    case .groundless:
      parts += wrapped(groundlessText) + ["\n" + memoryTable.text(width: width)]
    case .knee, .only, .nearest:
      parts.append("Pareto front, * recommended:\n" + table.text(width: width))
      parts += wrapped([recommendation] + (cliffText.map { [$0] } ?? []))
    }
    // Commands stay in one line each, however wide.
    if reason != .noneAllowed { parts += wrapped([defaultsText]) + defaultCommands }
    parts += tunables.map { commands($0, isOnly: tunables.count == 1, width: width) }
      .filter { !$0.isEmpty }
    if let setUp { parts.append("\n" + setUp.text(always: Set(paths), width: width)) }
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
      forbidden > 0 ? "\(forbidden) break\(forbidden == 1 ? "s" : "") a constraint" : nil,
      refused > 0
        ? "\(refused) \(refused == 1 ? "has" : "have") a value that the driver refuses" : nil,
      incomplete > 0
        ? "\(incomplete) lack\(incomplete == 1 ? "s" : "") runs and \(incomplete == 1 ? "is" : "are") left out"
        : nil,
    ].compactMap(\.self)
    return "\(settings.settings.count) settings"
      + (left.isEmpty ? "" : " (\(left.joined(separator: ", ")))")
      + ", each under \(counted(settings.conditions, "condition")): \(counted(traces, "trace")), "
      + "\(counted(settings.seeds.count, "seed"))."
      + (settings.seeds.count > 1 ? " ± is half the 95% confidence interval over the seeds." : "")
  }

  private var traces: Int { settings.traces.count }

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
    return warnings + demandWarnings
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
        + [foldedSetting(of: point)] + zip(scales, point.figures).map(Self.text)
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

  /// What a point of the front sets, with the values that make no difference: `inertia=any`, `interval=1|2`.
  func foldedSetting(of point: Point) -> String {
    if point.alike.isEmpty { return setting(of: point) }
    let names = setting(of: point).split(separator: " ").map { $0.prefix { $0 != "=" } }
    guard names.count == paths.count else { return setting(of: point) }
    return paths.indices.map { place in
      let tested = Set(points.map { $0.values[place]?.value ?? "-" })
      let own = point.alike[place]
      let isAny = own.count > 1 && tested.count == own.count
      return "\(names[place])=\(isAny ? "any" : own.joined(separator: "|"))"
    }.joined(separator: " ")
  }

  /// That no setting may be recommended, and why.
  var nothingAllowed: String {
    refused > 0 && refused == points.count
      ? "No setting is one that the driver takes: every one has a refused value, so all runs are of the value before it."
      : "No setting satisfies the constraints."
  }

  /// Which tested setting near the recommended one breaks a constraint.
  var cliffText: String? {
    guard let recommended else { return nil }
    return cliffText(of: front[recommended])
  }

  private func cliffText(of point: Point) -> String? {
    guard let (steps, other) = cliff(of: point), let breach = other.breach else { return nil }
    return """
      The nearest tested setting that breaks a constraint, \(counted(steps, "step")) away: \(setting(of: other)), where \(breach).
      """
  }

  /// Why nothing is recommended, and what it would take.
  var groundlessText: [String] {
    var texts = [
      """
      No setting is recommended: no run models an access, a file or pressure, so nothing could stall, and the setting that \
      takes most memory would always win.
      """,
      """
      What is missing: what the guest does with its memory. In a scenario, give the guest `files:` (data read through the \
      page cache) and `anon: { access: { rate: ... } }` (accesses to its own memory), with rates from the machine. \
      Docs/scenarios.md has the keys; `balloonsim trace record` keeps the faults and waits of a machine beside its memory.
      """,
      "What can be said: memory held, how far the balloon lagged behind the goal, and which settings kill.",
    ]
    if let least = front.first, let cliff = cliffText(of: least) { texts.append(cliff) }
    return texts
  }

  /// The allowed settings by the memory that they hold, each with its distance from one that breaks a constraint.
  var memoryTable: TableText {
    let allowed = points.filter(\.isAllowed)
    let memory = objectives.firstIndex { $0.metric.name.hasPrefix("memory") } ?? 0
    let ordered = Self.folded(
      allowed.sorted { $0.figures[memory].mean < $1.figures[memory].mean }, paths: paths)
    let scale = UnitScale(unit: units[memory], spreading: ordered.map { $0.figures[memory].mean })
    let title = objectives[memory].metric.text + (scale.unit.isEmpty ? "" : " (\(scale.unit))")
    let rows = ordered.prefix(Self.rowLimit).map { point in
      [
        Self.ranges(point.runs), foldedSetting(of: point),
        Self.text(scale, point.figures[memory]), lag(of: point),
        cliff(of: point).map { counted($0.steps, "step") } ?? "-",
      ]
    }
    return TableText(
      columns: [
        .init("runs"), .init("setting"), .init(title, .right), .init("deepest shortfall", .right),
        .init("to a breach", .right),
      ], rows: Array(rows))
  }

  private static let rowLimit = 30

  /// The largest distance of the guest's memory below its goal, in any run of a point.
  private func lag(of point: Point) -> String {
    let runs = Set(point.runs)
    let depths = settings.settings.flatMap(\.runs).filter { runs.contains($0.run.id) }
      .flatMap(\.metrics).filter { $0.name == "shortfall_deepest" }
    return depths.map(\.value).max().map { UnitScale.text($0, unit: "pages") } ?? "-"
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
      plural("run", front[recommended].runs.count) + " "
      + Self.ranges(front[recommended].runs)
    return switch reason {
    case .groundless, .noneAllowed: ""
    case .knee: "Recommended: \(runs), the knee: farthest below the line between the front's ends."
    case .only: "Recommended: \(runs), the only point of the front."
    case .nearest:
      "Recommended: \(runs), nearest to the best of both; the front has no knee, so each step costs as "
        + "much as it gains, and which point to take is yours to say."
    }
  }

  /// Whose defaults they are: what varies may be of a policy that is no part of a kernel.
  private var owner: String {
    let names = paths.compactMap { ParameterPath($0).tunable }
    return names.allSatisfy { SelfBalloonAttribute(rawValue: $0) != nil } ? "kernel's" : "policy's"
  }

  /// Where the defaults stand.
  var defaultsText: String {
    guard let defaults else {
      let wanted = paths.compactMap { path in
        KernelTunables.defaultText(of: path).map { (path, $0) }
      }
      if wanted.isEmpty {
        return "No tunable of a kernel or a policy varies, so there are no defaults to compare."
      }
      let texts = wanted.map { "\(Self.short($0.0, among: paths)) \($0.1)" }
      return "The \(owner) defaults (\(texts.joined(separator: ", "))) were not run under these "
        + "conditions; run the scenario with them and ask again."
    }
    let figures = zip(zip(objectives, scales), defaults.point.figures).map { pair, figure in
      "\(pair.0.metric.text) \(Self.text(pair.1, figure)) \(pair.1.unit)"
    }
    var text = "The \(owner) defaults (\(plural("run", defaults.point.runs.count)) "
    text +=
      "\(Self.ranges(defaults.point.runs))) have \(figures.joined(separator: ", "))"
    // Where nothing can be ranked there is nothing to be far from.
    if reason == .groundless { return text + "." }
    text += "; they are "
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

  /// How what is recommended is set on a guest's own system, to be copied.
  func commands(
    _ tunables: KernelTunables, isOnly: Bool, width: Int? = nil
  ) -> String {
    func wrapped(_ text: String) -> String { TableText.wrapped(text, width: width) }
    let place = isOnly ? "" : " in guest \(tunables.guest)"
    let options = tunables.bootOptions
    var lines = [""]
    lines += definition(of: tunables.guest)
    if let setUp = tunables.setUp {
      lines.append(setUp.text(always: Set(paths), width: width))
    } else if tunables.isMovedByHost {
      // What moves it is set on the host.
    } else if tunables.hasDriver {
      let writes = tunables.sysfsWrites(always: Set(paths))
      lines.append(
        wrapped(
          writes.isEmpty
            ? "Nothing has to be written\(place): all is as after boot."
            : "As root\(place), after every boot:"))
      lines += writes
      lines.append(
        wrapped("On the kernel's command line\(place) (the numbers have no boot option):"))
      lines.append(options.isEmpty ? "nothing of tmem" : options)
    } else {
      lines.append(wrapped(tunables.lackingDriver))
      if !options.isEmpty { lines += [wrapped("On the kernel's command line\(place):"), options] }
      if tunables.hostCommands.isEmpty {
        lines.append(wrapped("Nor do the runs set a target of its balloon from outside."))
      }
    }
    if lines == [""] { return "" }
    for command in tunables.hostCommands {
      lines.append(wrapped("On the host\(place), \(command.at) after boot (\(command.tool)):"))
      lines.append(command.line)
    }
    return lines.joined(separator: "\n")
  }

  /// What varies of a guest and is not set from within it.
  private func definition(of guest: String) -> [String] {
    guard let recommended else { return [] }
    let settings = zip(paths, front[recommended].values).compactMap { path, value -> String? in
      let path = ParameterPath(path)
      guard path.guest == guest, let own = path.inGuest, let value,
        KernelTunables.defaultText(of: path.description) == nil
      else { return nil }
      return "\(own) = \(value.value)"
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
    ParameterPath(path).short(among: paths.map(ParameterPath.init))
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
