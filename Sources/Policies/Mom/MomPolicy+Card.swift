/// MOM with the rules that it is shipped with.
public enum MomRules: MomRuleFile {
  /// Its own.
  public static let variant = Mom.Variant.mom
  /// What there is to know of it.
  public static let card = Mom.card(
    "mom", title: "the Memory Overcommitment Manager (MOM)",
    source: "oVirt's MOM v0.6.4-14 (commit 3de1c8e6bcb9, 2025), doc/balloon.rules", "0.6.4", variant
  )
}

/// MOM with the rules that vdsm brings, as in oVirt.
public enum VdsmRules: MomRuleFile {
  /// vdsm's.
  public static let variant = Mom.Variant.vdsm
  /// What there is to know of it.
  public static let card = Mom.card(
    "vdsm", title: "MOM in oVirt's vdsm",
    source: "oVirt's vdsm v4.50.7-31 (commit fd4b0df20b9b, 2026), 02-balloon.policy", "4.50.7",
    variant)
}

extension Mom {
  /// The terms of a round, of one guest.
  public enum Term: Int, PolicyTerm {
    case hostFree, guestFree, size, unused, used, least, decided, raised

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .hostFree: TermEntry("host_free_ppm", "the host's free share, a mean over the window")
      case .guestFree:
        TermEntry("guest_free_ppm", "the share of its size that a guest may keep free")
      case .size: TermEntry("balloon_cur_kib", "the guest's size")
      case .unused: TermEntry("mem_unused_kib", "its free pages, as it reported last")
      case .used: TermEntry("used_kib", "the mean of its size less the mean of its free pages")
      case .least: TermEntry("least_kib", "what it should at least have")
      case .decided: TermEntry("decided_kib", "what the main rule set")
      case .raised: TermEntry("raised_kib", "the guaranteed size, set by vdsm's second rule")
      }
    }
  }

  static func card(
    _ name: String, title: String, source: String, _ version: String, _ variant: Variant
  ) -> PolicyCard {
    var card = PolicyCard(
      name: name, title: title, source: source, actor: name == "mom" ? "MOM" : "vdsm's MOM",
      role: name == "mom" ? "MOM" : "vdsm", place: .host, needsTmem: false, balloon: .virtio,
      versions: [version],
      settings: items(variant).settings(Settings(variant), versions: [version]),
      terms: Term.allCases.map(\.entry))
    // On libvirt every round fails with a guaranteed size.
    card.takesLeastSize = variant == .vdsm
    if variant == .vdsm { card.activation = [("balloonEnabled", "true")] }
    return card
  }

  /// The settings as they are named in the rules and in `mom.conf`.
  static func items(_ variant: Variant) -> [SettingItem<Settings>] {
    let rules =
      variant == .mom
      ? "(defvar NAME VALUE) in the rules of /etc/momd, then start momd anew"
      : "(defvar NAME VALUE) in /etc/vdsm/mom.d/00-defines.policy, then start vdsmd anew"
    let file = variant == .mom ? "/etc/momd.conf" : "/etc/vdsm/mom.conf"
    let conf = "NAME in \(file), then start \(variant == .mom ? "momd" : "vdsmd") anew"
    func rule(
      _ name: String, _ path: WritableKeyPath<Settings, Double>, _ least: Double, _ meaning: String
    ) -> SettingItem<Settings> {
      SettingItem(name, .decimal(path, least...1), meaning, place: rules.replacing("NAME", name))
    }
    func time(
      _ name: String, _ short: String, _ path: WritableKeyPath<Settings, Int64>, _ meaning: String
    ) -> SettingItem<Settings> {
      SettingItem(
        name, short: short, .number(path, 1...86_400), unit: "s", meaning,
        place: conf.replacing("NAME", name))
    }
    let items = [
      rule(
        "pressure_threshold", \.pressureThreshold, 0.000_001,
        "the free share of the host below which guests shrink"),
      rule(
        "pressure_critical", \.pressureCritical, 0,
        "the free share up to which guests keep less than they use"),
      rule(
        "min_guest_free_percent", \.guestFree, 0, "the share of its size that a guest keeps free"),
      rule(
        "max_balloon_change_percent", \.largestChange, 0,
        "the share of its size by which a guest moves in a round"),
      rule(
        "min_balloon_change_percent", \.leastChange, 0,
        "the share of its size up to which no change is worth it"),
      SettingItem(
        "sample-history-length", short: "history", .history, unit: "samples",
        "how many samples a mean goes over", place: conf.replacing("NAME", "sample-history-length")),
      time(
        "guest-monitor-interval", "monitor_interval", \.monitorInterval,
        "time between two samples, of guests and (host-monitor-interval) of the host"),
      time("policy-engine-interval", "interval", \.interval, "time between two rounds"),
    ]
    if variant == .mom { return items }
    return items + [
      SettingItem(
        "balloonEnabled", short: "enabled", .flag(\.isBalloonEnabled),
        "whether guests shrink at all", place: "memory balloon optimization of the cluster in oVirt"
      )
    ]
  }
}

