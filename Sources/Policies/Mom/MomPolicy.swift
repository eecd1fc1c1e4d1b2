/// Whose rules MOM runs with: its own, or vdsm's.
public protocol MomRuleFile: Sendable {
  /// Whose.
  static var variant: Mom.Variant { get }
  /// What there is to know of MOM with them.
  static var card: PolicyCard { get }
}

/// MOM on the host: two monitors, and the rounds of its policy engine.
///
/// Monitors collect when the daemon starts and then at their interval; the first round comes after one interval.
/// Source: `Docs/policies.md`, section "MOM".
public struct MomPolicy<Rules: MomRuleFile>: HostPolicy {
  /// What there is to know of it.
  public static var card: PolicyCard { Rules.card }

  private var mom: Mom
  /// When the monitors and the engine have their next turn, in nanoseconds since the start.
  private var nextCollection: Int64 = 0
  private var nextRound: Int64 = 0
  private var now: Int64 = 0
  private var outcomes: [Mom.Outcome] = []

  /// The daemon before its start.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
    mom = Mom(Rules.variant)
  }

  /// The text of a setting.
  public func read(_ setting: String) -> String? {
    Mom.items(Rules.variant).read(setting, mom.settings)
  }

  /// Writes a setting. A window keeps the length that it began with.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    let outcome = Mom.items(Rules.variant).write(setting, text, &mom.settings)
    if now == 0 && mom.host.last == nil { mom = Mom(Rules.variant, mom.settings) }
    return outcome
  }

  /// The poll of guests' statistics has the monitors' interval.
  public var reportInterval: Int64? { mom.settings.monitorInterval }

  /// Starts the monitors and the engine.
  public mutating func start(_ host: HostView) -> PolicyStart {
    nextRound = mom.settings.interval &* 1_000_000_000
    return PolicyStart(wake: .seconds(0), notices: [Self.namesItself])
  }

  /// A collection, a round, or both; the collection comes first.
  public mutating func decide(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    now = host.time
    if now >= nextCollection {
      collect(host)
      nextCollection = now &+ mom.settings.monitorInterval &* 1_000_000_000
    }
    if now >= nextRound {
      round(host, into: &rows, &asks)
      nextRound = now &+ mom.settings.interval &* 1_000_000_000
    }
  }

  /// The next of its turns, in whole seconds.
  public mutating func finish() -> Wake {
    .seconds(max(0, (min(nextCollection, nextRound) &- now) / 1_000_000_000))
  }

  /// What would leave guests more.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] { [] }

  /// Rounds that fail, and a switch that is off.
  public func doubts(_ host: HostView, names: [String]) -> [String] {
    if Rules.variant == .vdsm {
      return mom.settings.isBalloonEnabled
        ? []
        : [
          "vdsm: balloonEnabled is false, as it is without oVirt's cluster option, so guests never shrink"
        ]
    }
    return zip(host.guests, names).filter { $0.0.least != nil }.map {
      "mom: MOM takes the guaranteed size of guest \($0.1) from libvirt as text, which its rules cannot compare; "
        + "every round fails, and no guest gets anything (vdsm hands a number over)"
    }
  }

  private mutating func collect(_ host: HostView) {
    mom.collect(
      Mom.HostSample(
        memoryAvailable: kibibytes(host.memory), memoryFree: kibibytes(host.free)))
    for (place, guest) in host.guests.enumerated() {
      guard guest.isUp else {
        mom.leave(guest: place)
        continue
      }
      mom.collect(Self.sample(of: guest), ofGuest: place)
    }
  }

  /// What the collectors bring of a guest.
  ///
  /// libvirt hands a guaranteed size over as text, which the rules cannot compare with a number.
  private static func sample(of guest: HostView.Guest) -> Mom.GuestSample {
    let least = kibibytes(guest.least ?? 0)
    return Mom.GuestSample(
      balloonCurrent: kibibytes(guest.size),
      balloonMin: Rules.variant == .mom && guest.least != nil ? .text(least) : .size(least),
      balloonMax: kibibytes(guest.most), memoryUnused: guest.report.map { kibibytes($0.free) })
  }

  private mutating func round(
    _ host: HostView, into rows: inout [DecisionRow], _ asks: inout [Asks]
  ) {
    guard let round = mom.round(into: &outcomes) else { return }
    for (place, guest) in host.guests.enumerated() where guest.isUp && place < outcomes.count {
      rows[place].fill(guest, round, outcomes[place])
      guard let target = outcomes[place].target else { continue }
      let size = guest.size(atTarget: target &* 1_024)
      rows[place].target = bits(size)
      asks[place].append(.balloonTarget(size))
    }
  }
}

extension HostView.Guest {
  /// The size that QEMU's balloon comes to with a target in bytes: whole pages go into the balloon, and none above the
  /// memory that the machine was built with.
  func size(atTarget bytes: Int64) -> UInt64 {
    let all = built &* 4_096
    let wanted = UInt64(clamping: bytes)
    return wanted >= all ? built : built &- (all &- wanted) / 4_096
  }
}

/// Pages in KiB.
func kibibytes(_ pages: UInt64) -> Int64 { Int64(clamping: pages) &* 4 }
