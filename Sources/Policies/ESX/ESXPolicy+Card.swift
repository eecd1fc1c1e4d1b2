extension ESXPolicy {
  /// The terms of a balance, of one guest; in pages but for counts.
  public enum Term: Int, PolicyTerm {
    case free, soft, high, sample, active, shares, idleCost, least, due

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .free: TermEntry("host_free_pages", "what the host had free")
      case .soft: TermEntry("soft_pages", "below which free memory is short")
      case .high: TermEntry("high_pages", "above which it is short no more")
      case .sample:
        TermEntry("sample_pages", "how many of a hundred pages were touched in the last sample")
      case .active: TermEntry("active_pages", "what the guest uses by the samples")
      case .shares: TermEntry("shares", "its shares")
      case .idleCost: TermEntry("idle_cost_percent", "what an idle page costs, of an active one")
      case .least: TermEntry("least_pages", "the least that it may have")
      case .due: TermEntry("due_pages", "what it is due")
      }
    }
  }

  /// What there is to know of it.
  public static let card = PolicyCard(
    name: "esx-like", title: "a host like VMware's ESX",
    source: "Waldspurger, OSDI 2002; VMware's manuals; MinFree of ESXi 5.0", actor: "the host",
    role: "the host's balance", place: .host, needsTmem: false, balloon: .any,
    versions: ["5.0", "4.0"], settings: items.settings(Settings(), versions: ["5.0", "4.0"]),
    terms: Term.allCases.map(\.entry), view: "esx_like_decisions")

  /// The host's advanced settings, and each guest's reservation, limit and shares by its name.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    settings.map {
      SetUpLine(
        "esxcli system settings advanced set -o /Mem/\($0.setting.name) -i \($0.text)",
        "on the ESX host")
    }
      + guests.map { guest in
        let shares = guest.shares.map { " -MemSharesLevel Custom -NumMemShares \($0)" } ?? ""
        return SetUpLine(
          "Get-VM -Name {name} | Get-VMResourceConfiguration | Set-VMResourceConfiguration"
            + " -MemReservationMB \(guest.least ?? 0) -MemLimitMB \(guest.most)\(shares)",
          "in PowerCLI", guest: guest.name)
      }
  }

  /// A balance in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let free = row[Term.free], let soft = row[Term.soft], let high = row[Term.high],
      let active = row[Term.active], let shares = row[Term.shares],
      let cost = row[Term.idleCost], let least = row[Term.least], let due = row[Term.due],
      let size = row.current
    else { return [] }
    var sentences: [Sentence] = [
      "The host had \(free, .amount) free. Below \(soft, .amount) memory is short, and it is so until more than \(high, .amount) are free: its state was \(row.rule?.text ?? "unknown")."
    ]
    sentences.append(
      row[Term.sample].map {
        "Of a hundred of the guest's pages \($0, .count) were touched in the last sample. By that and the means of samples before it uses \(active, .amount)."
      }
        ?? "No sample of the guest's pages has ended yet, so all it has counts as used: \(active, .amount)."
    )
    sentences.append(
      "With \(shares, .count) shares, and idle pages at \(cost, .count)% of the price of used ones, it was due \(due, .amount); it may not have less than \(least, .amount)."
    )
    if row.target == nil {
      sentences.append(
        due == size
          ? "That is what it had."
          : due < size
            ? "It had more, but memory was not short: it kept that."
            : "It had less, but nothing was free for it.")
    } else if due < size {
      sentences.append("It had more, and its balloon was told to take the difference.")
    } else {
      sentences.append(
        row.isBound
          ? "It had less, and got its part of what is free; the rest follows."
          : "It had less, and got that at once.")
    }
    return sentences
  }
}
