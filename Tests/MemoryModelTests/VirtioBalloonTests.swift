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
}
