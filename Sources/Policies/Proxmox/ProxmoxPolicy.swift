/// pvestatd's automatic ballooning on the host: a round every ten seconds, the first ten seconds after its start.
///
/// Source: `Docs/policies.md`, section "Proxmox".
public struct ProxmoxPolicy: HostPolicy {
  /// The terms of a round, of one guest; in bytes.
  public enum Term: Int, PolicyTerm {
    case goal, used, size, free, least, shares

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .goal: TermEntry("host_goal_bytes", "what the host can give, or wants back")
      case .used: TermEntry("host_used_bytes", "memory of the host in use")
      case .size: TermEntry("balloon_bytes", "the guest's size")
      case .free: TermEntry("free_bytes", "its free pages, as it reported last")
      case .least: TermEntry("balloon_min_bytes", "its least size")
      case .shares: TermEntry("shares", "its shares")
      }
    }
  }

  /// What there is to know of it.
  public static let card = PolicyCard(
    name: "proxmox", title: "Proxmox VE's automatic ballooning",
    source: "pve-manager 9.2.11 (commit 14a22df35955, 2026), pvestatd", actor: "pvestatd",
    role: "pvestatd", place: .host, needsTmem: false, balloon: .virtio, versions: ["9.2.11"],
    settings: items.settings(Proxmox.Settings(), versions: ["9.2.11"]),
    terms: Term.allCases.map(\.entry))

  private static var items: [SettingItem<Proxmox.Settings>] {
    [
      SettingItem(
        "ballooning-target", short: "target", .number(\.targetPercent, 0...100), unit: "%",
        "how much of the host's memory is to be in use",
        place: "pvenode config set --ballooning-target VALUE")
    ]
  }

  private var proxmox = Proxmox()
  private var guests: [Proxmox.Guest] = []
  private var sizes: [Int64?] = []

  /// The daemon before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, proxmox.settings) }

  /// Writes a setting.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &proxmox.settings)
  }

  /// QEMU polls the guests' statistics every two seconds (`guest-stats-polling-interval`).
  public var reportInterval: Int64? { 2 }

  /// The daemon starts.
  public mutating func start(_ host: HostView) -> PolicyStart {
    PolicyStart(wake: .seconds(Proxmox.interval), notices: [Self.namesItself])
  }

  /// A round.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    guests.removeAll(keepingCapacity: true)
    for guest in host.guests { guests.append(Self.guest(guest)) }
    let sight = Proxmox.Host(
      memoryTotal: bytes(host.memory), memoryUsed: bytes(host.memory &- host.free))
    let goal = proxmox.round(sight, guests, into: &sizes)
    for (place, guest) in host.guests.enumerated() where guest.isUp {
      let own = guests[place]
      rows[place].current = bits(guest.size)
      rows[place][Term.goal] = goal
      rows[place][Term.used] = sight.memoryUsed
      rows[place][Term.size] = own.balloon
      rows[place][Term.free] = own.free
      rows[place][Term.least] = own.least
      rows[place][Term.shares] = own.shares
      rows[place].rule = Self.rule(goal, own)
      guard let size = sizes[place], size != own.balloon else { continue }
      let target = guest.size(atTarget: size)
      rows[place].goal = bits(target)
      rows[place].target = bits(target)
      asks[place].append(.balloonTarget(target))
    }
  }

  /// The next round.
  public mutating func finish() -> Wake { .seconds(Proxmox.interval) }

  /// A smaller part of the host in use would take more from guests; a larger one leaves them more.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    let target = Int(proxmox.settings.targetPercent)
    return [target < 100 ? PolicyRelief("ballooning-target", Array((target + 1)...100)) : nil]
      .compactMap(\.self)
  }

  /// Guests that it leaves alone.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    zip(host.guests, names).filter { ($0.0.least ?? 0) == 0 || $0.0.shares == 0 }.map {
      "proxmox: guest \($0.1) has no minimum_memory or no shares, so it is not ballooned"
    }
  }

  private static func guest(_ guest: HostView.Guest) -> Proxmox.Guest {
    Proxmox.Guest(
      balloon: guest.isUp ? bytes(guest.size) : 0, least: bytes(guest.least ?? 0),
      most: bytes(guest.most), free: bytes(guest.report?.free ?? 0),
      shares: min(50_000, Int64(clamping: guest.shares ?? UInt64(Proxmox.defaultShares))))
  }

  private static func rule(_ goal: Int64, _ guest: Proxmox.Guest) -> ShortName {
    if !guest.isCandidate { return "not_ballooned" }
    if goal.magnitude <= Proxmox.deadBand.magnitude { return "dead_band" }
    return guest.isRich ? "rich" : "poor"
  }

  /// The node's target, and each guest's `balloon` and `shares`, by its name.
  public static func setUp(
    _ settings: [(setting: PolicySetting, text: String)], _ guests: [GuestFrame]
  ) -> [SetUpLine] {
    let place = "on the Proxmox host"
    return settings.map { SetUpLine("pvenode config set --\($0.setting.name) \($0.text)", place) }
      + guests.compactMap { guest in
        guard let least = guest.least else { return nil }
        let id = "\"$(qm list | awk -v name={name} '$2 == name {print $1}')\""
        let shares = guest.shares.map { " --shares \(min(50_000, $0))" } ?? ""
        return SetUpLine(
          "qm set \(id) --memory \(guest.most) --balloon \(least)\(shares)", place,
          guest: guest.name)
      }
  }

  /// A round in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    guard let goal = row[Term.goal], let used = row[Term.used], let size = row[Term.size],
      let free = row[Term.free], let least = row[Term.least], let shares = row[Term.shares]
    else { return [] }
    var sentences: [Sentence] = [
      goal >= 0
        ? "The host had \(used, .bytes) in use, and \(goal, .bytes) to give until its target is reached."
        : "The host had \(used, .bytes) in use, \(0 &- goal, .bytes) more than its target."
    ]
    sentences.append(
      "The guest had \(size, .bytes), of which it said \(free, .bytes) were free; its least size is \(least, .bytes), with \(shares, .count) shares."
    )
    switch row.rule {
    case "not_ballooned":
      sentences.append("It has no least size or no shares, so it is not ballooned.")
    case "dead_band": sentences.append("Up to 10 MiB either way nothing is done.")
    case "rich":
      sentences.append(
        "It counted as rich: more than a quarter of its least size was free. The rich give first.")
    default: sentences.append("It counted as poor. The poor get first, and give last.")
    }
    if row.target == nil && row.rule != "not_ballooned" && row.rule != "dead_band" {
      sentences.append("It has its share, or others moved before it: it was left alone.")
    }
    return sentences
  }
}

/// Pages in bytes.
func bytes(_ pages: UInt64) -> Int64 { Int64(clamping: pages) &* 4_096 }
