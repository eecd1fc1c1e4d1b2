/// squeezed in domain 0: it looks at the balance every ten seconds, and if that is wrong carries a call out in rounds of a
/// second.
///
/// Source: `Docs/policies.md`, section "squeezed".
public struct SqueezedPolicy: HostPolicy {
  /// The terms of a round, of one guest; in KiB.
  public enum Term: Int, PolicyTerm {
    case free, reserve, least, most, before, actual, maximum

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .free: TermEntry("host_free_kib", "what the host had free")
      case .reserve: TermEntry("reserve_kib", "what it keeps free")
      case .least: TermEntry("dynamic_min_kib", "the guest's least size")
      case .most: TermEntry("dynamic_max_kib", "its largest size")
      case .before: TermEntry("target_before_kib", "its target before the round")
      case .actual: TermEntry("actual_kib", "what it held")
      case .maximum:
        TermEntry("maxmem_kib", "the cap that the hypervisor was given", isSilent: true)
      }
    }
  }

  /// What there is to know of it.
  public static let card = PolicyCard(
    name: "squeezed", title: "XenServer's squeezed",
    source: "xapi-project/xen-api of 2026-08-21, ocaml/squeezed", actor: "squeezed",
    role: "squeezed", place: .host, needsTmem: false, balloon: .xen, versions: ["2026-08"],
    settings: items.settings(Squeezed(), versions: ["2026-08"]),
    terms: Term.allCases.map(\.entry))

  private static var items: [SettingItem<Squeezed>] {
    let limit: ClosedRange<Int64> = 0...(1 << 40)
    return [
      SettingItem(
        "reserve", .number(\.reserve, limit), unit: "KiB", "what is kept free on the host",
        place: "a constant of squeezed: 64 MiB and 8 MiB"),
      SettingItem(
        "tolerance", .number(\.tolerance, limit), unit: "KiB",
        "how far free memory may be above the reserve before it is shared out",
        place: "a constant of squeezed"),
    ]
  }

  private var squeezed = Squeezed()
  private var call: SqueezeCall?
  private var wake = Wake.never

  /// The daemon before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, squeezed) }

  /// Writes a setting; a call under way goes on with the ones that it began with.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &squeezed)
  }

  /// It asks no guest for anything.
  public var reportInterval: Int64? { nil }

  /// The daemon starts, and looks at the balance after its interval.
  public mutating func start(_ host: HostView) -> PolicyStart {
    PolicyStart(wake: .seconds(Squeezed.checkInterval), notices: [Self.namesItself])
  }

  /// A look at the balance, or the next round of the call.
  public mutating func decide(
    _ view: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    let host = Self.host(view)
    let now = Double(view.time) / 1e9
    wake = .seconds(Squeezed.checkInterval)
    if call == nil {
      if !squeezed.isUnbalanced(host, at: now) { return }
      call = SqueezeCall(.balance, squeezed)
    }
    while let step = call?.look(host, at: now) {
      record(step, host, view, into: &rows, &asks)
      switch step.next {
      case .look: continue
      case .wait:
        wake = .seconds(Squeezed.roundInterval)
        return
      case .end:
        call = nil
        return
      }
    }
  }

  /// When the balance is looked at again, or the next round comes.
  public mutating func finish() -> Wake { wake }

  /// Nothing that can be set leaves guests more but a smaller reserve.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    [PolicyRelief("reserve", squeezed.reserve > 0 ? [Int(squeezed.reserve / 2), 0] : [])]
      .compactMap(\.self)
  }

  /// Guests that it cannot move.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    zip(host.guests, names).filter { $0.0.least ?? $0.0.most >= $0.0.most }.map {
      "squeezed: guest \($0.1) has no minimum_memory below its maximum, so its size is fixed"
    }
  }

  /// The domains that are up, the youngest first.
  private static func host(_ view: HostView) -> Squeezed.Host {
    var domains: [Squeezed.Domain] = []
    for (place, guest) in view.guests.enumerated().reversed() where guest.isUp {
      let least = kibibytes(guest.least ?? guest.most)
      domains.append(
        Squeezed.Domain(
          id: Int64(place) + 1, canBalloon: true, least: least, most: kibibytes(guest.most),
          target: kibibytes(guest.target), actual: kibibytes(guest.size)))
    }
    return Squeezed.Host(free: kibibytes(view.free), domains: domains)
  }

  private func record(
    _ step: SqueezeCall.Step, _ host: Squeezed.Host, _ view: HostView,
    into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    for setting in step.maxmem {
      let place = Int(setting.id) - 1
      let guest = view.guests[place]
      rows[place].current = bits(guest.size)
      rows[place][Term.free] = host.free
      rows[place][Term.reserve] = squeezed.reserve
      rows[place][Term.least] = kibibytes(guest.least ?? guest.most)
      rows[place][Term.most] = kibibytes(guest.most)
      rows[place][Term.before] = kibibytes(guest.target)
      rows[place][Term.actual] = kibibytes(guest.size)
      rows[place][Term.maximum] = setting.value
      asks[place].append(.maximum(UInt64(clamping: setting.value) / 4))
    }
    for setting in step.targets {
      let place = Int(setting.id) - 1
      let target = UInt64(clamping: setting.value) / 4
      rows[place].goal = bits(target)
      rows[place].target = bits(target)
      asks[place].append(.balloonTarget(target))
    }
    for setting in step.maxmem {
      let place = Int(setting.id) - 1
      rows[place].rule = Self.rule(step, rows[place].target != nil)
    }
  }

  private static func rule(_ step: SqueezeCall.Step, _ isTold: Bool) -> ShortName {
    switch step.next {
    case .end(.success), .end(.reserved): "balanced"
    case .end(.cannotFree): "cannot_free"
    case .end(.refused): "refused"
    case .look, .wait: isTold ? "share" : "others_first"
    }
  }

  /// Each guest's dynamic range, by its name. What squeezed keeps free is built into it.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    settings.map { SetUpLine("\($0.setting.name) = \($0.text) KiB", $0.setting.place) }
      + guests.compactMap { guest in
        guest.least.map {
          SetUpLine(
            "xe vm-memory-dynamic-range-set uuid=\"$(xe vm-list name-label={name} --minimal)\" min=\($0)MiB max=\(guest.most)MiB",
            "in domain 0", guest: guest.name)
        }
      }
  }

  /// A round in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let free = row[Term.free], let reserve = row[Term.reserve], let least = row[Term.least],
      let most = row[Term.most], let before = row[Term.before], let actual = row[Term.actual]
    else { return [] }
    let first: Sentence =
      "The host had \(free, .count) KiB free and keeps \(reserve, .count) KiB."
    let second: Sentence =
      "The guest held \(actual, .count) KiB with a target of \(before, .count) KiB, and may have \(least, .count) to \(most, .count) KiB."
    let third: Sentence =
      switch row.rule {
      case "share":
        "Every guest gets the same share of its range, so much that the reserve stays free: that is its target now."
      case "others_first":
        "While other guests still have to give, those that would grow are not told."
      case "cannot_free": "All guests were where they should be, and more could not be freed."
      case "refused": "Some guest did not move for 5 s, and the call ended."
      default: "The call ended: memory was shared out as wanted."
      }
    return [first, second, third]
  }
}
