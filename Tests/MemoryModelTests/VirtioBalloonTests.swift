import Testing
import Units

@testable import MemoryModel

@Suite("Virtio's balloon driver")
struct VirtioBalloonTests {
  @Test("Pages go out and come in 256 at a time, and total RAM follows at the end of a batch")
  func batches() {
    var g1 = Machine { $0.kernel.balloon = .virtio }

    let out = g1.balloon(to: 255_976 - 600)
    let backIn = g1.balloon(to: 255_976)

    #expect(out.batches == [-256, -256, -88])
    #expect(backIn.batches == [256, 256, 88])
    #expect(out.end == .done && backIn.end == .done)
    #expect(g1.kernel.ram == .pages(255_976))
    g1.check()
  }

  @Test("Where no page can be had it waits 200 ms and tries again, without end")
  func pauses() {
    var g1 = Machine { $0.kernel.balloon = .virtio }
    // Nothing of what programs use can be reclaimed: there is no swap.
    g1.use(250_000)
    g1.runKswapd()
    let start = g1.now

    let isStarted = g1.kernel.setBalloonTarget(47_855)
    var step = g1.kernel.startBalloonWorker(&g1.host)
    var lengths: [SimDuration] = []
    for _ in 0..<40 {
      guard case .batch(let length) = step else { break }
      lengths.append(length)
      g1.wait()
      step = g1.kernel.finishBatch(&g1.host)
    }

    #expect(isStarted)
    #expect(lengths.count == 40)
    // msleep(200) asks for 51 jiffies of 4 ms, and level 0 of the wheel ends at the 52nd after the last whole one.
    #expect(lengths.suffix(10).allSatisfy { $0 > .milliseconds(204) && $0 < .milliseconds(209) })
    #expect(g1.now - start > .seconds(2))
    g1.check()
  }

  @Test("Committed_AS of 6.1 shows every page at once, that of 4.19 only whole batches")
  func committed() {
    var old = Machine()
    var new = Machine { $0.kernel.policy = .linux6_1 }

    old.kernel.map(.pages(97), cpu: 0)
    new.kernel.map(.pages(97), cpu: 0)

    // The batch of 1 GiB is 999 pages.
    #expect(old.kernel.committed == .zero)
    #expect(new.kernel.committed == .pages(97))
  }

  @Test("A swapped page that is not compressible keeps its part of a page, until it comes back")
  func storedPages() {
    var g1 = Machine(memory: .mebibytes(64)) {
      $0.kernel.policy = .linux6_1
      $0.swap = [(.mebibytes(64), 0)]
      $0.kernel.swapsToMemory = true
    }
    g1.kernel.begin(at: .zero)
    g1.kernel.holdRegion(
      .pages(1000), touched: .pages(1000), active: .zero, storedPPM: 250_000, &g1.host)
    let free = g1.kernel.freePages.pages

    var pass = ReclaimPass(priority: 0, goal: 401, isKswapd: false, planned: PerList())
    g1.kernel.shrinkInactive(.inactiveAnon, 401, &pass, &g1.host)
    let freeSwapped = g1.kernel.freePages.pages
    g1.check()
    g1.access(0..<401)

    // 401 quarters of a page are 100 and a quarter: 101 pages.
    #expect(freeSwapped == free + 401 - 101)
    #expect(g1.kernel.freePages.pages == free)
    g1.check()
  }

  /// A guest of 1 GiB, of which 100,000 pages are in the balloon, and programs use nearly all of the rest.
  private func tightGuest(deflates: Bool) -> Machine {
    var g1 = Machine {
      $0.kernel.balloon = .virtio
      $0.kernel.balloonOptions.deflatesOnOOM = deflates
    }
    _ = g1.balloon(to: 155_976)
    g1.use(150_000)
    return g1
  }

  /// Maps and touches so many pages more, waiting where it must.
  private func press(_ g1: inout Machine, _ count: Int) {
    g1.kernel.map(.pages(count), cpu: 0)
    var left = PageCount(count)
    for _ in 0..<200_000 where left > .zero && g1.kernel.counters[.oomKill] == 0 {
      left = left - g1.kernel.touch(left, budget: Machine.unlimited, &g1.host)
      g1.wait()
    }
  }

  @Test(
    "With deflation on OOM nobody is killed while the balloon has pages, which come 256 at a time")
  func deflation() {
    var plain = tightGuest(deflates: false)
    press(&plain, 50_000)
    var deflating = tightGuest(deflates: true)
    let total = deflating.kernel.memTotal
    press(&deflating, 50_000)

    #expect(plain.kernel.counters[.oomKill] == 1)
    #expect(plain.kernel.counters[.balloonDeflatedOnOOM] == 0)
    let back = deflating.kernel.counters[.balloonDeflatedOnOOM]
    #expect(deflating.kernel.counters[.oomKill] == 0)
    // What was free above the min mark was used first; the rest came from the balloon, in whole calls.
    #expect(back % 256 == 0 && (40_000...50_000).contains(back))
    #expect(deflating.kernel.balloonCurrent.pages == 162_144 + Int(back))
    #expect(deflating.kernel.balloonTarget == 162_144)
    #expect(deflating.host.held(by: 0).pages == 162_144 + Int(back))
    // MemTotal is what it was before the balloon took anything.
    #expect(total == .pages(255_976) && deflating.kernel.memTotal == total)
    #expect(plain.kernel.memTotal == plain.kernel.ram)
    deflating.check()
    // The next order of the same target takes the pages again.
    let isDue = deflating.kernel.setBalloonTarget(162_144)
    #expect(isDue)
  }

  @Test("When the balloon is empty, or the host has nothing to give, the killing begins")
  func emptyBalloon() {
    var empty = tightGuest(deflates: true)
    press(&empty, 120_000)
    var poor = tightGuest(deflates: true)
    poor.host.claimEverything()
    press(&poor, 50_000)

    #expect(empty.kernel.ballooned == .zero)
    #expect(empty.kernel.counters[.balloonDeflatedOnOOM] == 100_000)
    #expect(empty.kernel.counters[.oomKill] == 1)
    #expect(poor.kernel.counters[.balloonDeflatedOnOOM] == 0)
    #expect(poor.kernel.counters[.oomKill] == 1)
    empty.check()
    poor.check()
  }
}
