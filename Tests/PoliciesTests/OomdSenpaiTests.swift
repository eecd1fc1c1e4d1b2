import Testing

@testable import Policies

@Suite("oomd's Senpai")
struct OomdSenpaiTests {
  /// A group that uses so much, half of it page cache, on a host with 64 GiB and no swap.
  private func sight(
    _ current: Int64, stall: Int64 = 0, high: Int64? = nil, file: Int64? = nil
  ) -> OomdSenpai.Sight {
    .init(
      total: stall, current: current, high: high, hostTotal: 64 << 30, file: file ?? current / 2,
      anonymous: 0)
  }

  /// What a run makes of a limit that is used up, when so much was stalled.
  private func adjusted(_ limit: Int64, stall: Int64) -> Int64? {
    var senpai = OomdSenpai(.init(), .init(limit: limit, lastTotal: 0, ticks: 0))
    return senpai.run(sight(limit, stall: stall, high: limit)).high
  }

  /// A plugin in reclaim mode whose wait is over.
  private func reclaiming(
    _ change: (inout OomdSenpai.Settings) -> Void = { _ in }
  ) -> OomdSenpai {
    var settings = OomdSenpai.Settings()
    settings.reclaims = true
    change(&settings)
    return OomdSenpai(settings, .init(limit: 0, lastTotal: 0, ticks: 0))
  }

  @Test("The ratio is a whole number, and the target itself already loosens")
  func ratios() {
    #expect(adjusted(1_493_434_368, stall: 19_999) == 1_497_165_824)
    #expect(adjusted(1_493_434_368, stall: 10_000) == 1_497_165_824)
    // 19 of 20, squared: 90.25 percent.
    #expect(adjusted(1 << 30, stall: 199_999) == 2_042_789_888)
    // 5,000 to 3,334 us are a ratio of 2, 9,999 to 5,001 one of 1.
    #expect(adjusted(1 << 30, stall: 3_334) == adjusted(1 << 30, stall: 5_000))
    #expect(adjusted(1 << 30, stall: 5_001) == adjusted(1 << 30, stall: 9_999))
    #expect(adjusted(1 << 30, stall: 5_001) != adjusted(1 << 30, stall: 5_000))
  }

  @Test("Without stall it tightens each seventh run after the first")
  func rhythm() {
    var senpai = OomdSenpai(.init())
    var high = senpai.run(sight(1 << 30)).high
    #expect(high == 1 << 30)

    let runs = (1...21).filter { _ in
      let outcome = senpai.run(sight(1 << 30, high: high))
      high = outcome.high ?? high
      return outcome.high != nil
    }

    #expect(runs == [7, 14, 21])
    #expect(senpai.state?.probeCount == 3)
  }

  @Test("A limit that another hand wrote begins anew, unchecked and uncut")
  func otherHand() {
    var senpai = OomdSenpai(.init(), .init(limit: 1 << 30, lastTotal: 0, ticks: 3))

    let outcome = senpai.run(sight(1_234_567, stall: 7, high: 1 << 20))

    #expect(outcome == .init(high: 1_234_567, reclaim: nil, isReset: true))
    #expect(senpai.state == .init(limit: 1_234_567, lastTotal: 7, ticks: 6))
  }

  @Test("The most is counted from what is used, the least from what cannot be reclaimed")
  func bounds() {
    var settings = OomdSenpai.Settings()
    settings.mostLimit = 1 << 30
    var senpai = OomdSenpai(settings, .init(limit: 8 << 30, lastTotal: 0, ticks: 0))

    let most = senpai.run(sight(1 << 30, stall: 1_000_000, high: 8 << 30))
    #expect(most.high == 2 << 30)

    var low = OomdSenpai(.init(), .init(limit: 1 << 30, lastTotal: 0, ticks: 0))
    let least = low.run(sight(1 << 30, high: 1 << 30, file: 1 << 20))
    #expect(least.high == (1 << 30) + (99 << 20))
    var protected = sight(1 << 30, high: 1 << 30)
    protected.memoryMin = (2 << 30) + 5
    low = OomdSenpai(.init(), .init(limit: 1 << 30, lastTotal: 0, ticks: 0))
    #expect(low.run(protected).high == 2 << 30)
  }

