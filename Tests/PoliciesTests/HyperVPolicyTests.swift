import Policies
import Testing

/// The host's half is closed: its rule is held against examples worked by hand.
@Suite("Hyper-V, the host's half")
struct HyperVPolicyTests {
  private static func pages(_ mebibytes: UInt64) -> UInt64 { mebibytes * 256 }

  private func shares(_ total: UInt64, _ guests: [(UInt64, UInt64, UInt64)]) -> [Double] {
    var shares: [UInt64] = []
    HyperVBalance.shares(
      of: Int64(Self.pages(total)),
      guests.map {
        HyperVBalance.Guest(least: Self.pages($0.0), wanted: Self.pages($0.1), weight: $0.2)
      }, into: &shares)
    return shares.map { Double($0) / 256 }
  }

  @Test("1,500 MB and a fifth are 1,800; with 1,600 that is a pressure of 112%")
  func want() {
    let balance = HyperVBalance()
    let wanted = balance.wanted(demand: 1_500 * 256, least: 512 * 256, most: 4_096 * 256)
    #expect(wanted == 1_800 * 256)
    #expect(HyperVBalance.pressure(wanted: wanted, assigned: 1_600 * 256) == 112)
    #expect(balance.wanted(demand: 4_000 * 256, least: 0, most: 4_096 * 256) == 4_096 * 256)
    #expect(balance.wanted(demand: 100, least: 512 * 256, most: 4_096 * 256) == 512 * 256)
    #expect(balance.wanted(demand: .max, least: 1, most: 2) == 2)
  }

  @Test("What is missing to the wants is shared by weight; what fits is given")
  func sharing() {
    // 1,976 MB above the least sizes, 64,400 to 188,800.
    let two = shares(3_000, [(512, 1_800, 50), (512, 2_400, 100)])
    #expect(abs(two[0] - 1_014.6) < 0.05 && abs(two[1] - 1_985.4) < 0.05)
    #expect(shares(4_200, [(512, 1_800, 50), (512, 2_400, 100)]) == [1_800, 2_400])
    #expect(shares(900, [(512, 1_800, 50), (512, 2_400, 100)]) == [512, 512])
  }

  @Test("A guest that its part would more than fill leaves the rest to the others")
  func waterFilling() {
    // 2,200 less three times 256 are 1,432. Ratios 4,400, 37,200, 87,200, in all 128,800: the first would get 48.9 of 44.
    // 1,388 are left for 37,200 and 87,200: 415.06 and 972.94.
    let three = shares(2_200, [(256, 300, 100), (256, 1_000, 50), (256, 2_000, 50)])
    #expect(three[0] == 300)
    #expect(abs(three[1] - 671.06) < 0.01 && abs(three[2] - 1_228.94) < 0.01)
    // Without any weight all weigh the same: 1,432 / 2,532 of 44, 744 and 1,744.
    let none = shares(2_200, [(256, 300, 0), (256, 1_000, 0), (256, 2_000, 0)])
    #expect(abs(none[0] - 280.88) < 0.01 && abs(none[1] - 676.78) < 0.01)
    // A guest without weight among others has its least size until they are full.
    let one = shares(2_200, [(256, 300, 100), (256, 1_000, 0), (256, 2_000, 50)])
    #expect(one[1] == 256 && one[0] == 300 && abs(one[2] - 1_644) < 0.01)
  }

  @Test("Whatever the host has, nobody gets more than it wants or all together more than there is")
  func bounds() {
    var random = 1 as UInt64
    func draw(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % bound
    }
    for _ in 0..<2_000 {
      let guests = (0..<1 + draw(8)).map { _ in
        let least = draw(100_000)
        return HyperVBalance.Guest(least: least, wanted: least + draw(500_000), weight: draw(101))
      }
      let total = draw(2_000_000)
      var shares: [UInt64] = []
      HyperVBalance.shares(of: Int64(total), guests, into: &shares)
      #expect(shares.count == guests.count)
      for (share, guest) in zip(shares, guests) {
        #expect(share >= guest.least && share <= guest.wanted)
      }
      let least = guests.reduce(0) { $0 + $1.least }
      #expect(shares.reduce(0, +) <= max(total, least))
    }
  }

