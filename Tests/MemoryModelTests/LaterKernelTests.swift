import Testing
import Units

@testable import MemoryModel

/// The rules of reclaim that came after 4.19, one by one (Docs/model.md, section 2.13).
@Suite("Reclaim rules of later kernels")
struct LaterKernelTests {
  private func machine(
    _ kernel: KernelPolicy = .linux6_18, swapsToMemory: Bool = false
  ) -> Machine {
    var machine = Machine {
      $0.kernel.policy = kernel
      $0.swap = [(.pages(1_001), 0)]
      $0.kernel.swapsToMemory = swapsToMemory
      $0.frontswap = !swapsToMemory
    }
    machine.host.setMaxPages(.gibibytes(2), of: 0)
    return machine
  }

  private func scan(_ machine: inout Machine, _ count: Int) -> Int {
    var pass = ReclaimPass(priority: 0, goal: count, isKswapd: false, planned: PerList())
    machine.kernel.shrinkInactive(.inactiveAnon, count, &pass, &machine.host)
    return pass.reclaimed
  }

  @Test("A new anonymous page starts inactive; found accessed it is kept once, then activated")
  func anonSecondChance() {
    var machine = machine()
    machine.use(10)

    let start = machine.kernel.sizes
    let first = scan(&machine, 10)
    let kept = machine.kernel.sizes
    machine.access(0..<4)
    let second = scan(&machine, 10)

    #expect(start == PerList(inactiveAnon: 10))
    #expect(first == 0 && kept == start)
    // The four that were accessed again are activated, the other six go.
    #expect(second == 6)
    #expect(machine.kernel.sizes == PerList(activeAnon: 4))
    #expect(machine.kernel.workingsetClock == 10)
    machine.check()
  }

  @Test("A swapped page that refaults within the active list comes back active, any other inactive")
  func anonRefault() {
    var machine = machine()
    machine.use(10)
    _ = scan(&machine, 10)
    machine.access(0..<4)
    // Six are evicted at clock 0 to 5, then four activations: clock 10. Active: 4 pages.
    _ = scan(&machine, 10)

    machine.access([9, 4])

    // Page 9 left at clock 5: distance 5 is more than 4. Page 4 left at clock 0: farther still.
    #expect(machine.kernel.counters[.workingsetRefaultAnon] == 2)
    #expect(machine.kernel.counters[.workingsetActivateAnon] == 0)
    #expect(machine.kernel.sizes == PerList(inactiveAnon: 2, activeAnon: 4))
    // Two more are swapped out, at clock 10 and 11, and at once read again: 2 is within 4.
    _ = scan(&machine, 2)
    _ = scan(&machine, 2)
    machine.access([9])
    #expect(machine.kernel.counters[.workingsetActivateAnon] == 1)
    #expect(machine.kernel.sizes == PerList(activeAnon: 5))
    machine.check()
  }

  @Test("Swap in memory waits for no disk, and a page that comes back gives its slot up")
  func swapInMemory() {
    var machine = machine(swapsToMemory: true)
    machine.use(10)
    _ = scan(&machine, 10)
    let freed = scan(&machine, 10)
    let out = machine.kernel.levels

    machine.access(0..<3)

    #expect(freed == 10)
    #expect(out.swapUsed == 10 && out.writeback == 0)
    #expect(machine.kernel.levels.swapUsed == 7)
    #expect(machine.kernel.levels.swapCached == 0)
    #expect(machine.kernel.counters[.pswpout] == 10)
    #expect(machine.kernel.counters[.pswpin] == 3)
    #expect(machine.kernel.counters[.frontswapStores] == 0)
    // They have no copy any more: gone again, they are written again.
    _ = scan(&machine, 3)
    _ = scan(&machine, 3)
    #expect(machine.kernel.counters[.pswpout] == 13)
    machine.check()
  }

  @Test(
    "The lists are balanced by cost: 1000 for anon and none for files leave anon 89 of 508 parts")
  func costBalance() {
    var machine = machine()
    machine.kernel.sizes = PerList(inactiveAnon: 8_192, activeAnon: 100, activeFile: 640)
    machine.kernel.reclaim.costAnon = 1_000

    let planned = machine.kernel.planPass(priority: 6, goal: 32, isKswapd: false).planned

    // anon 2000, files 1000: 60 * 3001 / 2001 = 89; 140 * 3001 / 1001 = 419. 128 * 89 / 508 = 22; 10 * 419 / 508 = 8.
    #expect(planned == PerList(inactiveAnon: 22, activeFile: 8))
  }

  @Test(
    "A written page costs 1 in 6.1 and 32 in 6.18, a page scanned in vain 0 and 1; halved past a quarter",
    arguments: [(KernelPolicy.linux6_1, 3, 6), (.linux6_18, 100, 100)])
  func costs(kernel: KernelPolicy, first: Int, second: Int) {
    var machine = machine(kernel)
    machine.kernel.sizes = PerList(inactiveAnon: 600)

    machine.kernel.noteCost(file: false, written: 3, kept: 4)
    let once = machine.kernel.reclaim.costAnon
    machine.kernel.noteCost(file: false, written: 3, kept: 4)
    let twice = machine.kernel.reclaim.costAnon

    // 3 * 32 + 4 = 100; twice that is more than 600 / 4, so half of it is left.
    #expect(once == first)
    #expect(twice == second)
  }

  @Test(
    "File pages accessed twice count as active when their batch is full, or when reclaim begins")
  func activationBatches() {
    var machine = Machine {
      $0.kernel.policy = .linux6_1
      $0.fileSets = [(.pages(30), 0)]
    }
    machine.file(0..<30)

    machine.file(0..<14)
    let gathered = machine.kernel.listedSizes
    machine.file(14..<15)
    let full = machine.kernel.listedSizes
    machine.file(15..<18)
    let more = machine.kernel.listedSizes
    machine.kernel.shrinkActive(.activeAnon, 1)

    #expect(gathered == PerList(inactiveFile: 30))
    #expect(full == PerList(inactiveFile: 15, activeFile: 15))
    #expect(more == full)
    #expect(machine.kernel.listedSizes == PerList(inactiveFile: 12, activeFile: 18))
    #expect(machine.kernel.sizes == PerList(inactiveFile: 12, activeFile: 18))
  }

  @Test("New pages count as listed when their batch is full, or when reclaim begins")
  func batches() {
    var machine = machine(.linux6_1)

    machine.use(14)
    let gathered = machine.kernel.listedSizes
    machine.use(1)
    let full = machine.kernel.listedSizes
    machine.use(3)
    let more = machine.kernel.listedSizes
    machine.kernel.shrinkActive(.activeAnon, 1)

    #expect(gathered == PerList())
    #expect(full == PerList(inactiveAnon: 15))
    #expect(more == full)
    #expect(machine.kernel.listedSizes == PerList(inactiveAnon: 18))
    #expect(machine.kernel.sizes == PerList(inactiveAnon: 18))
  }
}
