import Testing
import Units

@testable import MemoryModel

@Suite("memory.high of all programs")
struct MemoryHighTests {
  /// A guest of 256 MiB with swap in memory whose only costs are those of pages looked at, 10 us each.
  private func machine() -> Machine {
    Machine(memory: .mebibytes(256)) {
      $0.kernel.policy = .linux6_1
      $0.kernel.costs.fileHit = .zero
      $0.kernel.costs.unmapPage = .zero
      $0.kernel.costs.scanPage = .microseconds(10)
      $0.cleancache = false
      $0.fileSets = [(PageCount(10_000), 0)]
    }
  }

  private func stall(_ machine: borrowing Machine) -> UInt64 {
    machine.kernel.pressure.memory(at: machine.now).some
  }

  @Test("Whoever writes it below what is used reclaims, and nobody stalls")
  func writing() {
    var machine = machine()
    machine.file(0..<10_000)
    let before = (machine.kernel.memoryCurrent, machine.kernel.counters[.pgscanDirect])

    let freed = machine.kernel.writeMemoryHigh(PageCount(9_000), &machine.host)
    let time = machine.kernel.elapsed
    let (scanned, ofGroup) = machine.kernel.memoryHighReclaim
    let scannedByGuest = machine.kernel.counters[.pgscanDirect]
    machine.wait()

    #expect(before == (PageCount(10_000), 0))
    // Clean pages read once: each that is looked at goes. A pass looks at what is left >> priority, from 12 on: 2, 4, 9, 19,
    // 38, 77, 153 and 303 pages, and 9,395 >> 4 = 587 at priority 4, which makes it more than 1,000.
    #expect(freed == PageCount(1_192))
    #expect(ofGroup == Int64(freed.pages) && scanned == ofGroup)
    #expect(machine.kernel.memoryCurrent == PageCount(10_000) - freed)
    #expect(time >= .microseconds(10) * scanned)
    // The guest's counters do not know of it, and pressure does not.
    #expect(scannedByGuest == 0)
    #expect(stall(machine) == 0)
    #expect(machine.kernel.memoryHigh == PageCount(9_000))
    machine.check()
  }

  @Test("A program that is charged above it reclaims what it was charged, and stalls")
  func charging() {
    var machine = machine()
    machine.file(0..<5_000)
    machine.kernel.writeMemoryHigh(PageCount(5_000), &machine.host)
    machine.wait()

    // 64 pages are charged ahead; the first of them is above the limit already.
    machine.file(5_000..<5_001)
    let first = (machine.kernel.memoryHighEvents, machine.kernel.memoryHighReclaim.freed)
    let stalled = stall(machine)
    machine.file(5_001..<5_064)
    let same = machine.kernel.memoryHighEvents
    machine.file(5_064..<5_065)
    let next = (machine.kernel.memoryHighEvents, machine.kernel.memoryHighReclaim.freed)

    // What is left of 5,001 >> priority, from 12 on: 1, 2, 4, 9, 19 and 38, which is the first sum of at least 64.
    #expect(first == (1, 73))
    #expect(stalled == 730_000)
    #expect(same == 1)
    // And the same of 4,992.
    #expect(next == (2, 146))
    #expect(stall(machine) == 1_460_000)
    machine.check()
  }

  @Test("Without swap a program above it sleeps with the square of the excess, two seconds at most")
  func sleeping() {
    var machine = machine()
    machine.use(4_000)
    machine.kernel.writeMemoryHigh(PageCount(4_000), &machine.host)
    machine.wait()

    // Six batches of 64 are charged, the seventh with the 49th page after.
    machine.use(336)
    machine.wait()
    let before = machine.now
    machine.use(64)
    machine.wait()
    let slept = machine.now - before

    // 448 pages above 4,000: ((0.112 * 2^20)^2 * 250) >> 34 = 200 jiffies of 4 ms; a timer of that length may be 32 ms late.
    #expect(slept >= .milliseconds(800) && slept < .milliseconds(840))
    #expect(stall(machine) >= 800_000_000)

    // Half as much again: (0.5 * 2^20)^2 * 250 >> 34 is 4,000 jiffies, cut to 500.
    machine.kernel.writeMemoryHigh(PageCount(2_900), &machine.host)
    machine.wait()
    let start = machine.now
    machine.use(1)
    machine.wait()
    #expect(machine.now - start >= .seconds(2))
    #expect(machine.now - start < .milliseconds(2_200))
    machine.check()
  }

  @Test("max takes it away again")
  func max() {
    var machine = machine()
    machine.file(0..<5_000)
    machine.kernel.writeMemoryHigh(PageCount(4_000), &machine.host)
    machine.kernel.writeMemoryHigh(nil, &machine.host)
    machine.wait()
    let events = machine.kernel.memoryHighEvents

    machine.file(5_000..<9_000)

    #expect(machine.kernel.memoryHigh == nil)
    #expect(machine.kernel.memoryHighEvents == events)
    #expect(stall(machine) == 0)
    machine.check()
  }

  @Test("memory.reclaim takes what is asked, and nobody stalls")
  func reclaim() {
    var machine = machine()
    machine.file(0..<5_000)

    let freed = machine.kernel.reclaimMemory(PageCount(500), &machine.host)
    let most = machine.kernel.reclaimMemory(PageCount(100_000), &machine.host)
    machine.wait()

    // What is left of 5,000 >> priority, from 12 on: 300 pages by priority 5, and 4,700 >> 4 = 293.
    #expect(freed == PageCount(593))
    // All there is, and then it gives up.
    #expect(freed + most == PageCount(5_000))
    #expect(machine.kernel.memoryCurrent == .zero)
    #expect(stall(machine) == 0)
    machine.check()
  }
}
