import Testing
import Units

@testable import MemoryModel

/// The behaviours of Docs/kernel.md 8 that are frontswap's: 22 to 26.
@Suite("Frontswap in the guest")
struct FrontswapBehaviourTests {
  /// G1 with room for `slots` swapped pages, and `slack` pages that its host may give beyond its RAM.
  private func g1(slots: Int = 400_000, slack: Int = 256) -> Machine {
    var machine = Machine { $0.swap = [(.pages(slots + 1), 0)] }
    machine.host.setMaxPages(.pages(262_144 + slack), of: 0)
    return machine
  }

  @Test(
    "Behaviour 22: after the first tick 26272 pages fit into frontswap, the rest goes to the disk")
  func capacityAfterFirstTick() {
    var g1 = g1()
    g1.use(40_000)
    _ = g1.balloon(to: 229_960)

    g1.swapOut(30_000)

    #expect(g1.kernel.balloonCurrent == .pages(236_128))
    #expect(g1.kernel.frontswapPages == .pages(26_272))
    #expect(g1.kernel.counters[.frontswapStores] == 26_272)
    #expect(g1.kernel.counters[.frontswapFailedStores] == 30_000 - 26_272)
    #expect(g1.kernel.counters[.pswpout] == 30_000 - 26_272)
    let headroom = g1.host.headroom(of: 0)
    #expect(headroom == .zero)
    g1.check()
  }

  @Test("Behaviour 22: a guest that was never ballooned stores 256 pages")
  func capacityOfFullGuest() {
    var g1 = g1()
    g1.use(1_000)

    g1.swapOut(1_000)

    #expect(g1.kernel.frontswapPages == .pages(256))
    #expect(g1.kernel.counters[.frontswapFailedStores] == 744)
    #expect(g1.kernel.counters[.pswpout] == 744)
    #expect(g1.kernel.levels.writeback == 744)
    g1.check()
  }

  @Test("Metadata takes its share of the head-room, in whole pages")
  func metadata() {
    // 20,000 ppm: n data pages need n * 0.02 pages more, rounded up; 250 + 5 = 255, and 251 need 6.
    var host = Host(
      memory: .gibibytes(8), tmem: TmemConfiguration(metadataPPM: 20_000), disks: [])
    let domain = host.addDomain(memory: .gibibytes(1)) ?? -1

    var stored = 0
    while host.persistentPut(domain: domain) { stored += 1 }

    #expect(stored == 250)
    let headroom = host.headroom(of: domain)
    #expect(headroom == .pages(1))
    host.checkInvariants()
  }

  @Test("Behaviour 23: with no head-room left, exactly as many pages come in as slots are freed")
  func blocksGrowth() {
    var g1 = g1()
    g1.use(40_000)
    _ = g1.balloon(to: 229_960)
    g1.swapOut(30_000)

    let refused = g1.balloon(to: 255_976)
    var shrink = FrontswapShrink(device: 0, remaining: 77, position: 1)
    while case .goesOn = g1.kernel.continueShrink(&shrink, &g1.host) { g1.wait() }
    // The worker's back-off ends; Linux looks at the target again then.
    let granted = g1.runBalloon()

    #expect(refused.batches == [0])
    #expect(refused.end == .retry(after: .seconds(2)))
    #expect(shrink.shrunk == 77)
    #expect(granted.batches == [77, 0])
    #expect(g1.kernel.frontswapPages == .pages(26_272 - 77))
    g1.check()
  }

  @Test("Behaviour 24: pages swapped to frontswap and back leave the device's counters alone")
  func counters() {
    var g1 = g1(slack: 10_000)
    g1.use(1_000)

    g1.swapOut(1_000)
    g1.access(0..<1_000)

    let counters = g1.kernel.counters
    #expect(counters[.pswpout] == 0)
    #expect(counters[.pswpin] == 0)
    #expect(counters[.frontswapStores] == 1_000)
    #expect(counters[.frontswapLoads] == 1_000)
    #expect(counters[.pgmajfault] == 1_000)
    #expect(g1.kernel.frontswapPages == .pages(1_000))
    #expect(g1.kernel.levels.swapCached == 1_000)
    g1.check()
  }

