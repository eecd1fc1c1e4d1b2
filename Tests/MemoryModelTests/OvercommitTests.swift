import Testing
import Units

@testable import MemoryModel

/// Which requests are granted in the modes of vm.overcommit_memory (Docs/kernel.md 5.2).
@Suite("Overcommit")
struct OvercommitTests {
  /// G1, all 255976 pages free at boot: admin reserve 8192 KiB = 2048 pages, user reserve 1023904 / 32 = 31997 KiB = 7999 pages.
  private func g1(_ mode: OvercommitMode, slots: Int = 0) -> Machine {
    Machine {
      $0.kernel.overcommit = mode
      if slots > 0 { $0.swap = [(.pages(slots + 1), 0)] }
    }
  }

  /// Whether a fresh G1 grants a request of so many pages.
  private func isGranted(_ pages: Int, _ mode: OvercommitMode, slots: Int = 0) -> Bool {
    var g1 = g1(mode, slots: slots)
    return g1.kernel.map(.pages(pages), cpu: 0)
  }

  @Test("Mode 0 grants what is less than free memory and swap, less R and the admin reserve")
  func heuristic() {
    // 255976 - 2504 - 2048 = 251424, and strictly less passes.
    let withoutSwap = [251_423, 251_424].map { isGranted($0, .heuristic) }
    let withSwap = [261_423, 261_424].map { isGranted($0, .heuristic, slots: 10_000) }

    #expect(withoutSwap == [true, false])
    #expect(withSwap == [true, false])
  }

  @Test("Mode 0 looks at each request alone, so that they may exceed memory together")
  func heuristicSum() {
    var g1 = g1(.heuristic)

    let untouched = (0..<3).map { _ in g1.kernel.map(.pages(200_000), cpu: 0) }
    _ = g1.kernel.touch(.pages(60_000), budget: Machine.unlimited, &g1.host)
    let afterTouching = g1.kernel.map(.pages(200_000), cpu: 0)

    // 60000 pages touched: 195976 - 4552 are left.
    #expect(untouched == [true, true, true])
    #expect(!afterTouching)
    #expect(g1.kernel.mapped == .pages(600_000))
    g1.check()
  }

  @Test("Modes 1 and granted refuse nothing", arguments: [OvercommitMode.always, .granted])
  func always(mode: OvercommitMode) {
    #expect(isGranted(50_000_000, mode))
  }

  @Test("Mode 2 grants what stays below CommitLimit less the reserves, and ballooning moves it")
  func never() {
    // CommitLimit 652276 with 524288 slots (Docs/kernel.md 5.2), less 2048 and 7999: 642229, and below it passes.
    let atBoot = [642_228, 642_229].map { isGranted($0, .never, slots: 524_288) }
    var small = g1(.never, slots: 524_288)
    _ = small.balloon(to: 47_855)
    // 548215 - 2048 - 7999 = 538168.
    let refused = small.kernel.map(.pages(538_168), cpu: 0)
    let granted = small.kernel.map(.pages(538_167), cpu: 0)

    #expect(atBoot == [true, false])
    #expect(!refused)
    #expect(granted)
    small.check()
  }

  @Test("Mode 2 counts what is committed already, and a small process leaves less to others")
  func neverSum() {
    // CommitLimit is 127988 without swap.
    var g1 = g1(.never)
    let first = g1.kernel.map(.pages(100_000), cpu: 0)

    let tooMuch = g1.kernel.map(.pages(25_170), cpu: 0)
    let fits = g1.kernel.map(.pages(25_150), cpu: 0)

    // 25170 / 32 = 786: allowed are 127988 - 2048 - 786 = 125154, and 125170 is not below. 25150 / 32 = 785: below
    // 125155 are 125150.
    #expect(first)
    #expect(!tooMuch)
    #expect(fits)
    #expect(g1.kernel.committed == .pages(125_150))
  }

  @Test("A refused mapping commits nothing and is unmapped without giving anything back")
  func refusedRegion() {
    var g1 = g1(.never)
    _ = g1.kernel.map(.pages(100_000), cpu: 0)
    _ = g1.kernel.map(.pages(50_000), cpu: 0)
    let afterRefusal = g1.kernel.committed

    g1.kernel.unmap(.pages(50_000), order: .newestFirst, cpu: 0, &g1.host)
    let afterFall = g1.kernel.committed
    g1.kernel.unmap(.pages(60_000), order: .newestFirst, cpu: 0, &g1.host)

    #expect(afterRefusal == .pages(100_000))
    #expect(afterFall == .pages(100_000))
    #expect(g1.kernel.committed == .pages(40_000))
    g1.check()
  }

  @Test(
    "The kernel's test before a shrink follows the mode: no reserves, no process (kernel.md 3.8)")
  func shrinkTest() {
    let verdicts = [OvercommitMode.granted, .heuristic, .always, .never].map { mode in
      var g1 = g1(mode)
      _ = g1.kernel.map(.pages(100_000), cpu: 0)
      // Mode 0: 255976 - 2504 = 253472; mode 2: 127988 - 100000 = 27988.
      return [27_987, 27_988, 253_471, 253_472].map { g1.kernel.couldCommit($0) }
    }

    #expect(verdicts[0] == [true, true, true, false])
    #expect(verdicts[1] == verdicts[0])
    #expect(verdicts[2] == [true, true, true, true])
    #expect(verdicts[3] == [true, false, false, false])
  }
}
