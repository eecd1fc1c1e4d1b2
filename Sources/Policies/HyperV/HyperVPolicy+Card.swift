extension HyperVPolicy {
  /// The terms of a second, of one guest; in pages but for the pressure and the weight.
  public enum Term: Int, PolicyTerm {
    case committed, ballooned, demand, wanted, pressure, free, reserve, least, weight, share
    case shortage, ordered, granted

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .committed: TermEntry("committed_pages", "what the guest reported as committed")
      case .ballooned: TermEntry("ballooned_pages", "what of that is in its balloon")
      case .demand: TermEntry("demand_pages", "the rest: its demand")
      case .wanted: TermEntry("wanted_pages", "its demand and the buffer, within its bounds")
      case .pressure: TermEntry("pressure_percent", "what it wants, of what it has")
      case .free: TermEntry("host_free_pages", "what the host had free")
      case .reserve: TermEntry("reserve_pages", "what the host keeps free")
      case .least: TermEntry("minimum_pages", "its least size")
      case .weight: TermEntry("weight", "its weight where memory is short")
      case .share: TermEntry("due_pages", "what it is due")
      case .shortage: TermEntry("shortage_pages", "what guests and the reserve lack")
      case .ordered: TermEntry("ordered_pages", "what it was told to give")
      case .granted: TermEntry("granted_pages", "what of that its driver gives")
      }
    }
  }

  /// What there is to know of it.
  public static let card = PolicyCard(
    name: "hyperv-like", title: "a host like Hyper-V's with Dynamic Memory",
    source: "Linux 6.12.117, drivers/hv/hv_balloon.c (the guest's half); Set-VMMemory's manual",
    actor: "the balancer", role: "the balancer", place: .host, needsTmem: false, balloon: .any,
    versions: ["2012"], settings: items.settings(Self(), versions: ["2012"]),
    terms: Term.allCases.map(\.entry), view: "hyperv_like_decisions")

  /// Each guest's memory by its name, with the buffer that is one for all here.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    let buffer = settings.first { $0.setting.name == "Buffer" }.map { " -Buffer \($0.text)" } ?? ""
    return settings.filter { $0.setting.name != "Buffer" }.map {
      SetUpLine("\($0.setting.name) = \($0.text) MiB", $0.setting.place)
    }
      + guests.map { guest in
        let weight = guest.shares.map { " -Priority \(min(100, $0))" } ?? ""
        return SetUpLine(
          "Set-VMMemory -VMName {name} -DynamicMemoryEnabled $true -MinimumBytes \(guest.least ?? min(512, guest.most))MB"
            + " -MaximumBytes \(guest.most)MB\(weight)\(buffer)",
          "in PowerShell on the Hyper-V host", guest: guest.name)
      }
  }

  /// A second in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let committed = row[Term.committed], let ballooned = row[Term.ballooned],
      let demand = row[Term.demand], let wanted = row[Term.wanted],
      let pressure = row[Term.pressure], let free = row[Term.free],
      let reserve = row[Term.reserve], let least = row[Term.least],
      let weight = row[Term.weight], let share = row[Term.share],
      let shortage = row[Term.shortage]
    else { return [] }
    var sentences: [Sentence] = [
      "The guest reported \(committed, .amount) as committed. \(ballooned, .amount) of that are in its balloon, so its demand was \(demand, .amount).",
      "With the buffer, within its bounds, it wanted \(wanted, .amount): a pressure of \(pressure, .count)%.",
      "With a least size of \(least, .amount) and a weight of \(weight, .count) it was due \(share, .amount).",
      "The host had \(free, .amount) free and keeps \(reserve, .amount); guests and that reserve lacked \(shortage, .amount) more than there was.",
    ]
    if let ordered = row[Term.ordered], let granted = row[Term.granted] {
      sentences.append(
        "It had more than it was due and the least pressure, so it was told to give \(ordered, .amount)."
      )
      sentences.append(
        row.rule == "floor"
          ? "Its driver gives \(granted, .amount), for it keeps a floor available."
          : "Its driver gives \(granted, .amount): a floor stays available.")
      return sentences
    }
    switch row.rule {
    case "grow": sentences.append("It had less than it was due, and got that at once.")
    case "grow_as_can":
      sentences.append(
        "It had less than it was due, and got its part of what is free; the rest follows.")
    default:
      sentences.append(
        "It had no less than it was due, and nobody needed what it had: it kept that.")
    }
    return sentences
  }
}
