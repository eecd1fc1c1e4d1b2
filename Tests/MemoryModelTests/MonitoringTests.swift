import Testing
import Units

@testable import MemoryModel

@Suite("Pages as DAMON sees them")
struct MonitoringTests {
  private func machine(_ kernel: KernelPolicy = .linux6_1, swap: Int = 20_000) -> Machine {
    Machine {
      $0.kernel.policy = kernel
      $0.kernel.balloon = .virtio
      $0.kernel.swapsToMemory = true
      $0.cleancache = false
      $0.frontswap = false
      $0.fileSets = [(.pages(10_000), 0)]
      $0.swap = [(.pages(swap), 0)]
    }
  }

  @Test(
    "A page is young until it is made old, and again after an access", arguments: [false, true])
  func young(isFile: Bool) {
    var g1 = machine()
    if isFile { g1.file(0..<100) } else { g1.use(100) }
    let page = isFile ? g1.kernel.firstPage(ofFileSet: 0) + 7 : g1.anonPage(7)
    func access() { if isFile { g1.file([7]) } else { g1.access([7]) } }

    var seen: [Bool] = []
    // Read once, twice, active, and inert: in each state an access must show.
    for _ in 0..<5 {
      seen.append(g1.kernel.isYoung(page))
      g1.kernel.makeOld(page)
      seen.append(g1.kernel.isYoung(page))
      g1.check()
      access()
      g1.check()
    }
    #expect(seen == Array(repeating: [true, false], count: 5).flatMap(\.self))
    if isFile {
      g1.kernel.makeOld(page)
      g1.file([7], write: true)
      let isYoung = g1.kernel.isYoung(page)
      #expect(isYoung)
      g1.check()
    }
    let elsewhere = [g1.kernel.isYoung(page + 5_000), g1.kernel.isYoung(.max)]
    #expect(elsewhere == [false, false])
  }

  @Test("Pages that are not young are reclaimed, young ones become old and go the next time")
  func pageOut() {
    var g1 = machine()
    g1.file(0..<200)
    g1.use(300)
    let (file, anon) = (g1.kernel.firstPage(ofFileSet: 0), g1.anonPage(0))
    let free = g1.kernel.free
    for page in file..<file + 150 { g1.kernel.makeOld(page) }
    g1.wait()

    let first = g1.kernel.pageOut(file..<file + 200, skipsAnon: false, &g1.host)
    let spared = g1.kernel.pageOut(anon..<anon + 300, skipsAnon: true, &g1.host)
    let young = g1.kernel.pageOut(anon..<anon + 300, skipsAnon: false, &g1.host)
    g1.check()
    let gone = g1.kernel.pageOut(anon..<anon + 300, skipsAnon: false, &g1.host)
    g1.check()

    #expect(first.reclaimed == 150 && first.young == 50)
    #expect(spared.reclaimed == 0 && spared.young == 0)
    #expect(young.reclaimed == 0 && young.young == 300)
    #expect(gone.reclaimed == 300 && gone.young == 0)
    #expect(g1.kernel.free == free + 450)
    #expect(g1.kernel.levels.swapUsed == 300)
    // They come back as any others, and evictions left their shadows.
    g1.access(0..<300)
    g1.file(0..<150)
    #expect(g1.kernel.counters[.pgmajfault] == 300)
    #expect(g1.kernel.counters[.workingsetRefault] == 150)
    g1.check()
  }

  @Test("Dirty pages of files and pages without a slot stay")
  func whatStays() {
    var g1 = machine(swap: 101)
    g1.file(0..<50, write: true)
    g1.use(200)
    let (file, anon) = (g1.kernel.firstPage(ofFileSet: 0), g1.anonPage(0))
    for page in file..<file + 50 { g1.kernel.makeOld(page) }
    for page in anon..<anon + 200 { g1.kernel.makeOld(page) }

    let files = g1.kernel.pageOut(file..<file + 50, skipsAnon: false, &g1.host)
    let anons = g1.kernel.pageOut(anon..<anon + 200, skipsAnon: false, &g1.host)

    #expect(files.reclaimed == 0)
    // The first page of a device is its header.
    #expect(anons.reclaimed == 100)
    g1.check()
  }

  @Test("Reclaim sees an access that DAMON took from the page table")
  func reclaimStillSees() {
    for makesOld in [false, true] {
      var g1 = machine(.linux4_19)
      g1.use(1_000)
      g1.kernel.shrinkActive(.activeAnon, 1_000)
      g1.access(0..<1_000)
      if makesOld {
        for page in g1.anonPage(0)..<g1.anonPage(0) + 1_000 { g1.kernel.makeOld(page) }
      }
      var pass = ReclaimPass(priority: 0, goal: 1_000, isKswapd: false, planned: PerList())
      g1.kernel.shrinkInactive(.inactiveAnon, 1_000, &pass, &g1.host)

      #expect(pass.reclaimed == 0)
      #expect(g1.kernel.counters[.pgactivate] == 1_000)
      g1.check()
    }
  }
}
