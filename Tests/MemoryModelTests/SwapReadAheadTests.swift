import Testing
import Units

@testable import MemoryModel

/// Swap read-ahead (Docs/kernel.md 3.2).
@Suite("Swap read-ahead")
struct SwapReadAheadTests {
  @Test("The window follows the hits, is halved at most, and is aligned")
  func window() {
    var readAhead = SwapReadAhead(pageCluster: 3)

    // Four hits to begin with: 6, so 8. Without hits 1, or 2 beside the slot before, but never less than half.
    let first = readAhead.block(around: 20)
    let withoutHits = [100, 200, 300, 301].map { readAhead.block(around: $0) }
    for _ in 0..<3 { readAhead.hit() }
    let threeHits = readAhead.block(around: 50)
    readAhead.hit()
    let oneHit = readAhead.block(around: 53)
    for _ in 0..<40 { readAhead.hit() }
    let fortyHits = readAhead.block(around: 9)

    #expect(first == 16...23)
    #expect(withoutHits == [100...103, 200...201, 300...300, 300...301])
    #expect(threeHits == 48...55)
    #expect(oneHit == 52...55)
    #expect(fortyHits == 8...15)
  }

  @Test("With page_cluster 0 a fault reads its own slot, whatever the hits")
  func none() {
    var readAhead = SwapReadAhead(pageCluster: 0)
    for _ in 0..<10 { readAhead.hit() }

    #expect(readAhead.block(around: 20) == 20...20)
  }

  /// G1 whose oldest 100 pages are swapped out, page n to slot n + 1.
  private func g1(frontswap: Bool) -> Machine {
    var g1 = Machine {
      $0.swap = [(.pages(1_001), 0)]
      $0.kernel.pageCluster = 3
      $0.frontswap = frontswap
    }
    g1.host.setMaxPages(.pages(300_000), of: 0)
    g1.use(100)
    g1.swapOut(100)
    if !frontswap {
      // The writes end, and the pages go in the next pass.
      g1.wait(.seconds(1))
      var pass = ReclaimPass(priority: 0, goal: 100, isKswapd: false, planned: PerList())
      g1.kernel.shrinkInactive(.inactiveAnon, 100, &pass, &g1.host)
    }
    return g1
  }

  @Test("A fault reads the block of eight slots, and the six others are minor faults then")
  func frontswap() {
    var g1 = g1(frontswap: true)

    // Slot 1: the block of 0 to 7, less the header.
    g1.access([0])
    let first = g1.kernel.counters
    let levels = g1.kernel.levels
    g1.check()
    g1.access(1...6)
    let second = g1.kernel.counters
    // Six hits: eight again, slots 8 to 15.
    g1.access([7])

    #expect(first[.pgmajfault] == 1)
    #expect(first[.frontswapLoads] == 7)
    #expect(first[.swapRa] == 6)
    #expect(levels.inactiveAnon == 6)
    #expect(levels.swapCached == 7)
    #expect(second[.pgmajfault] == 1)
    #expect(second[.pgfault] == first[.pgfault] + 6)
    #expect(second[.swapRaHit] == 6)
    #expect(second[.frontswapLoads] == 7)
    #expect(g1.kernel.counters[.swapRa] == 6 + 7)
    #expect(g1.kernel.frontswapPages == .pages(100))
    #expect(g1.kernel.counters[.pswpin] == 0)
    g1.check()
  }

  @Test("From the disk the seven pages are there together, and each counts as swapped in")
  func disk() {
    var g1 = g1(frontswap: false)
    #expect(g1.kernel.levels.swapUsed == 100)
    #expect(g1.kernel.levels.swapCached == 0)

    g1.access([0])

    // One random read of 150 us; the others take 9.1 us each on the other three channels.
    #expect(g1.kernel.counters[.stallSwap] == 150_000)
    #expect(g1.kernel.counters[.pswpin] == 7)
    #expect(g1.kernel.counters[.pgmajfault] == 1)
    g1.check()
  }

  @Test("Pages read ahead in vain are dropped without a put; one that is written gives its slot up")
  func unused() {
    var g1 = g1(frontswap: true)
    g1.access([0])
    g1.access([3], write: true)
    let afterWrite = g1.kernel.frontswapPages

    var pass = ReclaimPass(priority: 0, goal: 100, isKswapd: false, planned: PerList())
    g1.kernel.shrinkInactive(.inactiveAnon, 5, &pass, &g1.host)
    g1.access([1])

    #expect(afterWrite == .pages(99))
    #expect(pass.reclaimed == 5)
    #expect(g1.kernel.counters[.frontswapStores] == 100)
    #expect(g1.kernel.counters[.pgmajfault] == 2)
    g1.check()
  }

  @Test("A process that ends and a shrink find pages that were read ahead")
  func leaving() {
    var g1 = g1(frontswap: true)
    g1.access([0])

    var shrink = FrontswapShrink(device: 0, remaining: 5, position: 1)
    _ = g1.kernel.continueShrink(&shrink, &g1.host)
    let loads = g1.kernel.counters[.frontswapLoads]
    g1.check()
    g1.kernel.unmap(.pages(100), order: .newestFirst, cpu: 0, &g1.host)

    // Slots 1 to 5 were in memory already.
    #expect(loads == 7)
    #expect(g1.kernel.frontswapPages == .zero)
    #expect(g1.kernel.levels.swapUsed == 0)
    #expect(g1.kernel.levels.free == 255_976)
    g1.check()
  }
}