  @Test("Behaviour 24: F falls when a page is written, when its process exits, and by a shrink")
  func slotsFreed() {
    var g1 = g1(slack: 10_000)
    g1.use(1_000)
    g1.swapOut(1_000)
    g1.access(0..<1_000)

    g1.access(0..<10, write: true)
    let afterWrite = g1.kernel.frontswapPages
    var shrink = FrontswapShrink(device: 0, remaining: 20, position: 1)
    _ = g1.kernel.continueShrink(&shrink, &g1.host)
    let afterShrink = g1.kernel.frontswapPages
    g1.kernel.unmap(.pages(1_000), order: .newestFirst, cpu: 0, &g1.host)

    #expect(afterWrite == .pages(990))
    #expect(afterShrink == .pages(970))
    #expect(g1.kernel.frontswapPages == .zero)
    #expect(g1.kernel.counters[.frontswapInvalidates] == 1_000)
    #expect(g1.host.persistentPages == .zero)
    g1.check()
  }

  @Test("Behaviour 24: with swap more than half full a load gives its slot up")
  func slotsFreedWhenHalfFull() {
    // 1000 of 1999 slots: 999 free, 1998 < 1999. The first load leaves 1000 free, and 2000 is not less.
    var g1 = g1(slots: 1_999, slack: 10_000)
    g1.use(1_000)
    g1.swapOut(1_000)

    g1.access(0..<3)

    #expect(g1.kernel.frontswapPages == .pages(999))
    #expect(g1.kernel.levels.swapCached == 2)
    g1.check()
  }

  @Test("Behaviour 25: a page loaded and not written is reclaimed again without a put")
  func cleanSwapCache() {
    var g1 = g1(slack: 10_000)
    g1.use(1_000)
    g1.swapOut(1_000)
    g1.access(0..<1_000)
    g1.access(0..<5, write: true)

    g1.swapOut(1_000)

    // Only the five that were written needed a slot and a put again.
    #expect(g1.kernel.counters[.frontswapStores] == 1_005)
    #expect(g1.kernel.counters[.pswpout] == 0)
    #expect(g1.kernel.frontswapPages == .pages(1_000))
    #expect(g1.kernel.levels.swapCached == 0)
    g1.check()
  }

