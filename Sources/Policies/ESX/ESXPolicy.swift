/// A host that shares memory out as ESX tells of itself: by shares, with a tax on idle memory, through balloons.
///
/// Every second it looks at its free memory. It balances its guests when a period is over and when its state changes. While
/// free memory is short, guests give what they have beyond their due; guests with less grow at once, by what is free above the
/// threshold of the state `hard`.
/// Source: `Docs/policies.md`, section "ESX".
public struct ESXPolicy: HostPolicy {
  /// What can be set.
  struct Settings: Hashable, Sendable {
    var balance = ESXBalance()
    /// Seconds between two balances.
    var balancePeriod: Int64 = 15
    /// Seconds for which a guest's pages are watched.
    var samplePeriod: Int64 = 60
    /// How much of a guest its balloon takes at most, in per cent.
    var largestBalloon: Int64 = 65
  }

  static var items: [SettingItem<Settings>] {
    func item(
      _ name: String, _ short: String, _ path: WritableKeyPath<Settings, Int64>,
      _ range: ClosedRange<Int64>, _ unit: String, _ meaning: String
    ) -> SettingItem<Settings> {
      SettingItem(
        name, short: short, .number(path, range), unit: unit, meaning,
        place: "esxcli system settings advanced set -o /Mem/\(name) -i VALUE")
    }
    return [
      item(
        "IdleTax", "idle_tax", \.balance.idleTax, 0...99, "%",
        "what part of a guest's idle memory may be taken for others; an idle page costs 1 / (1 - tax)"
      ),
      item(
        "BalancePeriod", "balance_period", \.balancePeriod, 1...120, "s",
        "time between two balances while the host's state stays"),
      item(
        "SamplePeriod", "sample_period", \.samplePeriod, 1...180, "s",
        "how long a hundred pages of a guest are watched"),
      item(
        "CtlMaxPercent", "ctl_max_percent", \.largestBalloon, 0...75, "%",
        "how much of a guest its balloon takes at most"),
    ]
  }

  private var settings = Settings()
  private let isOld: Bool
  private var thresholds = ESXThresholds(sharesOf: 0)
  private var state = ESXState.high
  /// When it balances next if nothing happens, in nanoseconds.
  private var nextBalance: Int64 = 0
  private var samplers: [ESXSampler] = []
  /// When the reports were made that the samplers have seen.
  private var seen: [Int64] = []
  private var places: [Int] = []
  private var guests: [ESXBalance.Guest] = []
  private var dues: [UInt64] = []

