import Testing
import Units

@testable import MemoryModel

@Suite("A guest that reports its free pages")
struct ReportedMemoryTests {
  /// 1 GiB of Linux 6.1 with virtio's balloon; all but what the kernel keeps is free.
  private func machine(host: PageCount = .gibibytes(2)) -> Machine {
    Machine(hostMemory: host) {
      $0.kernel.policy = .linux6_1
      $0.kernel.balloon = .virtio
      $0.kernel.balloonOptions.reportsFreePages = true
    }
  }

  /// Lets the guest look at its free pages so often; two seconds pass before each.
  private func report(_ g1: inout Machine, times: Int) -> [Int] {
    var discarded: [Int] = []
    for _ in 0..<times {
      g1.wait(.seconds(2))
      _ = g1.kernel.reportFreePages(&g1.host)
      discarded.append(g1.kernel.reportedPages.pages / 512)
      g1.check()
    }
    return discarded
  }

  @Test(
    "An idle guest is discarded in runs of 64 blocks of 2 MiB; its RAM stays, its host has the memory"
  )
  func idle() {
    var g1 = machine()
    let ram = g1.kernel.ram
    let whole = g1.kernel.wholeFreeBlocks ?? 0

    let discarded = report(&g1, times: 12)

    // 32 * (ceil(n / 512) + 1) blocks a run, and n is below 512.
    #expect((470...511).contains(whole))
    let expected = (1...12).map { min(64 * $0, whole) }
    #expect(discarded == expected)
    #expect(g1.kernel.ram == ram)
    #expect(g1.host.held(by: 0).pages == 262_144 - 512 * whole)
    #expect(g1.host.free.pages == 524_288 - 262_144 + 512 * whole)
    #expect(g1.host.discarded(of: 0).pages == 512 * whole)
  }

  @Test(
    "Loose pages are used first, then blocks whose memory the host gives back, at a cost a page")
  func usedAgain() {
    var g1 = machine()
    _ = report(&g1, times: 12)
    let (free, reported) = (g1.kernel.free, g1.kernel.reportedPages.pages)
    let loose = free - reported

    g1.kernel.map(.pages(100_000), cpu: 0)
    _ = g1.kernel.touch(.pages(loose), budget: Machine.unlimited, &g1.host)
    let afterLoose = g1.kernel.counters[.pagesRestored]
    let plain = g1.kernel.elapsed
    g1.wait()
    _ = g1.kernel.touch(.pages(1), budget: Machine.unlimited, &g1.host)
    let first = g1.kernel.elapsed

    // A page that is touched costs a fault and clearing.
    #expect(afterLoose == 0 && plain == .nanoseconds(1_400 * Int64(loose)))
    #expect(g1.kernel.counters[.pagesRestored] == 512)
    #expect(first == .nanoseconds(1_400 + 512 * 666))
    #expect(g1.kernel.counters[.stallHost] == 512 * 666)
    #expect(g1.host.held(by: 0).pages == 262_144 - reported + 512)
    _ = g1.kernel.touch(.pages(511), budget: Machine.unlimited, &g1.host)
    #expect(g1.kernel.counters[.pagesRestored] == 512)
    _ = g1.kernel.touch(.pages(50_000), budget: Machine.unlimited, &g1.host)
    // Blocks are used whole: 50,512 pages need 99.
    #expect(g1.kernel.counters[.pagesRestored] == 99 * 512)
    g1.check()
  }

  @Test("What is freed again is reported again, but for the blocks that something pins")
  func freedAgain() {
    var g1 = machine()
    let before = report(&g1, times: 12).last ?? 0
    g1.use(150_000)
    _ = report(&g1, times: 2)
    g1.kernel.unmap(.pages(150_000), order: .newestFirst, cpu: 0, &g1.host)
    let after = report(&g1, times: 12).last ?? 0

    // 150,000 pages are spread over 348 blocks. z = 150,000 / (348 * 512) = 0.84, so 189 are mixed, and half of these stay.
    #expect(before - after == 95)
    #expect(g1.kernel.wholeFreeBlocks == after)
  }

  @Test("A host that promised the memory twice has to swap, and is paid off by what comes back")
  func promisedTwice() {
    var g1 = machine(host: .gibibytes(1))
    _ = report(&g1, times: 12)
    let claimed = g1.host.claim(.gibibytes(1))
    let free = g1.host.free.pages

    g1.use(200_000)
    let missing = g1.host.overdrawnPages.pages
    g1.check()
    #expect(claimed > .zero && missing > 0)
    // What was in use before had its memory; for each other page the host wrote one to its disk.
    #expect(missing == Int(g1.kernel.counters[.pagesRestored]) - free)
    #expect(
      g1.kernel.counters[.stallHost]
        == 666 * g1.kernel.counters[.pagesRestored] + 150_000 * Int64(missing))
    g1.host.release(claimed)
    #expect(g1.host.overdrawnPages == .zero)
    g1.host.checkInvariants()
  }

  @Test("The balloon takes discarded blocks without touching them, and the sums stay right")
  func balloon() {
    var g1 = machine()
    _ = report(&g1, times: 12)
    let reported = g1.kernel.reportedPages.pages

    let out = g1.balloon(to: 100_000)
    #expect(out.end == .done)
    #expect(g1.kernel.counters[.pagesRestored] > 0)
    #expect(g1.kernel.counters[.stallHost] == 0)
    #expect(g1.kernel.reportedPages.pages < reported)
    #expect(g1.kernel.reportedPages.pages <= g1.kernel.free)
    g1.check()
    _ = g1.balloon(to: 250_000)
    _ = report(&g1, times: 12)
    g1.check()
  }

  @Test("Off, and on a kernel or a balloon without it, nothing is looked at")
  func off() {
    for (policy, balloon, isOn) in [
      (KernelPolicy.linux6_1, BalloonGeneration.virtio, false), (.linux4_19, .virtio, true),
      (.linux6_1, .linux6_1, true),
    ] {
      let machine = Machine {
        $0.kernel.policy = policy
        $0.kernel.balloon = balloon
        $0.kernel.balloonOptions.reportsFreePages = isOn
      }
      #expect(machine.kernel.reportingDelay == nil)
      #expect(machine.kernel.wholeFreeBlocks == nil)
    }
  }
}
