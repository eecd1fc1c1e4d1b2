/// A manager in domain 0 that gives guests of Xen targets of tmem, every second, by what was refused them.
///
/// A guest at its target has its next page of swap refused, which then goes to its disk. Nothing is taken from a guest above
/// its target. Balloons are left to others.
/// Source: `Docs/policies.md`, section "SmarTmem".
public struct SmarTmemPolicy: HostPolicy {
  /// The terms of a second, of one guest; in pages but for counts.
  public enum Term: Int, PolicyTerm {
    case all, puts, refused, used, before, step, target

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .all: TermEntry("tmem_pages", "what tmem has or could have")
      case .puts: TermEntry("puts", "pages that the guest put in the last second")
      case .refused: TermEntry("refused_puts", "those of them that were refused")
      case .used: TermEntry("used_pages", "what it holds in frontswap")
      case .before: TermEntry("target_before_pages", "its target before")
      case .step: TermEntry("step_pages", "the step by which targets grow")
      case .target: TermEntry("tmem_target_pages", "its target now")
      }
    }
  }

  private static let versions = TmemRule.allCases.map(\.rawValue)

  /// What there is to know of it.
  public static let card = {
    var card = PolicyCard(
      name: "smartmem-like", title: "targets of tmem as SmarTmem has them",
      source: "after Garrido, Nishtala, Carpenter, IPDPSW 2019 (the abstract)",
      actor: "the manager", role: "the manager of tmem", place: .host, needsTmem: true,
      balloon: .none, versions: versions,
      settings: items.settings(TmemTargets(.smart, guests: 0), versions: versions),
      terms: Term.allCases.map(\.entry), view: "smartmem_like_decisions")
    card.takesLeastSize = false
    return card
  }()

  private static var items: [SettingItem<TmemTargets>] {
    [
      SettingItem(
        "P", short: "p", .decimal(\.step, 0...100), unit: "%",
        "the step of smart-alloc, of all tmem; other rules have none",
        place: "an argument of the manager in domain 0")
    ]
  }

  private var tmem: TmemTargets
  /// What guests had counted at the last turn.
  private var seen: [TmemUse] = []
  private var uses: [TmemTargets.Use?] = []
  private var before: [UInt64] = []
  private var isSet = false

  /// The manager before its start; the version is the rule.
  public init?(version: String) {
    guard let rule = TmemRule(rawValue: version) else { return nil }
    tmem = TmemTargets(rule, guests: 0)
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, tmem) }

  /// Writes a setting.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &tmem)
  }

  /// What it reads the hypervisor counts.
  public var reportInterval: Int64? { nil }

  /// The manager starts, and sets its first targets at once.
  public mutating func start(_ host: HostView) -> PolicyStart {
    var targets = TmemTargets(tmem.rule, guests: host.guests.count)
    targets.step = tmem.step
    tmem = targets
    seen = host.guests.map { $0.tmem ?? TmemUse() }
    return PolicyStart(wake: .seconds(0), notices: [Self.namesItself])
  }

  /// A second: new targets, and a row for each guest that gets another one or had a put refused.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    uses.removeAll(keepingCapacity: true)
    before = tmem.targets
    for (place, guest) in host.guests.enumerated() where place < seen.count {
      guard guest.isUp, let use = guest.tmem else {
        uses.append(nil)
        continue
      }
      uses.append(
        TmemTargets.Use(pages: use.pages, refused: use.refused &- seen[place].refused))
    }
    tmem.update(uses, of: host.tmem)
    for (place, guest) in host.guests.enumerated() where place < seen.count {
      guard guest.isUp, let own = guest.tmem, let use = uses[place] else { continue }
      let puts = own.puts &- seen[place].puts
      seen[place] = own
      if isSet && use.refused == 0 && tmem.targets[place] == before[place] { continue }
      rows[place].current = bits(guest.size)
      rows[place][Term.all] = bits(host.tmem)
      rows[place][Term.puts] = puts
      rows[place][Term.refused] = use.refused
      rows[place][Term.used] = bits(use.pages)
      rows[place][Term.before] = bits(before[place])
      rows[place][Term.step] = bits(tmem.step(of: host.tmem))
      rows[place][Term.target] = bits(tmem.targets[place])
      rows[place].rule =
        tmem.targets[place] > before[place]
        ? "more" : tmem.targets[place] < before[place] ? "less" : "same"
      asks[place].append(.tmemCapacity(tmem.targets[place]))
    }
    isSet = true
  }

  /// The next second.
  public mutating func finish() -> Wake { .seconds(1) }

  /// Larger steps give a guest more that has puts refused.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    [PolicyRelief("P", (1...4).map { Int(tmem.step.rounded(.up)) << $0 }.filter { $0 <= 100 })]
      .compactMap(\.self)
  }

  /// Guests that have nothing to limit.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    zip(host.guests, names).filter { $0.0.tmem == nil }.map {
      "smartmem-like: guest \($0.1) has no frontswap in tmem, so there is nothing to limit"
    }
  }

  /// A second in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let all = row[Term.all], let puts = row[Term.puts], let refused = row[Term.refused],
      let used = row[Term.used], let before = row[Term.before], let step = row[Term.step],
      let target = row[Term.target]
    else { return [] }
    let last: Sentence =
      switch row.rule {
      case "more": "It may now hold \(target, .amount); a step is \(step, .amount)."
      case "less":
        "It may now hold \(target, .amount): it left more than a step, \(step, .amount), unused, or all targets together were more than there is."
      default:
        "That stays \(target, .amount), though a step would be \(step, .amount): there is no more."
      }
    return [
      "In the last second the guest put \(puts, .count) pages into frontswap, and \(refused, .count) were refused and went to its disk.",
      "It holds \(used, .amount) there, and was allowed \(before, .amount) of \(all, .amount) that tmem has or could have.",
      last,
    ]
  }
}