  /// The host's scheduler of memory before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
    isOld = version == "4.0"
    if isOld { settings.samplePeriod = 30 }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, settings) }

  /// Writes a setting; a sample that has begun goes on as long as it would have.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &settings)
  }

  /// A report is the end of a sample.
  public var reportInterval: Int64? { settings.samplePeriod }

  /// It watches pages.
  public var readsTouchedPages: Bool { true }

  /// The host is up, and the first samples begin.
  public mutating func start(_ host: HostView) -> PolicyStart {
    thresholds =
      isOld ? ESXThresholds(sharesOf: host.memory) : ESXThresholds(slidingOf: host.memory)
    nextBalance = host.time &+ settings.balancePeriod &* 1_000_000_000
    samplers = host.guests.indices.map { ESXSampler(seed: host.seed, guest: $0) }
    seen = host.guests.map { host.time &- ($0.report?.age ?? 0) }
    return PolicyStart(wake: .seconds(1), notices: [Self.namesItself])
  }

  /// A look at free memory, and a balance if it is time.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    takeSamples(host)
    let next = thresholds.next(after: state, free: host.free)
    if next == state && host.time < nextBalance { return }
    state = next
    nextBalance = host.time &+ settings.balancePeriod &* 1_000_000_000
    balance(host, into: &rows, &asks)
  }

  /// The next look.
  public mutating func finish() -> Wake { .seconds(1) }

  /// Less tax leaves an idle guest more, and a smaller balloon any guest.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    [
      PolicyRelief("IdleTax", PolicyRelief.below(settings.balance.idleTax) + [0]),
      PolicyRelief("CtlMaxPercent", PolicyRelief.below(settings.largestBalloon) + [0]),
    ].compactMap(\.self)
  }

  /// Guests that have no range, and hosts that are short from the start.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    zip(host.guests, names).filter { least($0.0) >= $0.0.most }.map {
      "esx-like: guest \($0.1) cannot be taken below its maximum, so its size is fixed"
    }
  }

  /// The least size: the reservation, and what the largest balloon leaves.
  private func least(_ guest: HostView.Guest) -> UInt64 {
    let left = guest.built &- guest.built &* UInt64(settings.largestBalloon) / 100
    return min(max(guest.least ?? 0, left), guest.most)
  }

  /// Shares of a guest to which nobody gave any: 10 for each MiB (normal).
  private static func shares(_ guest: HostView.Guest) -> UInt64 {
    guest.shares ?? max(1, guest.built / 256 &* 10)
  }

  /// Takes the samples that have ended since the last turn.
  private mutating func takeSamples(_ host: HostView) {
    for (place, guest) in host.guests.enumerated() where guest.isUp && place < samplers.count {
      guard let report = guest.report, let touched = report.touched, guest.size > 0 else {
        continue
      }
      let time = host.time &- report.age
      if time <= seen[place] { continue }
      seen[place] = time
      samplers[place].take(touched: Double(touched) / Double(guest.size))
    }
  }

  private mutating func balance(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    places.removeAll(keepingCapacity: true)
    guests.removeAll(keepingCapacity: true)
    var total = Int64(clamping: host.free) &- bits(thresholds.pages[ESXState.high.rawValue])
    for (place, guest) in host.guests.enumerated() where guest.isUp && place < samplers.count {
      total &+= Int64(clamping: guest.size)
      places.append(place)
      guests.append(
        ESXBalance.Guest(
          shares: Self.shares(guest),
          active: UInt64(samplers[place].active * Double(guest.size)), least: least(guest),
          most: guest.most))
    }
    settings.balance.shares(of: total, guests, into: &dues)
    var needed: Int64 = 0
    // Growth that was ordered before goes on, also of who is due no more now.
    var promised: Int64 = 0
    for (index, place) in places.enumerated() {
      let guest = host.guests[place]
      let lack = bits(dues[index]) &- bits(guest.size)
      if lack > 0 {
        needed &+= lack
      } else {
        promised &+= max(0, Int64(clamping: guest.target) &- bits(guest.size))
      }
    }
    let spare = Int64(clamping: host.free) &- bits(thresholds.pages[ESXState.hard.rawValue])
    let room = max(0, spare &- promised)
    let part = needed <= room ? 1 : Double(room) / Double(needed)
    for index in places.indices {
      order(index, host, grow: part, into: &rows, &asks)
    }
  }

  /// Writes down what was decided of a guest, and orders it; it grows by a part of what it lacks.
  private func order(
    _ index: Int, _ host: HostView, grow part: Double, into rows: inout [DecisionRow],
    _ asks: inout [Asks]
  ) {
    let (place, due) = (places[index], dues[index])
    let size = host.guests[place].size
    rows[place].current = bits(size)
    rows[place].goal = bits(due)
    rows[place].rule = state.name
    rows[place][Term.free] = bits(host.free)
    rows[place][Term.soft] = bits(thresholds.pages[ESXState.soft.rawValue])
    rows[place][Term.high] = bits(thresholds.pages[ESXState.high.rawValue])
    rows[place][Term.sample] = samplers[place].last.map(Int64.init)
    rows[place][Term.active] = bits(guests[index].active)
    rows[place][Term.shares] = bits(guests[index].shares)
    rows[place][Term.idleCost] = Int64(cut: settings.balance.idleCost * 100)
    rows[place][Term.least] = bits(guests[index].least)
    rows[place][Term.due] = bits(due)
    var target = size
    if due > size {
      target += UInt64(Double(due - size) * part)
      rows[place].isBound = target < due
    } else if state > .high {
      target = due
    }
    if target == size { return }
    rows[place].target = bits(target)
    asks[place].append(.balloonTarget(target))
  }
}
