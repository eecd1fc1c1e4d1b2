extension Xenballoond {
  /// The terms of a round, in the units that the script computes in.
  public enum Term: Int, PolicyTerm {
    case committed, floor, asked, current, goal, divisor, target
    case preswap, preswapLast, counter, preswapTarget

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .committed: TermEntry("committed_kb", "Committed_AS")
      case .floor: TermEntry("floor_bytes", "the least goal")
      case .asked: TermEntry("asked_kb", "the size that domain 0 asked for")
      case .current: TermEntry("current_bytes", "MemTotal")
      case .goal: TermEntry("goal_bytes", "the size wanted")
      case .divisor: TermEntry("divisor", "the hysteresis that the distance was divided by")
      case .target: TermEntry("target_bytes", "what was written to the balloon")
      case .preswap: TermEntry("preswap_pages", "pages in preswap")
      case .preswapLast: TermEntry("preswap_last_pages", "pages in preswap the round before")
      case .counter: TermEntry("preswap_inertia_counter", "the countdown after the round")
      case .preswapTarget: TermEntry("preswap_target_pages", "what preswap was to shrink to")
      }
    }
  }

  /// What there is to know of the daemon without running it.
  public static let card = PolicyCard(
    name: "xenballoond", title: "the daemon xenballoond",
    source: "tools/xenballoon/xenballoond of Xen, July 2008 and June 2009",
    actor: "xenballoond", role: "daemon", place: .guestProgram, needsTmem: false,
    versions: [Version.year2009, .year2008].map(\.rawValue), settings: settings,
    terms: Term.allCases.map(\.entry))

  private static var settings: [PolicySetting] {
    let shown = Xenballoond(.year2009)
    let lines = items.map { entry in
      var unit: String?
      if case .number(_, let counted) = entry.item { unit = counted }
      return PolicySetting(
        entry.name, short: entry.short, initial: shown.read(entry.name), unit: unit, entry.meaning,
        place: "\(entry.name) in /etc/sysconfig/xenballoon.conf, then start it anew",
        versions: versions(since: entry.since), isOfStart: true)
    }
    let overrides = keys.map { key in
      PolicySetting(
        "memory/\(key.name)", short: "memory/\(key.name)", initial: nil, unit: key.unit,
        "what domain 0 says instead of the file; empty: nothing",
        place: "xenstore-write memory/\(key.name) of the guest, in domain 0",
        versions: versions(since: key.since), isKey: true)
    }
    return lines + overrides
  }

  private static func versions(since: Version) -> [String] {
    (since == .year2008 ? Version.allCases : [since]).map(\.rawValue)
  }

  /// Lines of the daemon's file, and keys of the guest in the xenstore.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    settings.flatMap { setting, text -> [SetUpLine] in
      if !setting.isKey {
        return [
          SetUpLine(
            "\(setting.name)=\(text)",
            "in /etc/sysconfig/xenballoon.conf of the guest, then start it anew")
        ]
      }
      return guests.map {
        SetUpLine(
          "xenstore-write \"/local/domain/$(xl domid {name})/\(setting.name)\" \(text)",
          "in domain 0", guest: $0.name)
      }
    }
  }

  /// A round in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    var sentences: [Sentence] = []
    if let committed = row[Term.committed], let floor = row[Term.floor] {
      let rule = row.rule == "minmem" ? "XENBALLOON_MINMEM" : "by the most memory it ever had"
      sentences.append(
        row.isBound || committed &* 1_024 < floor
          ? "Committed_AS was \(committed, .count) kB, less than the floor (\(rule)), so the goal was the floor, \(floor, .bytes)."
          : "The goal was Committed_AS, \(committed, .count) kB; the floor, \(floor, .bytes) (\(rule)), did not bind."
      )
    } else if let asked = row[Term.asked] {
      sentences.append(
        "Self-ballooning was off, and domain 0 asked for \(asked, .count) kB in memory/target, which has no floor."
      )
    } else {
      sentences.append(
        "Self-ballooning was off and domain 0 asked for nothing, so the balloon was left alone.")
    }
    sentences += step(row) + preswap(row)
    if row.fault != nil {
      sentences.append("The hysteresis was 0, and dividing by it ended the daemon.")
    }
    return sentences
  }

  private static func step(_ row: DecisionRow) -> [Sentence] {
    guard let current = row[Term.current], let goal = row[Term.goal] else { return [] }
    let place: Sentence = "MemTotal was \(current, .bytes), the goal \(goal, .bytes)"
    guard let divisor = row[Term.divisor] else {
      return ["\(place): nothing to do, and \(row[Term.target] ?? goal, .bytes) was written."]
    }
    let word = current > goal ? "down" : "up"
    guard let target = row[Term.target] else {
      return ["\(place), and the \(word)hysteresis was \(divisor, .count)."]
    }
    return [
      "\(place). With a \(word)hysteresis of \(divisor, .count) that is a step to \(target, .bytes), which was written to the balloon."
    ]
  }

  private static func preswap(_ row: DecisionRow) -> [Sentence] {
    guard let preswap = row[Term.preswap], let last = row[Term.preswapLast],
      let counter = row[Term.counter]
    else { return [] }
    let level: Sentence =
      "Preswap held \(preswap, .amount), the round before \(last, .amount); the countdown is at \(counter, .count)"
    guard let target = row[Term.preswapTarget] else { return ["\(level)."] }
    return [
      "\(level) again, for it had run out: preswap was to shrink to \(target, .amount), and \(row.shrunk ?? 0, .amount) came home."
    ]
  }
}
