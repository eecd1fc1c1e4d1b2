extension DamonPolicy {
  /// The terms of a turn.
  public enum Term: Int, PolicyTerm {
    case free, isActive, regions, quota, charged, tried, pagedOut, young

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .free: TermEntry("free_permille", "free memory in thousandths of all")
      case .isActive:
        TermEntry("active", "1 if the watermarks let it work", isSilent: true)
      case .regions: TermEntry("regions", "regions that are watched")
      case .quota: TermEntry("quota_pages", "what may be tried in this window; 0: no limit yet")
      case .charged: TermEntry("charged_pages", "what was tried in this window")
      case .tried: TermEntry("tried_pages", "pages of regions that were tried in the turn")
      case .pagedOut: TermEntry("paged_out_pages", "pages that were reclaimed in the turn")
      case .young: TermEntry("young_pages", "pages that were left alone, for they were accessed")
      }
    }
  }

  /// What there is to know of DAMON_RECLAIM without running it.
  public static let card = PolicyCard(
    name: "damon", title: "DAMON_RECLAIM",
    source: "Linux 6.12.117, mm/damon/reclaim.c, core.c and paddr.c",
    actor: "kdamond", role: "thread", place: .guestKernel, needsTmem: false, balloon: .none,
    firstKernel: "5.16", looksAtPages: true,
    versions: [version], settings: items.settings(Self(), versions: [version]),
    terms: Term.allCases.map(\.entry))

  /// Parameters that differ, and the switch that takes them over.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    let folder = "/sys/module/damon_reclaim/parameters"
    let place = "in the guest, as root"
    let lines = settings.map { setting, text in
      // The kernel writes its flags as Y and N.
      SetUpLine(
        "echo \(Bool(text).map { $0 ? "Y" : "N" } ?? text) > \(folder)/\(setting.name)", place)
    }
    return lines + [SetUpLine("echo Y > \(folder)/enabled", place)]
  }

  /// A turn in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let free = row[Term.free], let regions = row[Term.regions], let quota = row[Term.quota],
      let charged = row[Term.charged]
    else { return [] }
    var sentences: [Sentence] = [
      row[Term.isActive] == 1
        ? "Of a thousand pages \(free, .count) were free, so it works."
        : "Of a thousand pages \(free, .count) were free, so it stopped: it looks at free memory alone until that is below the middle mark."
    ]
    let limit: Sentence =
      quota == 0 ? "\(quota, .count), which means none yet" : "\(quota, .amount)"
    sentences.append(
      "It watched \(regions, .count) regions. The quota of this window is \(limit), and \(charged, .amount) were tried in it."
    )
    if let tried = row[Term.tried] {
      sentences.append(
        "In regions that were not accessed for long it tried \(tried, .amount): \(row[Term.pagedOut] ?? 0, .amount) were reclaimed, \(row[Term.young] ?? 0, .amount) had been accessed and stay until they are looked at again."
      )
    }
    return sentences
  }
}