  @Test("Behaviour 26: a shrink brings the lowest slots home: active, old, dirty")
  func lowestSlotsFirst() {
    var g1 = g1(slack: 10_000)
    g1.use(1_000)
    g1.swapOut(1_000)
    // Pages 3 and 4 come back by themselves and stay in the swap cache.
    g1.access([3, 4])
    let (free, committed) = (g1.kernel.levels.free, g1.kernel.committed)

    let chosen = g1.kernel.beginShrink(to: .pages(990))
    guard var shrink = chosen else {
      Issue.record("no shrink")
      return
    }
    let progress = g1.kernel.continueShrink(&shrink, &g1.host)

    #expect(progress == .ended)
    #expect(shrink.shrunk == 10)
    #expect(g1.kernel.frontswapPages == .pages(990))
    for offset in 0..<10 {
      let state = g1.kernel.pages.records[Int(g1.anonPage(offset))].state
      #expect(state == [.resident, .active, .dirty], "page \(offset)")
    }
    #expect(g1.kernel.pages.records[Int(g1.anonPage(10))].state == .swapped)
    // Eight needed a page, two had one.
    #expect(g1.kernel.levels.free == free - 8)
    #expect(g1.kernel.committed == committed)
    #expect(g1.kernel.counters[.pgmajfault] == 2)
    // The last one home stands at the head of the active list.
    #expect(
      g1.kernel.pages.pages(of: .activeAnon).last == g1.anonPage(9))
    g1.check()
  }

  @Test(
    "A shrink's memory check shows what the commit counter's CPU kept to itself (kernel.md 3.8)")
  func shrinkFoldsCommit() {
    var g1 = g1(slack: 10_000)
    g1.use(3_000)
    g1.kernel.map(.pages(500), cpu: 0)
    g1.swapOut(3_000)
    let before = g1.kernel.committed

    _ = g1.kernel.beginShrink(to: .pages(2_990))
    let afterSmall = g1.kernel.committed
    _ = g1.kernel.beginShrink(to: .pages(1_000))
    let afterLarge = g1.kernel.committed

    // The batch is 999: 10 pages do not reach it, 2000 do.
    #expect(before == .pages(3_000))
    #expect(afterSmall == .pages(3_000))
    #expect(afterLarge == .pages(3_500))
  }

  @Test("An idle first device absorbs a shrink; 3.6 does not shrink to nothing (kernel.md 3.6)")
  func shrinkChoosesDevice() {
    var g1 = Machine { $0.swap = [(.pages(11), 0), (.pages(2_001), 0)] }
    g1.host.setMaxPages(.pages(300_000), of: 0)
    g1.use(1_000)
    g1.swapOut(1_000)

    let firstTen = g1.kernel.beginShrink(to: .pages(900))
    let in36 = g1.kernel.beginShrink(to: .zero, allMeansNothing: true)
    // The ten pages on the first device are written, so that it is empty.
    g1.access(0..<10, write: true)
    guard var absorbed = g1.kernel.beginShrink(to: .pages(900)) else {
      Issue.record("no shrink")
      return
    }
    _ = g1.kernel.continueShrink(&absorbed, &g1.host)

    #expect(firstTen?.device == 0)
    #expect(firstTen?.remaining == nil)
    #expect(in36 == nil)
    #expect(absorbed.device == 0)
    #expect(absorbed.shrunk == 0)
    #expect(g1.kernel.frontswapPages == .pages(990))
  }

  @Test(
    "Devices are filled in the order of their priority, and a freed slot of the first is used again first"
  )
  func devicePriority() {
    // Ten slots, a hundred slots, and frontswap off, so that every page goes to its device's disk.
    var g1 = Machine {
      $0.swap = [(.pages(11), 0), (.pages(101), 0)]
      $0.frontswap = false
    }
    g1.use(30)
    g1.swapOut(25)
    let devices = (0..<25).map { offset in
      g1.kernel.swap.device(of: g1.kernel.pages.copies[Int(g1.anonPage(offset))])
    }
    g1.wait(.seconds(1))
    var pass = ReclaimPass(priority: 0, goal: 25, isKswapd: false, planned: PerList())
    g1.kernel.shrinkInactive(.inactiveAnon, 25, &pass, &g1.host)

    // Page 3, slot 4 of the first device, is written and gives its slot up: the next page that goes out takes it.
    g1.access([3], write: true)
    g1.swapOut(1)

    #expect(devices == Array(repeating: 0, count: 10) + Array(repeating: 1, count: 15))
    #expect(g1.kernel.counters[.pswpout] == 26)
    #expect(g1.kernel.swap.owner(of: 4) == g1.anonPage(25))
    #expect(g1.kernel.levels.swapUsed == 25)
    g1.check()
  }

  @Test(
    "A page written while its swap write is under way keeps its slot and is dirty again (kernel.md 3.2)"
  )
  func writeDuringSwapWrite() {
    var g1 = g1(slack: 0)
    g1.use(1)
    g1.swapOut(1)
    #expect(g1.kernel.levels.writeback == 1)

    let page = g1.anonPage(0)
    [page | GuestKernel.writeBit].withUnsafeBufferPointer {
      _ = g1.kernel.accessAnon($0, budget: Machine.unlimited, &g1.host)
    }
    let state = g1.kernel.pages.records[Int(page)].state
    g1.wait(.seconds(1))

    #expect(state.isSuperset(of: [.resident, .swapCache, .writeback, .dirty]))
    #expect(g1.kernel.levels.swapUsed == 1)
    #expect(g1.kernel.levels.writeback == 0)
    #expect(
      g1.kernel.pages.records[Int(page)].state
        == [.resident, .swapCache, .dirty, .accessed])
    g1.check()
  }
}
