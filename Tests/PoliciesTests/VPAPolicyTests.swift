import Policies
import Testing

/// The recommender is exact (`VPATests`); here are its feeding and the updater's rule, worked by hand.
@Suite("VPA as a policy of the host")
struct VPAPolicyTests {
  /// A guest of 1 GiB that was built with 4, on whose minutes `change` may act before they are taken.
  private func minutes(
    _ count: Int, used: UInt64, least: UInt64? = nil, size: UInt64 = 262_144,
    settings: [(String, String)] = [], _ change: (Int, inout HostView.Guest) -> Void = { _, _ in }
  ) throws -> [(row: DecisionRow, asks: [Ask])] {
    let made = VPAPolicy(version: "1.8.0")
    var policy = try #require(made)
    for (name, text) in settings { #expect(policy.write(name, text).status == .ok) }
    var guest = HostView.Guest(built: 1 << 20, least: least)
    guest.size = size
    guest.report = GuestReport(
      total: size - 6_000, free: size - used - 5_000, available: 0, committed: 0, files: 9_000,
      inactiveFiles: 5_000)
    var host = HostView(memory: 1 << 21, free: 0, guests: [guest])
    #expect(policy.start(host).wake == .seconds(60))
    var turns: [(row: DecisionRow, asks: [Ask])] = []
    for minute in 1...count {
      host.time = Int64(minute) * 60_000_000_000
      change(minute, &host.guests[0])
      var rows = [DecisionRow()]
      var asks = [Asks()]
      policy.decide(host, into: &rows, &asks)
      #expect(policy.finish() == .seconds(60))
      turns.append((rows[0], asks[0].list))
    }
    return turns
  }

  @Test(
    "The working set is the size less free and inactive file pages; the first minute has no bounds")
  func firstMinute() throws {
    let (row, asks) = try #require(try minutes(1, used: 250_000).first)
    // 1,024,000,000 bytes are in bucket 37: ln(6.12) / ln(1.05) = 37.1. It ends at 1,077,095,000, and 15% more are 1,238,660,000.
    #expect(row[VPAPolicy.Term.used] == 1_024_000_000)
    #expect(row[VPAPolicy.Term.target].map { abs($0 - 1_238_660_000) < 500_000 } == true)
    #expect(row[VPAPolicy.Term.lower] == 262_144_000)
    // No upper bound but the most that the guest may have.
    #expect(row[VPAPolicy.Term.upper] == 4_294_967_296)
    #expect(row.rule == "keep" && asks.isEmpty)
  }

  @Test("A guest within its bounds is left alone for 12 h, then moved if that changes a tenth")
  func longLife() throws {
    // 409,600,000 bytes are in bucket 22, which ends at 414,305,000: 476,450,000 with the margin.
    let turns = try minutes(721, used: 100_000)
    let first = turns.firstIndex { !$0.asks.isEmpty }
    #expect(first == 719)
    let row = turns[719].row
    #expect(row.rule == "long_life")
    #expect(row[VPAPolicy.Term.age] == 43_200)
    #expect(row[VPAPolicy.Term.target].map { abs($0 - 476_450_000) < 200_000 } == true)
    let size = try #require(row.target)
    #expect(turns[719].asks == [.balloonTarget(UInt64(size))])
    #expect(abs(size - 116_321) < 50)
    // It begins a new life.
    #expect(turns[720].row[VPAPolicy.Term.age] == 60)
    #expect(turns[720].row[VPAPolicy.Term.request] == row[VPAPolicy.Term.target])

    // 80,000 pages more are 737,280,000 bytes: bucket 31, and 15% on its end are 862 MB, less than a tenth from 900.
    let near = try minutes(800, used: 180_000, size: 219_000)
    #expect(near.allSatisfy { $0.asks.isEmpty })
  }

  @Test(
    "A kill within 10 min asks for a fifth more than the guest had; a later one only by the bounds")
  func kills() throws {
    // 1.2 GiB are 1,288,490,188 bytes: bucket 41, which ends at 1,352,318,000; with the margin 1,555,165,000.
    let early = try minutes(6, used: 100_000) { minute, guest in
      guest.report?.kills = minute >= 5 ? 1 : 0
    }
    #expect(early.map { $0.asks.count } == [0, 0, 0, 0, 1, 0])
    #expect(early[4].row.rule == "early_kill")
    #expect(early[4].row[VPAPolicy.Term.kills] == 1)
    #expect(early[4].row[VPAPolicy.Term.target].map { abs($0 - 1_555_165_000) < 500_000 } == true)

    // At 11 min the confidence is 1/144, and the lower bound 1,555,165,000 / 1.144^2 = 1,188 MB, above 1,074.
    let late = try minutes(11, used: 100_000) { minute, guest in
      guest.report?.kills = minute >= 11 ? 3 : 0
    }
    #expect(late[10].row.rule == "below_bounds")
    #expect(late[10].row[VPAPolicy.Term.lower].map { abs($0 - 1_188_300_000) < 500_000 } == true)
  }

  @Test("The operator's bounds hold the target and both bounds")
  func bounds() throws {
    let turns = try minutes(
      3, used: 30_000, least: 100_000, settings: [("confidence-interval-memory", "60")])
    // With a confidence of 1 after two minutes the upper bound is twice the 0.95 percentile: 300 MB, below 400.
    #expect(turns.map { $0.asks.count } == [0, 1, 0])
    #expect(turns[1].row.rule == "above_bounds")
    #expect(turns[1].asks == [.balloonTarget(100_000)])
    #expect(turns[1].row[VPAPolicy.Term.upper] == 409_600_000)
  }

  @Test("An argument is heard at the start alone, and the doubts say what is not modelled")
  func arguments() throws {
    let made = VPAPolicy(version: "1.8.0")
    var policy = try #require(made)
    let host = HostView(memory: 1, free: 1, guests: [])
    _ = policy.start(host)
    #expect(policy.write("oom-bump-up-ratio", "2").status == .unheard)
    #expect(policy.write("oom-bump-up-ratio", "0.5").status == .invalid)
    #expect(policy.doubts(host, names: []).first?.contains("evicts a pod") == true)
  }
}
