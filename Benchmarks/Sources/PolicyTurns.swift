import Policies
import Units

/// How long a policy's turn takes by itself: the decision and its row, without what comes of it.
enum PolicyTurns {
  private static let guests = 16

  /// Prints nanoseconds a turn of every guest's policy, and nanoseconds a turn and guest of every host's policy.
  static func run(_ arguments: Arguments) {
    for type in PolicyCatalogue.guestPolicies where !type.card.looksAtPages {
      guard let policy = type.init(version: type.card.versions[0]) else { continue }
      print("guest \(type.card.name) ns=\(time(policy))")
    }
    for type in PolicyCatalogue.hostPolicies {
      guard let policy = type.init(version: type.card.versions[0]) else { continue }
      print("host \(type.card.name) ns=\(time(policy))")
    }
  }

  /// A guest whose committed memory goes up and down.
  private static func time(_ made: some GuestPolicy) -> Double {
    var policy = made
    var guest = GuestView(
      totalRAM: 255_000, totalReserve: 4_000, maxPFN: 262_144, committed: 30_000, frontswap: 0,
      balloonCurrent: 262_144)
    _ = policy.start(guest, boot: GuestBoot(commandLine: "tmem"))
    var row = DecisionRow()
    var asks = Asks()
    let turns = 1_000_000
    var sum: Int64 = 0
    let watch = Stopwatch()
    for turn in 0..<turns {
      guest.committed = 30_000 + UInt64(turn & 0xFFFF)
      row.clear()
      asks.removeAll()
      policy.decide(guest, into: &row, &asks)
      _ = policy.finish()
      sum &+= row.target ?? 0
    }
    precondition(sum != 1, "the turns were left out")
    return watch.processor * 1e9 / Double(turns)
  }

  /// Guests that use more and less of what they have, on a host that they nearly fill.
  private static func time(_ made: some HostPolicy) -> Double {
    var policy = made
    var host = HostView(
      memory: UInt64(guests) * 270_000, free: UInt64(guests) * 7_856,
      guests: (0..<guests).map { _ in HostView.Guest(built: 262_144, least: 65_536) })
    report(&host, turn: 0)
    var wake = policy.start(host).wake
    var rows = Array(repeating: DecisionRow(), count: guests)
    var asks = Array(repeating: Asks(), count: guests)
    let turns = 100_000
    let idle = Stopwatch()
    for turn in 1...turns { report(&host, turn: turn) }
    let reports = idle.processor
    let watch = Stopwatch()
    for turn in 1...turns {
      if case .seconds(let seconds) = wake { host.time += max(1, seconds) * 1_000_000_000 }
      report(&host, turn: turn)
      for place in rows.indices {
        rows[place].clear()
        asks[place].removeAll()
      }
      policy.decide(host, into: &rows, &asks)
      wake = policy.finish()
    }
    return (watch.processor - reports) * 1e9 / Double(turns * guests)
  }

  private static func report(_ host: inout HostView, turn: Int) {
    for place in host.guests.indices {
      let used = UInt64(100_000 + (turn &* 7_919 &+ place &* 104_729) % 100_000)
      let size = host.guests[place].size
      var report = GuestReport(
        total: size, free: size - min(size, used), available: size - min(size, used),
        committed: used, files: used / 2, inactiveFiles: used / 4)
      report.pressure = GuestPressure(memoryTotal: Int64(turn) * 2_000)
      report.touched = used / 2
      host.guests[place].report = report
    }
  }
}
