/// senpai.py's law on whole guests: the guest's own memory pressure, read once a second, sets its balloon.
///
/// On a real machine senpai.py holds the `memory.high` of a control group. Here the limit is the guest's size without what its kernel
/// took at boot, and what is used is that less free memory, with the kernel's reserve.
/// Source: `Docs/policies.md`, section "Senpai".
public struct SenpaiPolicy: HostPolicy {
  /// The terms of a tick, of one guest.
  public enum Term: Int, PolicyTerm {
    case total, integral, target, grace, used, limit, adjustment

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .total:
        TermEntry("total_us", "the time in which some task stalled for memory, since boot")
      case .integral: TermEntry("integral_us", "that since the last adjustment, before this one")
      case .target: TermEntry("pressure_us", "what it is held to")
      case .grace: TermEntry("grace_ticks", "ticks until the next probe, after this one")
      case .used: TermEntry("used_bytes", "what the guest used")
      case .limit: TermEntry("limit_bytes", "the limit after the tick")
      case .adjustment: TermEntry("adjustment_ppm", "by what part of itself the limit moved")
      }
    }
  }

  /// What there is to know of it.
  public static let card: PolicyCard = {
    var card = PolicyCard(
      name: "senpai", title: "Senpai on the guest's balloon",
      source: "facebookincubator/senpai c51e8e21de5c (2019), senpai.py", actor: "senpai",
      role: "senpai", place: .host, needsTmem: false, balloon: .any, versions: ["2019"],
      settings: items.settings(Senpai.Settings(), versions: ["2019"]),
      terms: Term.allCases.map(\.entry))
    card.needsPressure = true
    card.mindsHostMemory = false
    card.takesLeastSize = false
    return card
  }()

  private static var items: [SettingItem<Senpai.Settings>] {
    func item(
      _ name: String, _ kind: SettingItem<Senpai.Settings>.Kind, unit: String? = nil,
      _ meaning: String
    ) -> SettingItem<Senpai.Settings> {
      SettingItem(name, kind, unit: unit, meaning, place: "an argument of senpai.py")
    }
    return [
      item("min_size", .number(\.minSize, 0...(1 << 45)), unit: "bytes", "the least limit"),
      item("max_size", .number(\.maxSize, 0...(1 << 45)), unit: "bytes", "the greatest limit"),
      item("interval", .number(\.interval, 0...86_400), unit: "s", "ticks between two probes"),
      item(
        "pressure", .number(\.pressure, 1...1_000_000_000), unit: "us",
        "stalled time between two adjustments that is aimed at"),
      item("max_probe", .decimal(\.maxProbe, 0...1), "the greatest part by which it tightens"),
      item(
        "max_backoff", .decimal(\.maxBackoff, 0...1_000), "the greatest part by which it loosens"),
      item(
        "coeff_probe", .decimal(\.probeCoefficient, 0.000_001...1_000_000),
        "the ratio at which it tightens by the greatest part"),
      item(
        "coeff_backoff", .decimal(\.backoffCoefficient, 0.000_001...1_000_000),
        "the ratio at which it loosens by the greatest part"),
    ]
  }

  private var settings = Senpai.Settings()
  private var laws: [Senpai?] = []

  /// The program before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, settings) }

  /// Writes a setting; a guest that is held already keeps those that it began with.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &settings)
  }

  /// It reads pressure at every tick.
  public var reportInterval: Int64? { 1 }

  /// The first tick comes after a second's sleep.
  public mutating func start(_ host: HostView) -> PolicyStart {
    laws = Array(repeating: nil, count: host.guests.count)
    return PolicyStart(wake: .seconds(1), notices: [Self.namesItself])
  }

  /// A tick for every guest; the first one of a guest sets the limit to what it uses.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    for (place, guest) in host.guests.enumerated() {
      guard guest.isUp, let report = guest.report, let pressure = report.pressure else {
        laws[place] = nil
        continue
      }
      let used = bytes(report.total &- min(report.free, report.total) &+ report.reserve)
      var sight = Senpai.Sight(total: pressure.memoryTotal, current: used, high: nil)
      let outcome: Senpai.Outcome
      var integral: Int64 = 0
      if var law = laws[place] {
        integral = law.state.integral &+ pressure.memoryTotal &- law.state.lastTotal
        // Nobody else moves the limit.
        sight.high = law.state.limit
        outcome = law.tick(sight)
        laws[place] = law
      } else {
        let (law, start) = Senpai.start(bounded(by: guest, report), sight)
        outcome = start
        laws[place] = law
      }
      guard let law = laws[place] else { continue }
      rows[place].current = bits(guest.size)
      rows[place][Term.total] = pressure.memoryTotal
      rows[place][Term.integral] = integral
      rows[place][Term.target] = law.settings.pressure
      rows[place][Term.grace] = law.state.graceTicks
      rows[place][Term.used] = used
      rows[place][Term.limit] = law.state.limit
      rows[place][Term.adjustment] = outcome.adjustment.map(Int64.init(millionthsOf:))
      rows[place].rule =
        outcome.isReset
        ? "start" : outcome.adjustment.map { $0 > 0 ? "backoff" : "probe" } ?? "wait"
      guard let high = outcome.high else { continue }
      let taken = Int64(clamping: guest.size) &- Int64(clamping: report.total)
      let wanted = UInt64(max(0, min(Int64(clamping: guest.built), high / 4_096 &+ taken)))
      rows[place].goal = bits(wanted)
      rows[place].target = bits(wanted)
      asks[place].append(.balloonTarget(wanted))
    }
  }

  /// The next tick, after a second's sleep.
  public mutating func finish() -> Wake { .seconds(1) }

  /// A lower target of stalled time, and a smaller step, leave a guest more; so does a greater least size.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    [
      PolicyRelief(
        "pressure",
        [settings.pressure / 10, settings.pressure / 100].filter { $0 > 0 }.map(Int.init)),
      PolicyRelief("min_size", PolicyRelief.sizes(upTo: mebibytes).map { $0 << 20 }),
    ].compactMap(\.self)
  }

  /// The settings with a greatest limit that the guest can have.
  private func bounded(by guest: HostView.Guest, _ report: GuestReport) -> Senpai.Settings {
    var settings = settings
    let taken = guest.size &- min(report.total, guest.size)
    let most = bytes(min(guest.most, guest.built) &- min(taken, guest.built))
    settings.maxSize = min(settings.maxSize, most)
    settings.minSize = max(settings.minSize, guest.least.map { bytes($0 &- min(taken, $0)) } ?? 0)
    return settings
  }

  /// The program's arguments, which are those of a control group.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    settings.map {
      SetUpLine("\($0.setting.name.argument) \($0.text)", "as arguments of senpai.py")
    }
  }

  /// A tick in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let total = row[Term.total], let integral = row[Term.integral],
      let target = row[Term.target], let grace = row[Term.grace], let used = row[Term.used],
      let limit = row[Term.limit]
    else { return [] }
    var sentences: [Sentence] = [
      "Some task of the guest had stalled for memory for \(total, .count) us since boot, \(integral, .count) us of it since the last adjustment; \(target, .count) us are aimed at."
    ]
    switch row.rule {
    case "start":
      sentences.append(
        "This was the first tick: the limit became what the guest used, \(used, .bytes).")
    case "backoff", "probe":
      let adjustment = row[Term.adjustment] ?? 0
      sentences.append(
        row.rule == "backoff"
          ? "That was too much, so the limit was loosened at once, by \(Sentence.percent(adjustment)) (\(adjustment, .count) ppm) of itself; the guest used \(used, .bytes)."
          : "That was no more, and the wait was over: the limit was tightened, by \(Sentence.percent(adjustment)) (\(adjustment, .count) ppm) of itself; the guest used \(used, .bytes)."
      )
    default:
      sentences.append("It waits before it tightens again; the guest used \(used, .bytes).")
    }
    sentences.append(
      "The limit is \(limit, .bytes), and the next probe comes after \(grace, .count) more ticks.")
    return sentences
  }
}

extension String {
  /// An argument of the command line for a name with underscores.
  fileprivate var argument: String {
    "--" + String(map { $0 == "_" ? "-" : $0 })
  }
}
