import Policies
import Testing

@Suite("The first kernel driver")
struct FirstSelfBalloonTests {
  private func guest(
    ram: UInt64 = 100_000, balloon: UInt64 = 104_096, committed: UInt64, frontswap: UInt64 = 0
  ) -> GuestView {
    GuestView(
      totalRAM: ram, totalReserve: 5_000, maxPFN: 104_096, committed: committed,
      frontswap: frontswap, balloonCurrent: balloon)
  }

  @Test(
    "The balloon's own count is stepped, as far as committed is from total RAM, without a floor")
  func step() {
    var driver = FirstSelfBalloon()
    driver.isSelfshrinking = false
    var row = DecisionRow()
    var asks = Asks()

    // 104,096 + 20,000 - 100,000 = 24,096; the gap of 80,000 divided by 8.
    driver.decide(guest(committed: 20_000), into: &row, &asks)

    #expect(row[FirstSelfBalloon.Term.balloonGoal] == 24_096)
    #expect(row.goal == 20_000)
    #expect(row.target == 90_000)
    #expect(asks.list == [.balloonTarget(94_096)])
    #expect(driver.finish() == .jiffies(1_250))
  }

  @Test("Frontswap counts into the goal and is brought home once still, at every later run")
  func shrink() {
    var driver = FirstSelfBalloon()
    var shrinks: [Ask] = []
    for _ in 0..<6 {
      var row = DecisionRow()
      var asks = Asks()
      driver.decide(guest(committed: 20_000, frontswap: 1_000), into: &row, &asks)
      #expect(row.goal == 21_000)
      shrinks += asks.list.dropFirst()
      _ = driver.finish()
    }

    // Growth from 0 at the first run, then 2, 1, 0.
    #expect(shrinks == [Ask](repeating: .shrinkFrontswap(to: 950, sparesAll: true), count: 3))
  }

  @Test("A counter below zero is read as zero")
  func negativeCounter() {
    #expect(GuestView.committed(ofCounter: -9_450) == 0)
    #expect(GuestView.committed(ofCounter: 7) == 7)
  }

  @Test("A hysteresis cut to 0 is a fault, and no numbers end the program")
  func oddNumbers() {
    let odd: [UInt64] = [0, 1, 5, .max / 2, .max - 1, .max]
    for ram in odd {
      for balloon in odd {
        for committed in odd {
          var driver = FirstSelfBalloon()
          _ = driver.write("selfballoon_downhysteresis", "4294967296")
          var row = DecisionRow()
          var asks = Asks()
          let guest = guest(ram: ram, balloon: balloon, committed: committed, frontswap: committed)
          driver.decide(guest, into: &row, &asks)
          _ = FirstSelfBalloon.story(of: row)
          if row.fault != nil { #expect(driver.finish() == .never) }
        }
      }
    }
  }

  @Test("The initial domain does not balloon itself")
  func initialDomain() {
    var driver = FirstSelfBalloon()
    let start = driver.start(guest(committed: 1), boot: GuestBoot(isInitialDomain: true))
    #expect(start.wake == .never)
    #expect(driver.write("selfballooning", "1") == WriteOutcome(.ok, wake: .jiffies(1_250)))
  }
}
