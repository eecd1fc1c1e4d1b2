import Policies
import Testing

/// The host is closed: its rule is held against examples worked by hand, and against the price that it is to make equal.
@Suite("A host like ESX")
struct ESXPolicyTests {
  private func balance(tax: Int64) -> ESXBalance {
    var balance = ESXBalance()
    balance.idleTax = tax
    return balance
  }

  /// Dues in MB of guests of 256 MB that share 360 MB; guests are shares and active MB.
  private func dues(tax: Int64, _ guests: [(UInt64, UInt64)]) -> [Double] {
    var dues: [UInt64] = []
    balance(tax: tax).shares(
      of: 360 * 256,
      guests.map { ESXBalance.Guest(shares: $0.0, active: $0.1 * 256, most: 256 * 256) },
      into: &dues)
    return dues.map { Double($0) / 256 }
  }

  @Test(
    "With 1,000 shares for 1,000 pages, a used page pays 1 and those of a guest that uses a quarter 0.3077"
  )
  func price() {
    let balance = ESXBalance()
    #expect(balance.idleCost == 4)
    #expect(balance.price(shares: 1_000, pages: 1_000, active: 1) == 1)
    #expect(abs(balance.price(shares: 1_000, pages: 1_000, active: 0.25) - 0.3077) < 0.00005)
  }

  @Test("Two guests of 256 MB on 360: the idle one has 180 without a tax, 110.4 with one of 75%")
  func idleTax() {
    let free = dues(tax: 0, [(1_000, 64), (1_000, 256)])
    #expect(abs(free[0] - 180) < 0.01 && abs(free[1] - 180) < 0.01)
    let taxed = dues(tax: 75, [(1_000, 64), (1_000, 256)])
    #expect(abs(taxed[0] - 110.4) < 0.01 && abs(taxed[1] - 249.6) < 0.01)
    // Twice the shares for the idle one.
    let rich = dues(tax: 75, [(2_000, 64), (1_000, 256)])
    #expect(abs(rich[0] - 152) < 0.01 && abs(rich[1] - 208) < 0.01)
  }

