import Testing
import Units

@testable import MemoryModel

/// The behaviours of Docs/kernel.md 8 that are the balloon driver's: 18 to 21, 23, 28.
@Suite("Balloon driver")
struct BalloonWorkerTests {
  @Test("The first tick's credit of -26016 goes out in 50 batches of 512 and one of 416")
  func batches() {
    var g1 = Machine()

    let run = g1.balloon(to: 229_960)

    #expect(run.batches == Array(repeating: -512, count: 50) + [-416])
    #expect(run.end == .done)
    #expect(g1.kernel.balloonCurrent == .pages(236_128))
    #expect(g1.kernel.ballooned == .pages(26_016))
    g1.check()
  }

  @Test(
    "Batches taken at once leave the guest and the host as batches taken one by one do",
    arguments: [BalloonGeneration.linux4_4, .linux4_19],
    [(154_016, 47_855), (47_855, 200_000), (30_000, 255_976)])
  func batchesAtOnce(generation: BalloonGeneration, targets: (first: Int, second: Int)) {
    var single = Machine { $0.kernel.balloon = generation }
    var bulk = Machine { $0.kernel.balloon = generation }
    single.use(20_000)
    bulk.use(20_000)
    single.wait()
    bulk.wait()

    var repeated = 0
    for target in [targets.first, targets.second] {
      _ = single.balloon(to: target)
      repeated += bulk.balloonAtOnce(to: target)
    }

    // All but the first, the last and those that need reclaim.
    #expect(repeated > 50)
    #expect(bulk.kernel.levels == single.kernel.levels)
    #expect(bulk.kernel.ram == single.kernel.ram)
    #expect(bulk.kernel.balloonCurrent == single.kernel.balloonCurrent)
    #expect(bulk.kernel.ballooned == single.kernel.ballooned)
    #expect(bulk.kernel.counters == single.kernel.counters)
    #expect(bulk.kernel.zones.zones == single.kernel.zones.zones)
    #expect(bulk.host.free == single.host.free)
    #expect(bulk.now == single.now)
    bulk.check()
  }

  @Test("Behaviour 18: marks and reserve stay where they were at boot until a sysctl is written")
  func frozenMarks() {
    var g1 = Machine()

    _ = g1.balloon(to: 47_855)
    let after = g1.kernel.zones
    g1.kernel.writeMinFreeKilobytes(after.minFreeKilobytes)
    let written = g1.kernel.zones

    #expect(after.totalRAM == .pages(47_855))
    #expect(after.minFreeKilobytes == 4_047)
    #expect(after.totalReserve == .pages(2_504))
    #expect(after.zones[1].low == .pages(1_247))
    // Docs/kernel.md 5.3 and 5.4 with 3976 and 43879 pages managed: P 1011; DMA 83/103/123, protected by 171
    // pages; DMA32 927/1158/1389; R = (171 + 123) + 1389.
    #expect(written.minFreeKilobytes == 4_047)
    #expect(written.zones[0].low == .pages(103))
    #expect(written.zones[1].low == .pages(1_158))
    #expect(written.totalReserve == .pages(1_683))
    g1.check()
  }

  @Test(
    "Behaviour 19: against a host that refuses all growth, 4.19 gives up at 14 s and 4.4 never",
    arguments: [
      (BalloonGeneration.linux4_19, [Double]([0, 2, 6, 14])),
      (.linux4_4, [0, 2, 6, 14, 30, 62, 94]),
    ])
  func backOff(generation: BalloonGeneration, expected: [Double]) {
    var g1 = Machine { $0.kernel.balloon = generation }
    _ = g1.balloon(to: 47_855)
    g1.host.setMaxPages(g1.host.held(by: 0), of: 0)

    let isStarted = g1.kernel.setBalloonTarget(154_016)
    let seconds = g1.attempts(limit: expected.count)

    #expect(isStarted)
    #expect(seconds == expected)
    #expect(g1.kernel.ram == .pages(47_855))
    g1.check()
  }

