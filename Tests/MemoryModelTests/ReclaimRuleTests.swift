import Testing
import Units

@testable import MemoryModel

/// The rules by which reclaim divides its work, beside the numbers of Docs/kernel.md 6.
@Suite("Reclaim rules")
struct ReclaimRuleTests {
  /// A guest with swap whose lists have the given sizes, though no pages are on them.
  private func guest(
    inactiveAnon: Int = 0, activeAnon: Int = 0, inactiveFile: Int = 0, activeFile: Int = 0,
    slots: Int = 400_000, swappiness: Int = 60
  ) -> Machine {
    var machine = Machine {
      if slots > 0 { $0.swap = [(.pages(slots + 1), 0)] }
      $0.kernel.swappiness = swappiness
    }
    machine.kernel.sizes = PerList(
      inactiveAnon: inactiveAnon, activeAnon: activeAnon, inactiveFile: inactiveFile,
      activeFile: activeFile)
    return machine
  }

  private func plan(_ machine: inout Machine, _ priority: Int) -> PerList {
    machine.kernel.planPass(priority: priority, goal: 32, isKswapd: false).planned
  }

  @Test("The worked example of kernel.md 6.6: ap 119, fp 11090, so 29 and 19 become 1 and 19")
  func workedExample() {
    var machine = guest(inactiveAnon: 120_000, inactiveFile: 80_000, activeFile: 80_001)
    // 60 * 357 / 180 = 119; 140 * 1109 / 14 = 11090.
    machine.kernel.reclaim = ReclaimState(
      scannedAnon: 356, rotatedAnon: 179, scannedFile: 1_108, rotatedFile: 13)

    let planned = plan(&machine, 12)

    #expect(planned.inactiveAnon == 1)
    #expect(planned.inactiveFile == 19)
  }