  @Test("In balance all that are between their bounds pay the same, and nobody is beyond them")
  func equalPrices() {
    var random = 7 as UInt64
    func draw(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % bound
    }
    var between = 0
    for _ in 0..<500 {
      let balance = balance(tax: Int64(draw(100)))
      let guests = (0..<2 + draw(6)).map { _ in
        let least = 1_000 + draw(100_000)
        let most = least + draw(500_000)
        return ESXBalance.Guest(
          shares: draw(10_000), active: draw(most), least: least, most: most)
      }
      let (least, most) = guests.reduce((0, 0)) { ($0.0 + $1.least, $0.1 + $1.most) }
      let total = draw(most + 1_000)
      var dues: [UInt64] = []
      balance.shares(of: Int64(total), guests, into: &dues)
      var prices: [Double] = []
      for (due, guest) in zip(dues, guests) {
        #expect(due >= guest.least && due <= guest.most)
        // A page more or less at the bound is the bound.
        if due <= guest.least + 1 || due + 1 >= guest.most { continue }
        let active = min(1, Double(guest.active) / Double(due))
        prices.append(
          balance.price(shares: Double(guest.shares), pages: Double(due), active: active))
      }
      let sum = dues.reduce(0, +)
      #expect(sum <= max(total, least))
      if total > least && total < most && guests.allSatisfy({ $0.shares > 0 }) {
        #expect(sum + UInt64(guests.count) >= total)
      }
      guard let first = prices.first else { continue }
      between += prices.count > 1 ? 1 : 0
      // Dues are whole pages of at least a thousand, of which an idle one counts up to a hundredfold.
      for price in prices { #expect(abs(price / first - 1) < 0.11) }
    }
    #expect(between > 100)
  }

  @Test("MinFree of 96 GiB is 1,597.44 MB; soft, hard and low are 64, 32 and 16% of it")
  func minFree() {
    let thresholds = ESXThresholds(slidingOf: 96 * 262_144)
    #expect(ESXThresholds.minFree(of: 96 * 262_144) == 159_744 * 256 / 100)
    let megabytes = thresholds.pages.map { Double($0) / 256 }
    #expect(abs(megabytes[0] - 1_597.44) < 0.01)
    #expect(megabytes.dropFirst().map { Int($0) } == [1_022, 511, 255])
    // 28 GiB are 6% of 4, 4% of 8, 2% of 16: 245.76 + 327.68 + 327.68 MB.
    #expect(ESXThresholds.minFree(of: 28 * 262_144) == 90_112 * 256 / 100)
  }

  @Test("Up to 4.0 the states are 6, 4, 2 and 1% of memory: 983, 655, 328, 164 MB of 16 GiB")
  func oldStates() {
    let megabytes = ESXThresholds(sharesOf: 16 * 262_144).pages.map { Double($0) / 256 }
    #expect(megabytes.map { $0.rounded() } == [983, 655, 328, 164])
  }

  @Test("A state begins below its own threshold and ends above that of the one before")
  func states() {
    let thresholds = ESXThresholds(sharesOf: 10_000)
    #expect(thresholds.pages == [600, 400, 200, 100])
    func next(_ state: ESXState, _ free: UInt64) -> ESXState {
      thresholds.next(after: state, free: free)
    }
    #expect(next(.high, 401) == .high && next(.high, 400) == .high && next(.high, 399) == .soft)
    #expect(next(.soft, 600) == .soft && next(.soft, 601) == .high)
    #expect(next(.soft, 150) == .hard && next(.high, 50) == .low)
    #expect(next(.hard, 400) == .hard && next(.hard, 401) == .soft && next(.hard, 601) == .high)
    #expect(next(.low, 150) == .low && next(.low, 201) == .hard && next(.low, 99) == .low)
  }

  @Test("What a guest uses is known at once when it rises, and falls away slowly")
  func sampler() {
    var sampler = ESXSampler(seed: 1, guest: 0)
    #expect(sampler.active == 1 && sampler.last == nil)
    sampler.take(touched: 0)
    #expect(sampler.active == 0 && sampler.last == 0)
    sampler.take(touched: 1)
    #expect(sampler.active == 1 && sampler.last == 100)
    sampler.take(touched: 0)
    // The fast mean went from 0 to a half, and back by half of that; the slow one to 1/8 and back.
    #expect(sampler.active == 0.25)
    sampler.take(touched: 0)
    #expect(sampler.active == 0.125)
    // The slow mean is 0.125 * 0.875^3 = 0.0837 by now, the fast one 0.0625.
    sampler.take(touched: 0)
    #expect(abs(sampler.active - 0.0837) < 0.0001)
  }

  @Test("Samples of a guest scatter as draws of a hundred do, and differ by guest and seed")
  func sampling() {
    func counts(_ seed: UInt64, _ guest: Int) -> [Int] {
      var sampler = ESXSampler(seed: seed, guest: guest)
      return (0..<2_000).map { _ in
        sampler.take(touched: 0.3)
        return sampler.last ?? -1
      }
    }
    let first = counts(1, 0)
    let mean = Double(first.reduce(0, +)) / 2_000
    let variance = first.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 2_000
    // 30 and 21, within four standard errors.
    #expect(abs(mean - 30) < 0.41 && abs(variance - 21) < 2.7)
    #expect(first == counts(1, 0))
    #expect(first != counts(2, 0) && first != counts(1, 1))
  }

  /// A host of 1 GiB of pages with guests of 256 MiB; guests are size, touched pages.
  private func turn(
    free: UInt64, settings: [(String, String)] = [], _ guests: [(UInt64, UInt64)]
  ) throws -> (rows: [DecisionRow], asks: [[Ask]]) {
    let made = ESXPolicy(version: "4.0")
    var policy = try #require(made)
    for (name, text) in settings { #expect(policy.write(name, text).status == .ok) }
    var host = HostView(
      memory: 100_000, free: free,
      guests: guests.map { _ in HostView.Guest(built: 65_536, least: 0, shares: 1_000) })
    for (place, guest) in guests.enumerated() {
      host.guests[place].size = guest.0
      host.guests[place].target = guest.0
      host.guests[place].report = GuestReport(
        total: guest.0, free: 0, available: 0, committed: 0)
    }
    #expect(policy.start(host).wake == .seconds(1))
    host.time = 30_000_000_000
    for (place, guest) in guests.enumerated() { host.guests[place].report?.touched = guest.1 }
    var rows = Array(repeating: DecisionRow(), count: guests.count)
    var asks = Array(repeating: Asks(), count: guests.count)
    policy.decide(host, into: &rows, &asks)
    return (rows, asks.map(\.list))
  }

  @Test("While memory is short the idle guest gives; the other grows by what is free above `hard`")
  func shortMemory() throws {
    // 6,000 pages are to be free and 3,000 are: 77,000 are left for two guests of 40,000. The first uses nothing, the other all it
    // has; what that would get beyond is as idle. 94,000 / 4 = 23,500 for the first, 40,000 + 54,000 / 4 = 53,500 for the other.
    // Of the 13,500 that it lacks 1,000 are free above 2,000.
    let (rows, asks) = try turn(free: 3_000, [(40_000, 0), (40_000, 40_000)])
    #expect(rows.map(\.rule) == ["soft", "soft"])
    #expect(rows.map { $0[ESXPolicy.Term.active] } == [0, 40_000])
    #expect(rows[0][ESXPolicy.Term.least] == 22_938)
    #expect(rows.map { $0[ESXPolicy.Term.sample] } == [0, 100])
    #expect(rows[0].target.map { abs($0 - 23_500) <= 1 } == true && asks[0].count == 1)
    #expect(rows[1].goal.map { abs($0 - 53_500) <= 1 } == true)
    #expect(rows[1].target.map { abs($0 - 41_000) <= 1 } == true && rows[1].isBound)
  }

  @Test("While memory is not short nobody gives")
  func highState() throws {
    let (rows, asks) = try turn(free: 20_000, [(40_000, 0), (40_000, 40_000)])
    #expect(rows.map(\.rule) == ["high", "high"])
    #expect(asks[0].isEmpty)
    #expect(asks[1].count == 1)
  }
}