  @Test("Reclaim is a hundredth of what is above the least, and waits for low pressure")
  func reclaims() {
    var calm = sight(3_037_110_272, file: 1 << 30)
    calm.memory.avg10 = 0.09
    var senpai = reclaiming()
    #expect(senpai.run(calm).reclaim == 9_687_040)
    #expect(senpai.state?.ticks == 6)

    for path in [
      \OomdSenpai.Sight.memory.avg10, \.memory.avg60, \.io.avg10, \.io.avg60,
    ] {
      var stalled = sight(3_037_110_272, file: 1 << 30)
      stalled[keyPath: path] = 0.10
      senpai = reclaiming()
      #expect(senpai.run(stalled) == .init())
      #expect(senpai.state?.ticks == 0)
      // As a float, 0.7 is below the double.
      stalled[keyPath: path] = 0.7
      senpai = reclaiming {
        $0.pressurePercent = 0.7
        $0.ioPressurePercent = 0.7
      }
      #expect(senpai.run(stalled).reclaim == 9_687_040)
    }
  }

  @Test("With swap_validation it acts where swap is full to its threshold, or there is none")
  func swapValidation() {
    func reclaim(used: Int64, limit: Int64? = nil, total: Int64 = 1_000) -> Int64? {
      var senpai = reclaiming { $0.validatesSwap = true }
      var sight = sight(1 << 30)
      sight.swap.total = total
      sight.swap.used = used
      sight.swap.limit = limit
      return senpai.run(sight).reclaim
    }

    #expect(reclaim(used: 799) == nil)
    #expect(reclaim(used: 800) != nil)
    #expect(reclaim(used: 0, total: 0) != nil)
    #expect(reclaim(used: 0, limit: 0) != nil)
  }

  @Test("Anonymous memory counts as reclaimable as far as there is swap for it")
  func reclaimable() {
    var sight = sight(1 << 30, file: 100)
    sight.anonymous = 50
    #expect(sight.reclaimable == 100)
    sight.swap.total = 40
    #expect(sight.reclaimable == 140)
    sight.swap.limit = 30
    sight.swap.current = 10
    #expect(sight.reclaimable == 120)
    sight.swap.current = 31
    #expect(sight.reclaimable == 100)
    sight.swap.limit = nil
    sight.swap.swappiness = 0
    #expect(sight.reclaimable == 100)
  }

  @Test("The factor of swappiness falls with the rate and with what is used")
  func swappiness() {
    var swap = OomdSenpai.Sight.Swap()
    swap.total = 1_000
    #expect(OomdSenpai(.init()).swappinessFactor(swap) == 1)
    swap.used = 400
    #expect(OomdSenpai(.init()).swappinessFactor(swap) == 0.5)
    swap.outRate300 = 786_432
    #expect(OomdSenpai(.init()).swappinessFactor(swap) == 0.25)
    swap.outRate60 = 1_048_576
    #expect(OomdSenpai(.init()).swappinessFactor(swap) == 0)
  }

  @Test("No numbers end the program")
  func oddNumbers() {
    let odd: [Int64] = [.min, -1, 0, 1, 4_096, .max]
    for reclaims in [false, true] {
      for a in odd {
        for b in odd {
          for c in odd {
            var settings = OomdSenpai.Settings()
            settings.reclaims = reclaims
            settings.validatesSwap = true
            settings.maxBackoff = 1_000
            settings.leastLimit = max(0, a)
            settings.pressure = max(1, b)
            var sight = OomdSenpai.Sight(
              total: a, current: b, high: c, hostTotal: a, file: b, anonymous: c)
            sight.swap.total = a
            sight.swap.used = b
            sight.swap.limit = c
            sight.swap.current = a
            var senpai = OomdSenpai(settings, .init(limit: c, lastTotal: b, ticks: 0))
            _ = senpai.run(sight)
            _ = senpai.swappinessFactor(sight.swap)
          }
        }
      }
    }
  }
}
