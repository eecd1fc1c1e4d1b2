/// The host's half of Dynamic Memory, as far as it is known, on the reports and the floors of the guests' real driver.
///
/// A turn a second: every guest reports, the balance says what each is due, and orders go out. Memory is added at once, as far
/// as it is free. It is taken only while another guest or the host's reserve needs it, from who has the least pressure.
/// Source: `Docs/policies.md`, section "Hyper-V".
public struct HyperVPolicy: HostPolicy {
  /// A guest that has reported, in this turn.
  private struct Entry {
    var place: Int
    var size: UInt64
    var sight: HyperVGuest.Sight
    var committed: UInt64
    var demand: UInt64
    var pressure: Int64
    /// What it is to give.
    var given: UInt64 = 0
  }

  static var items: [SettingItem<Self>] {
    [
      SettingItem(
        "Buffer", short: "buffer", .number(\.balance.buffer, 5...2_000), unit: "%",
        "what a guest gets above its demand; Hyper-V has it for each guest, here it is one for all",
        place: "Set-VMMemory -VMName NAME -Buffer VALUE"),
      SettingItem(
        "reserve", .number(\.reserve, 0...(1 << 28)), unit: "MiB",
        "what the host keeps free of the memory that is there for guests",
        place: "MemoryReserve below Virtualization in the registry, which Hyper-V else computes"),
    ]
  }

  private var balance = HyperVBalance()
  private var reserve: Int64 = 0
  private var drivers: [HyperVGuest] = []
  /// The largest size that each guest has had: what it lacks of that is in the balloon, what is beyond was never plugged in.
  private var largest: [UInt64] = []
  private var entries: [Entry] = []
  private var guests: [HyperVBalance.Guest] = []
  private var shares: [UInt64] = []
  private var givers: [Int] = []

  /// The balancer with nothing set.
  init() {}

  /// The balancer before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? { Self.items.read(setting, self) }