extension SettingItem<Mom.Settings>.Kind {
  /// The length of a window.
  fileprivate static var history: Self { .number(\.historyLength, 1...10_000) }
}

extension Mom.Settings {
  /// `history` in 64 bits.
  fileprivate var historyLength: Int64 {
    get { Int64(history) }
    set { history = Int(newValue) }
  }
}

extension String {
  /// The text with a word put in for another.
  fileprivate func replacing(_ word: String, _ other: String) -> String {
    guard let range = firstRange(of: word) else { return self }
    return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
  }
}

extension DecisionRow {
  /// A guest in a round.
  mutating func fill(_ guest: HostView.Guest, _ round: Mom.Round, _ outcome: Mom.Outcome) {
    current = bits(guest.size)
    self[Mom.Term.hostFree] = Int64(millionthsOf: round.hostFree)
    self[Mom.Term.guestFree] = Int64(millionthsOf: round.guestFree)
    self[Mom.Term.size] = kibibytes(guest.size)
    self[Mom.Term.unused] = guest.report.map { kibibytes($0.free) }
    self[Mom.Term.used] = outcome.used.map(Int64.init(cut:))
    self[Mom.Term.least] = outcome.least.map(Int64.init(cut:))
    self[Mom.Term.decided] = outcome.decided.map(Int64.init(cut:))
    self[Mom.Term.raised] = outcome.raised.map(Int64.init(cut:))
    rule =
      round.fault != nil
      ? "failed" : outcome.raised != nil ? "guaranteed" : round.isShrinking ? "shrink" : "grow"
    let wanted = outcome.raised ?? outcome.decided
    goal = wanted.map { bits(guest.size(atTarget: Int64(cut: $0) &* 1_024)) }
  }
}

extension MomPolicy {
  /// Variables of the rules, lines of the file, and guaranteed sizes.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    let isVdsm = Rules.variant == .vdsm
    let lines = settings.flatMap { setting, text -> [SetUpLine] in
      let conf = isVdsm ? "in /etc/vdsm/mom.conf" : "in /etc/momd.conf"
      switch setting.name {
      case "balloonEnabled":
        return [
          SetUpLine("memory balloon optimization: \(text)", "of the cluster in oVirt's engine")
        ]
      case "sample-history-length": return [SetUpLine("\(setting.name) = \(text)", conf)]
      case "guest-monitor-interval":
        return [
          SetUpLine("guest-monitor-interval = \(text)", conf),
          SetUpLine("host-monitor-interval = \(text)", conf),
        ]
      case "policy-engine-interval": return [SetUpLine("\(setting.name) = \(text)", conf)]
      default:
        return [
          SetUpLine(
            "(defvar \(setting.name) \(text))",
            isVdsm
              ? "in /etc/vdsm/mom.d/00-defines.policy"
              : "in the rules file that momd is started with")
        ]
      }
    }
    if !isVdsm { return lines }
    return lines
      + guests.compactMap { guest in
        guest.least.map {
          SetUpLine(
            "{name}: physical memory guaranteed = \($0) MB",
            "of each virtual machine in oVirt's engine",
            guest: guest.name)
        }
      }
  }

  /// A round in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let free = row[Mom.Term.hostFree], let share = row[Mom.Term.guestFree],
      let size = row[Mom.Term.size]
    else { return [] }
    func kib(_ value: Int64) -> Sentence { "\(value, .count) KiB" }
    var host: Sentence =
      "\(Sentence.percent(free)) of the host was free (\(free, .count) ppm, a mean), "
    host =
      host
      + (row.rule == "shrink"
        ? "less than the threshold: guests shrink, and may keep \(Sentence.percent(share)) (\(share, .count) ppm) of their size free."
        : "so guests grow, if to anything; a guest is to have \(Sentence.percent(share)) (\(share, .count) ppm) of its size free, by the host's share.")
    var sentences = [host]
    if row.rule == "failed" {
      return sentences + [
        "The round failed, and no guest got anything: a guaranteed size that libvirt hands over as text, or information that is missing, does not compare with a number."
      ]
    }
    let unused = row[Mom.Term.unused]
    sentences.append(
      unused.map { "The guest had \(kib(size)), of which it said \(kib($0)) were free." }
        ?? "The guest had \(kib(size)), and had told nothing of its memory.")
    if let used = row[Mom.Term.used], let least = row[Mom.Term.least] {
      sentences.append(
        "It used \(kib(used)) in the mean, its page cache included, and should have at least \(kib(least))."
      )
    }
    if let decided = row[Mom.Term.decided] {
      sentences.append("The rule set \(kib(decided)).")
    }
    if let raised = row[Mom.Term.raised] {
      sentences.append(
        "It was below its guaranteed size, so that was set: \(kib(raised)), whatever the rule had said."
      )
    }
    if row.target == nil {
      sentences.append(
        row[Mom.Term.used] == nil
          ? "It was at its largest size, or there was no information: nothing was sent."
          : "That was no change worth sending: nothing was sent.")
    }
    return sentences
  }
}
