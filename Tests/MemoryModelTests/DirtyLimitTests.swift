import Testing
import Units

@testable import MemoryModel

/// Dirty limits and what becomes of writers above them (Docs/kernel.md 6.8).
@Suite("Dirty limits")
struct DirtyLimitTests {
  /// G1 with 200000 pages free and 30000 file pages, `dirty` of them dirty, though no pages are on lists.
  private func g1(dirty: Int, _ change: (inout GuestConfiguration) -> Void = { _ in }) -> Machine {
    var machine = Machine(change)
    machine.kernel.free = 200_000
    machine.kernel.sizes.inactiveFile = 30_000
    for page in 0..<dirty { machine.kernel.dirty.append(UInt32(page), at: .zero) }
    return machine
  }

  @Test("The worked example of kernel.md 6.8: thresh 45488, bg 22716")
  func workedExample() {
    let limits = g1(dirty: 0).kernel.dirtyLimits
    let equalRatios = g1(dirty: 0) { $0.kernel.dirtyBackgroundRatio = 20 }.kernel.dirtyLimits

    #expect(limits == (45_488, 22_716))
    // bg >= thresh: half of it.
    #expect(equalRatios == (45_488, 22_744))
  }

  @Test("Ballooning free memory out lowers the limits at once")
  func ballooning() {
    var machine = Machine()
    let before = machine.kernel.dirtyLimits
    _ = machine.balloon(to: 155_976)

    // 819 * (255976 - 2504 + 1) / 4096, and 100000 pages less.
    #expect(before.hard == 50_682)
    #expect(machine.kernel.dirtyLimits.hard == 30_687)
  }

  @Test(
    "Writers are free to the middle of the limits, then slowed along a cubic line, then stopped",
    arguments: [
      // Free run 34102, middle 39795. 32 pages at 150 us on 4 channels: 1.2 ms. Factor of 1024: 2045, 1024, then
      // x = -(2846 << 10) / 5693 = -511, -511^3 >> 20 = -128 by floors.
      (34_102, 0), (34_103, 600_880), (39_795, 1_200_000), (42_641, 1_371_428), (45_488, nil),
    ] as [(Int, Int64?)])
  func pauses(dirty: Int, pause: Int64?) {
    let machine = g1(dirty: dirty)

    let found = machine.kernel.writerPause(pageWrite: .microseconds(150), channels: 4)

    #expect(found?.nanoseconds == pause)
  }

  @Test("No pause is longer than 200 ms, however slow the disk")
  func longestPause() {
    let machine = g1(dirty: 45_487)

    #expect(
      machine.kernel.writerPause(pageWrite: .seconds(10), channels: 1) == .milliseconds(200))
  }

  @Test("A writer at the hard limit tries again every 200 ms and makes no page dirty meanwhile")
  func hardLimit() {
    // One page is dirtyable for each free or file page above R: 819 * (20000 - 2504 + 1) / 4096 = 3498.
    var machine = Machine {
      $0.kernelUnreclaimable = .pages(235_976)
      $0.fileSets = [(.pages(10_000), 0)]
    }
    let first = machine.kernel.firstPage(ofFileSet: 0)
    let batch = (0..<6_000).map { (first + UInt32($0)) | GuestKernel.writeBit }
    var last = UInt32.max

    // Nobody flushes: 32 pages after a look, the writer comes to the limit. 200 ms are 50 jiffies, the wheel ends at the 51st.
    var made = 0
    var waits: [Int64] = []
    while waits.count < 2_000 && waits.suffix(4) != [Int64](repeating: 204_000_000, count: 4) {
      made += batch[made...].withUnsafeBufferPointer {
        machine.kernel.accessFile(
          $0, last: &last, disk: 0, budget: Machine.unlimited, &machine.host)
      }
      if machine.kernel.counters[.throttled] - waits.reduce(0, +) > 0 {
        waits.append(machine.kernel.counters[.throttled] - waits.reduce(0, +))
      }
      machine.wait()
    }

    #expect(machine.kernel.dirtyLimits.hard == 3_498)
    #expect(waits.count < 2_000)
    #expect((3_498..<3_498 + 32).contains(machine.kernel.dirty.count))
    #expect(machine.kernel.dirty.count == made)
    machine.check()
  }
}