  /// Writes a setting.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    Self.items.write(setting, text, &self)
  }

  /// Guests report every second.
  public var reportInterval: Int64? { 1 }

  /// The guests' drivers begin to count their calls.
  public mutating func start(_ host: HostView) -> PolicyStart {
    drivers = host.guests.map { _ in HyperVGuest() }
    largest = host.guests.map(\.size)
    return PolicyStart(wake: .seconds(1), notices: [Self.namesItself])
  }

  /// A second: reports, the balance, and orders.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    listen(host)
    if entries.isEmpty { return }
    let spare = Int64(clamping: host.free) &- reserve &* 256
    var total = spare
    for entry in entries { total &+= Int64(clamping: entry.size) }
    HyperVBalance.shares(of: total, guests, into: &shares)
    var needed: Int64 = 0
    // Growth that was ordered before goes on, also of who is due no more now.
    var promised: Int64 = 0
    for (index, entry) in entries.enumerated() {
      let lack = Int64(clamping: shares[index]) &- Int64(clamping: entry.size)
      let target = Int64(clamping: host.guests[entry.place].target)
      if lack > 0 { needed &+= lack } else { promised &+= max(0, target &- bits(entry.size)) }
    }
    let room = max(0, spare &- promised)
    let shortage = max(0, needed &+ promised &- spare)
    take(shortage)
    for index in entries.indices {
      let part = needed <= room ? 1 : Double(room) / Double(needed)
      order(index, host, grow: part, shortage, into: &rows, &asks)
    }
  }

  /// The next report.
  public mutating func finish() -> Wake { .seconds(1) }

  /// A larger buffer leaves a guest more.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    let buffers = (1...7).map { Int(balance.buffer) << $0 }.filter { $0 <= 2_000 }
    return [PolicyRelief("Buffer", buffers)].compactMap(\.self)
  }

  /// Guests that have no range, and weights that there are none of.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    var doubts: [String] = []
    for (guest, name) in zip(host.guests, names) {
      if Self.least(guest) >= guest.most {
        doubts.append(
          "hyperv-like: guest \(name) has no minimum_memory below its maximum, so its size is fixed"
        )
      }
      if let shares = guest.shares, shares > 100 {
        doubts.append("hyperv-like: guest \(name) has \(shares) shares, which count as 100")
      }
    }
    return doubts
  }

  /// Minimum RAM: 512 MiB if nobody says otherwise.
  private static func least(_ guest: HostView.Guest) -> UInt64 {
    min(guest.least ?? 131_072, guest.most)
  }

  /// Takes the reports of this second.
  private mutating func listen(_ host: HostView) {
    entries.removeAll(keepingCapacity: true)
    guests.removeAll(keepingCapacity: true)
    for (place, guest) in host.guests.enumerated() where guest.isUp && place < drivers.count {
      largest[place] = max(largest[place], guest.size)
      guard let seen = guest.report else { continue }
      let sight = HyperVGuest.Sight(
        totalRAM: seen.total, committed: seen.committed, available: Int64(clamping: seen.available),
        ballooned: UInt32(clamping: largest[place] - guest.size))
      guard let report = drivers[place].report(sight) else { continue }
      // The host knows what it has taken: without that, an order would raise the demand by as much.
      let demand = report.committed &- UInt64(sight.ballooned)
      let least = Self.least(guest)
      let wanted = balance.wanted(demand: demand, least: least, most: guest.most)
      guests.append(
        HyperVBalance.Guest(
          least: least, wanted: wanted, weight: min(guest.shares ?? HyperVBalance.usualWeight, 100))
      )
      entries.append(
        Entry(
          place: place, size: guest.size, sight: sight, committed: report.committed, demand: demand,
          pressure: HyperVBalance.pressure(wanted: wanted, assigned: guest.size)))
    }
  }

  /// Says who gives how much of so many pages: who has more than it is due, the one with the least pressure first.
  private mutating func take(_ shortage: Int64) {
    if shortage == 0 { return }
    givers.removeAll(keepingCapacity: true)
    for (index, entry) in entries.enumerated() where entry.size > shares[index] {
      givers.append(index)
    }
    givers.sort { (entries[$0].pressure, $0) < (entries[$1].pressure, $1) }
    var left = UInt64(shortage)
    for giver in givers {
      entries[giver].given = min(left, entries[giver].size - shares[giver])
      left -= entries[giver].given
    }
  }

  /// Writes down what was decided of a guest, and orders it; it grows by a part of what it lacks.
  private func order(
    _ index: Int, _ host: HostView, grow part: Double, _ shortage: Int64,
    into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    let (entry, guest, share) = (entries[index], guests[index], shares[index])
    let place = entry.place
    rows[place].current = bits(entry.size)
    rows[place].goal = bits(share)
    rows[place][Term.committed] = bits(entry.committed)
    rows[place][Term.ballooned] = Int64(entry.sight.ballooned)
    rows[place][Term.demand] = bits(entry.demand)
    rows[place][Term.wanted] = bits(guest.wanted)
    rows[place][Term.pressure] = entry.pressure
    rows[place][Term.free] = bits(host.free)
    rows[place][Term.reserve] = reserve &* 256
    rows[place][Term.least] = bits(guest.least)
    rows[place][Term.weight] = bits(guest.weight)
    rows[place][Term.share] = bits(share)
    rows[place][Term.shortage] = shortage
    var target = entry.size
    if share > entry.size {
      target += UInt64(Double(share - entry.size) * part)
      rows[place].rule = target < share ? "grow_as_can" : "grow"
      rows[place].isBound = target < share
    } else if entry.given > 0 {
      let order = UInt32(clamping: entry.given)
      let granted = HyperVGuest.granted(order, entry.sight)
      target -= UInt64(granted)
      rows[place][Term.ordered] = Int64(order)
      rows[place][Term.granted] = Int64(granted)
      rows[place].rule = granted < order ? "floor" : "give"
      rows[place].isBound = granted < order
    } else {
      rows[place].rule = "keep"
    }
    if target == entry.size { return }
    rows[place].target = bits(target)
    asks[place].append(.balloonTarget(target))
  }
}
