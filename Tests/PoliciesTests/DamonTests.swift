import Policies
import Testing

/// The worked examples of `Docs/policies.md`, section "DAMON_RECLAIM".
@Suite("DAMON_RECLAIM")
struct DamonTests {
  @Test(
    "The feedback loop goes up by what is missing, down by what is too much, and starts anew at twice the goal",
    arguments: [
      (40_960_000, 5_000, 61_440_000), (40_960_000, 15_000, 20_480_000),
      (40_960_000, 20_000, 10_000), (99_999, 9_999, 100_008), (12_345, 10_000, 12_345),
      (.max, 5_000, .max),
    ] as [(UInt64, UInt64, UInt64)])
  func feed(last: UInt64, score: UInt64, next: UInt64) {
    #expect(DamonQuota.feed(last, score: score) == next)
  }

  @Test("The quota of a window is what can be paged out in its time, at the speed there was")
  func timeQuota() {
    var quota = DamonQuota()
    quota.setEffective(pressure: 0)
    #expect(quota.effective == 41_943_040)

    quota.totalCharged = 128 << 20
    quota.totalNanoseconds = 12_000_000
    quota.setEffective(pressure: 0)
    #expect(quota.effective == 111_848_100)

    quota.totalCharged = 4_096_000
    quota.totalNanoseconds = 100_000_000
    quota.setEffective(pressure: 0)
    #expect(quota.effective == 409_600)
  }

  @Test("A goal of pressure doubles the quota while there is none, and ends it at twice the target")
  func pressureGoal() {
    var quota = DamonQuota()
    quota.goals = [DamonQuota.Goal(metric: .memoryPressure, target: 10_000)]
    var pressure: UInt64 = 0
    let stalls: [UInt64] = [0, 0, 0, 5_000, 20_000, 0]

    let tuned = stalls.map { stall in
      pressure += stall * 1_000
      quota.setEffective(pressure: pressure)
      return quota.tuned
    }

    #expect(tuned == [20_000, 40_000, 80_000, 120_000, 10_000, 20_000])
  }

  @Test(
    "Ages count in powers of two of whole seconds",
    arguments: [(0, 50), (1, 52), (120, 61), (128, 63), (255, 63), (256, 65), (3_600, 69)]
      as [(UInt32, Int32)])
  func coldScores(seconds: UInt32, score: Int32) {
    let region = DamonRegion(start: 0, end: 4_096, accesses: 0, age: seconds * 10)

    #expect(DamonIntervals().coldScore(region, DamonQuota.Weights()) == score)
  }

  @Test("It stops above 500 and below 200 thousandths free, and begins again only below 400")
  func watermarks() {
    var marks = DamonWatermarks()
    let free: [UInt64] = [131_335, 131_072, 104_858, 104_857, 131_072, 52_428]

    let waits = free.map { marks.look(free: $0, total: 262_144) }

    #expect(waits == [5_000_000, 5_000_000, 5_000_000, 0, 0, 5_000_000])
  }

  /// Regions of 4 MiB, cold ones with an age in seconds.
  private func regions(_ ages: [UInt32]) -> [DamonRegion] {
    ages.enumerated().map { index, age in
      DamonRegion(
        start: UInt64(index) << 22, end: UInt64(index + 1) << 22, accesses: 0, age: age * 10)
    }
  }

  /// Bytes from one to before another, in MiB.
  private func pageOut(_ start: UInt64, _ end: UInt64) -> DamonReclaim.PageOut {
    DamonReclaim.PageOut(start: start << 20, end: end << 20)
  }

  @Test("Until the first window has ended, all that is cold is paged out, and made young")
  func firstWindow() {
    var damon = DamonReclaim()
    var regions = regions([200, 100, 300])

    let ranges = damon.pass(
      &regions, DamonReclaim.Sight(samples: 20, jiffies: 1, pressure: 0))

    #expect(
      ranges == [
        pageOut(0, 4),
        pageOut(8, 12),
      ])
    #expect(regions.map(\.age) == [0, 1_000, 0])
    #expect(damon.nextPass == 40)
  }

  @Test(
    "The coldest are paged out within the quota; a region is cut where it ends, and the next pass has none left"
  )
  func quota() {
    var damon = DamonReclaim()
    damon.quota.charged = 1 << 20
    damon.quota.chargedFrom = 1
    damon.quota.totalCharged = 1
    damon.quota.effective = 3 << 20
    var regions = regions([128, 512, 130])
    let sight = DamonReclaim.Sight(samples: 20, jiffies: 2, pressure: 0)

    let ranges = damon.pass(&regions, sight)
    let later = damon.pass(
      &regions, DamonReclaim.Sight(samples: 40, jiffies: 27, pressure: 0))

    #expect(ranges == [pageOut(4, 6)])
    #expect(regions.map { $0.size >> 20 } == [4, 2, 2, 4])
    #expect(regions.map(\.age) == [1_280, 0, 5_120, 1_300])
    #expect(damon.quota.resumesAt == 6 << 20)
    #expect(later == [])
  }

  @Test(
    "A new window goes on where the last ended, in a region that is cut there, and after the last region begins anew"
  )
  func onceAround() {
    var damon = DamonReclaim()
    damon.quota.effective = 1 << 20
    damon.quota.chargedFrom = 1
    damon.quota.resumesAt = 5 << 20
    damon.quota.milliseconds = 0
    damon.quota.size = 6 << 20
    var regions = regions([200, 200, 200])

    let ranges = damon.pass(
      &regions, DamonReclaim.Sight(samples: 20, jiffies: 251, pressure: 0))
    let again = damon.pass(
      &regions, DamonReclaim.Sight(samples: 40, jiffies: 276, pressure: 0))

    #expect(
      ranges == [
        pageOut(5, 8),
        pageOut(8, 11),
      ])
    #expect(regions.map { $0.end >> 20 } == [4, 5, 8, 11, 12])
    #expect(damon.quota.resumesAt == 11 << 20)
    #expect(again == [])
  }

  @Test("A pass that is not due, or while it does not work, does nothing")
  func notDue() {
    var damon = DamonReclaim()
    var regions = regions([200])
    let early = damon.pass(
      &regions, DamonReclaim.Sight(samples: 19, jiffies: 1, pressure: 0))
    damon.watermarks.isActive = false
    let idle = damon.pass(
      &regions, DamonReclaim.Sight(samples: 20, jiffies: 1, pressure: 0))

    #expect(early == [])
    #expect(idle == [])
    #expect(damon.nextPass == 20)
  }
}