  @Test(
    "While a back-off timer runs a new target does not shorten it; after giving up it starts at once"
  )
  func pendingWork() {
    var g1 = Machine()
    _ = g1.balloon(to: 47_855)
    g1.host.setMaxPages(g1.host.held(by: 0), of: 0)
    _ = g1.kernel.setBalloonTarget(154_016)

    var started: [Bool] = []
    var ends: [BalloonStep] = []
    for _ in 0..<4 {
      ends.append(g1.runBalloon().end)
      started.append(g1.kernel.setBalloonTarget(154_016))
    }

    #expect(
      ends == [
        .retry(after: .seconds(2)), .retry(after: .seconds(4)), .retry(after: .seconds(8)),
        .cancelled(noMorePages: false),
      ])
    #expect(started == [false, false, false, true])
  }

  @Test("A target set during a try that fails has the worker run once more at once")
  func targetDuringFailingTry() {
    var g1 = Machine()
    _ = g1.balloon(to: 47_855)
    g1.host.setMaxPages(g1.host.held(by: 0), of: 0)
    _ = g1.kernel.setBalloonTarget(154_016)

    guard case .batch = g1.kernel.startBalloonWorker(&g1.host) else {
      Issue.record("no try was made")
      return
    }
    let isStarted = g1.kernel.setBalloonTarget(154_015)
    let second = g1.kernel.finishBatch(&g1.host)
    let end = g1.kernel.finishBatch(&g1.host)

    #expect(!isStarted)
    #expect(second == .batch(.nanoseconds(500)))
    #expect(end == .retry(after: .seconds(4)))
  }

  @Test("Behaviour 20: 300 of 512 pages granted are taken, the rest is tried again in 2 s")
  func partialGrowth() {
    var g1 = Machine()
    _ = g1.balloon(to: 47_855)
    g1.host.setMaxPages(g1.host.held(by: 0) + .pages(300), of: 0)

    let run = g1.balloon(to: 47_855 + 512)

    #expect(run.batches == [300, 0])
    #expect(run.end == .retry(after: .seconds(2)))
    #expect(g1.kernel.ram == .pages(48_155))
    #expect(g1.kernel.balloonCurrent == .pages(48_155 + 6_168))
    g1.check()
  }

  @Test(
    "Behaviour 21: 4.19 asks what is available first, and backs off once that is below R",
    arguments: [
      // Available, then the batches: below R one batch goes; at or above R they go on until it is not.
      (1_500, [-512]), (3_000, [-512, -512]), (2_503, [-512]), (2_504, [-512, -512]), (0, [0]),
      (100, [-100]),
    ])
  func availabilityClamp(available: Int, batches: [Int]) {
    // Free memory is what is available and R; all else is the kernel's.
    var g1 = Machine { $0.kernelUnreclaimable = .pages(255_976 - 2_504 - available) }
    #expect(g1.kernel.available == .pages(available))

    let run = g1.balloon(to: 255_976 - 50_000)

    #expect(run.batches == batches)
    #expect(run.end == .retry(after: .seconds(2)))
    g1.check()
  }

  @Test("4.4 does not ask: it takes what it can allocate, down to the min mark")
  func noClampIn4_4() {
    var g1 = Machine {
      $0.kernelUnreclaimable = .pages(255_976 - 4_004)
      $0.kernel.balloon = .linux4_4
    }

    let run = g1.balloon(to: 255_976 - 50_000)

    // Min marks 15 + 995 and the 984 pages that DMA keeps from DMA32 stay: 4004 - 1994 go.
    #expect(run.batches == [-512, -512, -512, -474])
    #expect(run.end == .retry(after: .seconds(2)))
    #expect(g1.kernel.levels.free == 1_994)
    g1.check()
  }

  @Test("si_mem_available is the worked example of kernel.md 2.6")
  func available() {
    var g1 = Machine()
    // Free 30000, page cache 100000, reclaimable slab 4000; then free 1500, page cache 600, no slab.
    g1.kernel.free = 30_000
    g1.kernel.sizes.activeFile = 60_000
    g1.kernel.sizes.inactiveFile = 40_000
    g1.kernel.slabReclaimable = 4_000
    let first = g1.kernel.available
    g1.kernel.free = 1_500
    g1.kernel.sizes.activeFile = 0
    g1.kernel.sizes.inactiveFile = 600
    g1.kernel.slabReclaimable = 0
    let second = g1.kernel.available

    #expect(first == .pages(128_966))
    #expect(second == .zero)
  }

  @Test("Growth beyond what is ballooned out is given up, and the target with it")
  func noMorePages() {
    var g1 = Machine()
    _ = g1.balloon(to: 255_000)

    let run = g1.balloon(to: 300_000)

    #expect(run.batches == [512, 464])
    #expect(run.end == .cancelled(noMorePages: true))
    #expect(g1.kernel.balloonTarget == 262_144)
  }

  @Test("Behaviour 28: the balloon never has a process killed, a page fault does")
  func noKillByBalloon() {
    var g1 = Machine {
      $0.kernel.balloon = .linux4_4
      $0.swap = []
    }
    g1.use(200_000)

    let run = g1.balloon(to: 1_000)
    let killsByBalloon = g1.kernel.counters[.oomKill]
    g1.kernel.map(.pages(100_000), cpu: 0)
    _ = g1.kernel.touch(.pages(100_000), budget: Machine.unlimited, &g1.host)

    #expect(run.end == .retry(after: .seconds(2)))
    #expect(killsByBalloon == 0)
    // All free memory above the min marks (1010) and what DMA keeps (984) was given: 55976 - 1994.
    #expect(run.batches.reduce(0, +) == -53_982)
    #expect(g1.kernel.counters[.oomKill] == 1)
    #expect(g1.kernel.takeKills().map(\.touched) == [.pages(200_000)])
    g1.check()
  }

  @Test("Behaviour 28: a partial swapoff may have a process killed")
  func killByShrink() {
    // Slots for 1000 pages, all used; the rest of memory is full to the min marks with pages that cannot go.
    var g1 = Machine { $0.swap = [(.pages(1_001), 0)] }
    g1.host.setMaxPages(.pages(300_000), of: 0)
    g1.use(1_000)
    g1.swapOut(1_000)
    g1.use(255_976 - 1_994)
    #expect(g1.kernel.frontswapPages == .pages(1_000))
    #expect(g1.kernel.levels.free == 1_994)

    var shrink = FrontswapShrink(device: 0, remaining: 950, position: 1)
    _ = g1.kernel.continueShrink(&shrink, &g1.host)

    #expect(g1.kernel.counters[.oomKill] == 1)
    g1.check()
  }
}
