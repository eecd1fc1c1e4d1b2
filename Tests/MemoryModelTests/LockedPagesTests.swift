import Testing
import Units

@testable import MemoryModel

@Suite("Pages locked in memory")
struct LockedPagesTests {
  @Test(
    "Reclaim never takes them, however tight memory is, and they are free once their region is unmapped"
  )
  func stayUntilUnmapped() {
    var g1 = Machine { $0.fileSets = [(.pages(270_000), 0)] }
    let before = g1.kernel.levels.free
    let region = g1.kernel.mapRegion(.pages(1_000), cpu: 0)

    let locked = g1.kernel.lock(
      .pages(1_000), ofRegion: region, budget: Machine.unlimited, &g1.host)
    let afterwards = g1.kernel.levels
    g1.file(0..<270_000)
    let scanned = g1.kernel.counters[.pgscanDirect] + g1.kernel.counters[.pgscanKswapd]
    let unevictable = g1.kernel.unevictable
    g1.check()
    let tight = g1.kernel.levels.free
    g1.kernel.unmapRegion(region, cpu: 0, &g1.host)

    #expect(locked == .pages(1_000))
    #expect(afterwards.free == before - 1_000)
    #expect(afterwards.activeAnon + afterwards.inactiveAnon == 0)
    #expect(scanned > 10_000)
    #expect(unevictable == 1_000)
    #expect(g1.kernel.levels.free == tight + 1_000)
    #expect(g1.kernel.unevictable == 0)
    g1.check()
  }

  @Test("Where memory runs out their process is killed, and they are free")
  func killed() {
    var g1 = Machine()
    let region = g1.kernel.mapRegion(.pages(300_000), cpu: 0)

    // Below the low mark each call locks one page.
    var calls = 0
    while g1.kernel.kills.isEmpty && calls < 5_000 {
      calls += 1
      _ = g1.kernel.lock(
        .pages(300_000), ofRegion: region, budget: Machine.unlimited, &g1.host)
      g1.wait()
    }

    // Of 255,976 pages that are managed some are kept below the min mark.
    #expect(g1.kernel.takeKills().map(\.committed) == [.pages(300_000)])
    #expect(g1.kernel.unevictable == 0)
    #expect(g1.kernel.levels.free == 255_976)
    g1.check()
  }
}
