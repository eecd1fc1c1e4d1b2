import Testing
import Units

@testable import MemoryModel

/// The page cache and cleancache, behaviours 17 and 29 of Docs/kernel.md 8 included.
@Suite("Page cache")
struct FileCacheTests {
  @Test(
    "Behaviour 17: ballooning puts the cache into cleancache, and reading it again takes it out")
  func cleancache() {
    var g1 = Machine { $0.fileSets = [(.pages(100_000), 0)] }
    g1.file(0..<100_000)
    let (committed, ram) = (g1.kernel.committed, g1.kernel.ram)

    // A downward tick of selfballooning's size, kswapd at work beside it; then up again.
    _ = g1.kernel.setBalloonTarget(UInt64(60_000 + 6_168))
    let down = g1.runBalloon(withKswapd: true)
    let puts = g1.kernel.counters[.cleancachePuts]
    let evicted = g1.kernel.cleancachePages(g1.host)
    _ = g1.balloon(to: 255_976)
    let absent = (0..<100_000).filter {
      !g1.kernel.pages.records[Int(g1.kernel.firstPage(ofFileSet: 0)) + $0].state
        .contains(.resident)
    }
    let reads = g1.host.diskPagesRead
    var falls = 0
    for page in absent {
      let before = g1.kernel.cleancachePages(g1.host)
      g1.file([page])
      if g1.kernel.cleancachePages(g1.host) == before - .pages(1) { falls += 1 }
    }

    #expect(committed == .zero)
    #expect(ram == .pages(255_976))
    #expect(down.end == .done)
    #expect(puts > 40_000)
    #expect(evicted == .pages(Int(puts)))
    #expect(absent.count == Int(puts))
    #expect(reads == 100_000)
    #expect(g1.host.diskPagesRead == 100_000)
    #expect(falls == absent.count)
    #expect(g1.kernel.counters[.cleancacheGets] == puts)
    #expect(g1.kernel.counters[.workingsetRefault] == puts)
    let cleancache = g1.kernel.cleancachePages(g1.host)
    #expect(cleancache == .zero)
    g1.check()
  }

  @Test("Pages that were only written are not put, those that were read too are (kernel.md 4.7)")
  func writtenPages() {
    var g1 = Machine { $0.fileSets = [(.pages(100), 0)] }
    g1.file(0..<40)
    g1.file(20..<60, write: true)

    // The flusher writes what is older than 30 s, and the writes end.
    g1.wait(.seconds(31))
    _ = g1.kernel.flush(&g1.host)
    g1.wait(.seconds(1))
    let dropped = g1.kernel.dropCaches(&g1.host)

    #expect(g1.kernel.counters[.pgpgout] == 40)
    #expect(dropped == .pages(60))
    #expect(g1.kernel.counters[.cleancachePuts] == 40)
    let cleancache = g1.kernel.cleancachePages(g1.host)
    #expect(cleancache == .pages(40))
    g1.check()
  }

  @Test("drop_caches leaves no shadow, and a read after it is no refault (kernel.md 4.7)")
  func dropCaches() {
    var g1 = Machine { $0.fileSets = [(.pages(100), 0)] }
    g1.file(0..<100)

    _ = g1.kernel.dropCaches(&g1.host)
    g1.file(0..<100)

    #expect(g1.kernel.counters[.workingsetRefault] == 0)
    #expect(g1.kernel.counters[.cleancacheGets] == 100)
    #expect(g1.host.diskPagesRead == 100)
    g1.check()
  }

  @Test("A page reclaim meets under writeback comes to the inactive tail when the write ends")
  func rotation() {
    var g1 = Machine { $0.fileSets = [(.pages(100), 0)] }
    g1.file(0..<10, write: true)
    g1.file(10..<100)
    let first = g1.kernel.firstPage(ofFileSet: 0)

    // Reclaim meets page 0 dirty, flags it and puts it out of its way: on the active list.
    var pass = ReclaimPass(priority: 0, goal: 1, isKswapd: false, planned: PerList())
    g1.kernel.shrinkInactive(.inactiveFile, 1, &pass, &g1.host)
    let whenDirty = g1.kernel.pages.records[Int(first)].state
    g1.wait(.seconds(31))
    _ = g1.kernel.flush(&g1.host)
    g1.wait(.seconds(1))

    #expect(whenDirty.isSuperset(of: [.active, .dirty, .reclaim]))
    #expect(g1.kernel.pages.records[Int(first)].state == [.resident, .file])
    let tail = g1.kernel.pages.pages(of: .inactiveFile).first
    #expect(tail == first)
    g1.check()
  }

  @Test(
    "Behaviour 29: without a swap device anonymous pages are never scanned, and ballooning takes the cache"
  )
  func noSwap() {
    var g1 = Machine { $0.fileSets = [(.pages(100_000), 0)] }
    g1.use(100_000)
    g1.file(0..<100_000)

    _ = g1.kernel.setBalloonTarget(UInt64(140_000 + 6_168))
    let down = g1.runBalloon(withKswapd: true)

    #expect(down.end == .done)
    #expect(g1.kernel.ram == .pages(140_000))
    #expect(g1.kernel.frontswapPages == .zero)
    #expect(g1.kernel.levels.activeAnon == 100_000)
    #expect(g1.kernel.levels.inactiveAnon == 0)
    #expect(g1.kernel.reclaim.scannedAnon == 0)
    #expect(g1.kernel.counters[.cleancachePuts] > 60_000)
    g1.check()
  }
}