  /// A host with guests that have reported for 45 s; guests are size, committed, available.
  private func turn(
    free: UInt64, reserve: String = "0", _ guests: [(UInt64, UInt64, UInt64)], turns: Int = 46
  ) throws -> (rows: [DecisionRow], asks: [[Ask]]) {
    let made = HyperVPolicy(version: "2012")
    var policy = try #require(made)
    #expect(policy.write("reserve", reserve).status == .ok)
    var host = HostView(
      memory: 1 << 22, free: free,
      guests: guests.map { _ in HostView.Guest(built: 1 << 20, least: 131_072) })
    for (place, guest) in guests.enumerated() {
      host.guests[place].size = guest.0
      host.guests[place].target = guest.0
      host.guests[place].report = GuestReport(
        total: guest.0, free: 0, available: guest.2, committed: guest.1)
    }
    #expect(policy.start(host).wake == .seconds(1))
    var rows: [DecisionRow] = []
    var asks: [Asks] = []
    for _ in 0..<turns {
      rows = Array(repeating: DecisionRow(), count: guests.count)
      asks = Array(repeating: Asks(), count: guests.count)
      policy.decide(host, into: &rows, &asks)
    }
    return (rows, asks.map(\.list))
  }

  @Test("For 45 s guests say nothing, and nothing is decided")
  func delay() throws {
    let silent = try turn(free: 0, reserve: "1000", [(262_144, 1_000, 200_000)], turns: 45)
    #expect(silent.rows[0].current == nil && silent.asks[0].isEmpty)
    let heard = try turn(free: 0, reserve: "1000", [(262_144, 1_000, 200_000)])
    #expect(heard.rows[0].rule == "give")
  }

  @Test("A guest that lacks memory grows at once, by what is free; who has too much gives the rest")
  func growing() throws {
    // Guest 0: 100,000 + 59,392 are 159,392, and a fifth 191,270 of 131,072: a pressure of 145%. It lacks 60,198.
    // Guest 1: 10,000 + 59,392 = 69,392, and a fifth 83,270, so its least 131,072 of 262,144: 50%. It has 131,072 to give.
    // 40,000 pages are free. The floor of 131,072 pages is 43,008, so guest 0 says 143,008: 171,609, and lacks 40,537.
    let (rows, asks) = try turn(
      free: 40_000, [(131_072, 100_000, 0), (262_144, 10_000, 250_000)])
    #expect(rows[0][HyperVPolicy.Term.committed] == 143_008)
    #expect(rows[0][HyperVPolicy.Term.wanted] == 171_609)
    #expect(rows[0][HyperVPolicy.Term.pressure] == 130)
    #expect(rows[0].rule == "grow_as_can" && rows[0].isBound)
    #expect(asks[0] == [.balloonTarget(171_072)])
    #expect(rows[1][HyperVPolicy.Term.shortage] == 537)
    #expect(rows[1].rule == "give")
    #expect(asks[1] == [.balloonTarget(262_144 - 537)])

    // With enough free nobody gives.
    let rich = try turn(free: 50_000, [(131_072, 100_000, 0), (262_144, 10_000, 250_000)])
    #expect(rich.asks == [[.balloonTarget(171_609)], []])
    #expect(rich.rows.map(\.rule) == ["grow", "keep"])
  }

  @Test("Of an order the guest gives what leaves its floor available")
  func floor() throws {
    // The floor of 262,144 pages is 59,392: of 100,000 available 40,608 can go.
    let (rows, asks) = try turn(free: 0, reserve: "256", [(262_144, 1_000, 100_000)])
    #expect(rows[0][HyperVPolicy.Term.ordered] == 65_536)
    #expect(rows[0][HyperVPolicy.Term.granted] == 40_608)
    #expect(rows[0].rule == "floor" && rows[0].isBound)
    #expect(asks[0] == [.balloonTarget(262_144 - 40_608)])
    let poor = try turn(free: 0, reserve: "256", [(262_144, 1_000, 59_392)])
    #expect(poor.asks[0].isEmpty && poor.rows[0][HyperVPolicy.Term.granted] == 0)
  }

  @Test("The one with the least pressure gives first, down to what it is due")
  func leastPressureFirst() throws {
    // Both are due their least, 131,072, so the larger one has the least pressure and 131,072 to give of 160,000.
    let (rows, asks) = try turn(
      free: 0, reserve: "625", [(200_000, 1_000, 199_000), (262_144, 1_000, 261_000)])
    #expect(rows.map { $0[HyperVPolicy.Term.ordered] } == [28_928, 131_072])
    #expect(asks == [[.balloonTarget(171_072)], [.balloonTarget(131_072)]])
  }
}
