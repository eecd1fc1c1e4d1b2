extension VPAPolicy {
  /// The terms of a minute, of one guest; in bytes but for counts and times.
  public enum Term: Int, PolicyTerm {
    case used, kills, target, lower, upper, request, age

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .used: TermEntry("working_set_bytes", "what the guest uses less inactive file pages")
      case .kills: TermEntry("kills", "processes killed for want of memory since the last minute")
      case .target: TermEntry("target_bytes", "what is recommended, within the guest's bounds")
      case .lower: TermEntry("lower_bytes", "below which the size is changed")
      case .upper: TermEntry("upper_bytes", "above which the size is changed")
      case .request: TermEntry("request_bytes", "the size that it was given last")
      case .age: TermEntry("age_s", "how long ago that was")
      }
    }
  }

  /// What there is to know of it.
  public static let card: PolicyCard = {
    var card = PolicyCard(
      name: "vpa", title: "Kubernetes' Vertical Pod Autoscaler",
      source: "Vertical Pod Autoscaler 1.8.0 (commit 55c37cd5eb55, 2026)", actor: "the autoscaler",
      role: "the autoscaler", place: .host, needsTmem: false, balloon: .any, versions: ["1.8.0"],
      settings: items.settings(VPA.Settings(), versions: ["1.8.0"]),
      terms: Term.allCases.map(\.entry))
    card.mindsHostMemory = false
    return card
  }()

  /// The recommender's arguments, and what each guest's VPA object allows.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    settings.map {
      SetUpLine(
        "--\($0.setting.name)=\($0.text)\($0.setting.unit == "s" ? "s" : "")",
        "among the arguments of vpa-recommender")
    }
      + guests.map { guest in
        let least = guest.least.map { "\"minAllowed\":{\"memory\":\"\($0)Mi\"}," } ?? ""
        return SetUpLine(
          "kubectl patch vpa {name} --type merge -p '{\"spec\":{\"resourcePolicy\":{\"containerPolicies\":[{\"containerName\":\"*\","
            + "\(least)\"maxAllowed\":{\"memory\":\"\(guest.most)Mi\"}}]}}}'",
          "with the cluster's kubectl", guest: guest.name)
      }
  }

  /// A minute in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let used = row[Term.used], let kills = row[Term.kills], let target = row[Term.target],
      let lower = row[Term.lower], let upper = row[Term.upper], let request = row[Term.request],
      let age = row[Term.age]
    else { return [] }
    var sentences: [Sentence] = [
      "The guest's working set was \(used, .bytes); \(kills, .count) of its processes were killed in the minute before.",
      "By its peaks the recommender gives it \(target, .bytes), and is content with \(lower, .bytes) to \(upper, .bytes).",
      "It had been given \(request, .bytes), \(age, .count) s before.",
    ]
    let reason: Sentence =
      switch row.rule {
      case "below_bounds": "That is below the lower bound: it got what is recommended."
      case "above_bounds": "That is above the upper bound: it got what is recommended."
      case "early_kill":
        "A process was killed within 10 min of that: it got what is recommended."
      case "long_life":
        "That is 12 h or more, and the change is a tenth or more: it got what is recommended."
      default:
        "That is within the bounds, and too young or too near for a change: the updater left it."
      }
    sentences.append(reason)
    if row.target != nil {
      sentences.append(
        "Kubernetes would have started it anew; here its balloon was moved at once.")
    }
    return sentences
  }
}