  @Test("Rules 1 to 4 come in their order")
  func rules() {
    var noSwap = guest(inactiveAnon: 8_192, inactiveFile: 0, activeFile: 8_192, slots: 0)
    var desperate = guest(inactiveAnon: 10, activeAnon: 20, inactiveFile: 30, activeFile: 40)
    var tiny = guest(inactiveAnon: 8_192, activeAnon: 100, inactiveFile: 100, activeFile: 1)
    tiny.kernel.free = 1_000
    var file = guest(inactiveAnon: 8_192, activeAnon: 8_192, inactiveFile: 8_192, activeFile: 8_192)
    var noAppetite = guest(inactiveAnon: 10, inactiveFile: 30, activeFile: 20, swappiness: 0)

    let plans = [
      plan(&noSwap, 12), plan(&desperate, 0), plan(&tiny, 12), plan(&file, 12),
      plan(&noAppetite, 0),
    ]

    #expect(
      plans == [
        PerList(activeFile: 2),
        PerList(inactiveAnon: 10, activeAnon: 20, inactiveFile: 30, activeFile: 40),
        PerList(inactiveAnon: 2), PerList(inactiveFile: 2, activeFile: 2),
        PerList(inactiveFile: 30, activeFile: 20),
      ])
  }

  @Test("Scanned and rotated are halved when they exceed a quarter of the lists")
  func halving() {
    var machine = guest(inactiveAnon: 4_000, inactiveFile: 4_000, activeFile: 8_000)
    machine.kernel.reclaim = ReclaimState(
      scannedAnon: 1_001, rotatedAnon: 500, scannedFile: 3_000, rotatedFile: 7)

    _ = plan(&machine, 12)

    #expect(machine.kernel.reclaim.scannedAnon == 500)
    #expect(machine.kernel.reclaim.rotatedAnon == 250)
    #expect(machine.kernel.reclaim.scannedFile == 3_000)
    #expect(machine.kernel.reclaim.rotatedFile == 7)
  }

  @Test(
    "An inactive list is low by the ratio of kernel.md 6.5",
    arguments: [
      // GiB of both lists, ratio: inactive * ratio = active is not low, one page more on the active list is.
      (gibibytes: 0, ratio: 1), (1, 3), (2, 4), (4, 6), (10, 10),
    ])
  func inactiveLow(gibibytes: Int, ratio: Int) {
    let total = gibibytes == 0 ? 100_000 : gibibytes << 18 + 100
    let inactive = (total + ratio) / (ratio + 1)
    let even = guest(inactiveAnon: inactive, activeAnon: inactive * ratio)
    let low = guest(inactiveAnon: inactive, activeAnon: inactive * ratio + 1)

    let verdicts = [
      even.kernel.isInactiveLow(file: false), low.kernel.isInactiveLow(file: false),
    ]

    #expect(verdicts == [false, true])
  }

  @Test(
    "A refault activation since the last round makes the file list low; anon without swap never is")
  func inactiveLowSpecialCases() {
    var machine = guest(inactiveFile: 1_000, activeFile: 1)
    let before = machine.kernel.isInactiveLow(file: true, deactivating: true)
    machine.kernel.counters[.workingsetActivate] += 1
    let after = machine.kernel.isInactiveLow(file: true, deactivating: true)
    let planning = machine.kernel.isInactiveLow(file: true)
    let noSwap = guest(activeAnon: 1_000, slots: 0)
    let anonWithoutSwap = noSwap.kernel.isInactiveLow(file: false)

    #expect(!before)
    #expect(after)
    #expect(!planning)
    #expect(!anonWithoutSwap)
  }

  @Test("When the goal is met the smaller type stops and the larger one is cut to the same share")
  func adjustment() {
    // Anon 100 of 400 left: 100 * 100 / 401 = 24%. File: 1000 * 76 / 100 = 760, less the 300 scanned.
    var pass = ReclaimPass(
      priority: 5, goal: 32, isKswapd: false,
      planned: PerList(inactiveAnon: 300, activeAnon: 100, inactiveFile: 1_000, activeFile: 200))
    pass.left = PerList(inactiveAnon: 60, activeAnon: 40, inactiveFile: 700, activeFile: 0)

    let goesOn = pass.adjust()

    #expect(goesOn)
    #expect(pass.left == PerList(inactiveFile: 460))
  }

  @Test("Active pages found accessed move on but count as rotated")
  func rotatedOnActiveList() {
    var machine = Machine { $0.swap = [(.pages(1_001), 0)] }
    machine.use(100)
    machine.kernel.shrinkActive(.activeAnon, 60)
    #expect(machine.kernel.reclaim.rotatedAnon == 60)
    #expect(machine.kernel.reclaim.scannedAnon == 60)

    // Pages brought home by a shrink are old: they do not count.
    for offset in 60..<100 {
      machine.kernel.pages.records[Int(machine.anonPage(offset))].state.remove(.accessed)
    }
    machine.kernel.shrinkActive(.activeAnon, 40)

    #expect(machine.kernel.reclaim.rotatedAnon == 60)
    #expect(machine.kernel.reclaim.scannedAnon == 100)
    #expect(machine.kernel.levels.inactiveAnon == 100)
    machine.check()
  }

  @Test("kswapd wakes below low, stops above high and then naps 100 ms")
  func kswapd() {
    // Low 1265, high 1520, and 984 pages that DMA keeps.
    var g1 = Machine { $0.fileSets = [(.pages(300_000), 0)] }
    g1.file(0..<(255_976 - 2_249))
    let atLow = g1.kernel.takeKswapdWakeUp()?.token
    g1.file([260_000])

    let token = g1.kernel.takeKswapdWakeUp()?.token
    var delays: [SimDuration] = []
    while let delay = g1.kernel.kswapdStep(token: token ?? 0, &g1.host),
      g1.kernel.kswapd.activity == .running
    {
      delays.append(delay)
      g1.wait()
    }

    #expect(atLow == nil)
    #expect(token != nil)
    #expect(g1.kernel.kswapd.activity == .napping)
    #expect(g1.kernel.levels.free > 1_520 + 984)
    // One pass frees at most its goal of 1531, a batch of 32 and what was free already.
    #expect(g1.kernel.levels.free <= 2_248 + 1_531 + 32)
    #expect(delays.allSatisfy { $0 >= .microseconds(1) })
    g1.check()
  }
}
