import MemoryModel
import SimulationEngine
import Testing
import Units

@Suite("Commit accounting")
struct CommitTests {
  @Test("Behaviour 15: with one CPU and batch 999, 998 pages are unseen and one more shows 999")
  func perCPULag() {
    var counter = CommitCounter(batch: 999, vcpus: 1)

    counter.add(998, cpu: 0)
    #expect(counter.read == .zero)
    #expect(counter.exact == .pages(998))
    counter.add(1, cpu: 0)

    #expect(counter.read == .pages(999))
    #expect(counter.exact == .pages(999))
  }

  @Test("A reader never sees less than nothing")
  func neverNegative() {
    var counter = CommitCounter(batch: 32, vcpus: 2)

    counter.add(31, cpu: 0)
    counter.add(-31, cpu: 1)
    counter.add(-1, cpu: 1)

    #expect(counter.read == .zero)
    #expect(counter.exact == .pages(-1))
  }

  @Test("What is read is within batch - 1 pages a CPU of the truth")
  func boundedError() {
    for seed in UInt64(0)..<100 {
      var random = RandomStream(seed: seed, purpose: "commit")
      let vcpus = 1 + Int(random.below(8))
      let batch = 1 + Int(random.below(1000))
      var counter = CommitCounter(batch: batch, vcpus: vcpus)
      var committed = 0

      for _ in 0..<200 {
        let pages = max(-committed, Int(random.below(2000)) - 950)
        committed += pages
        counter.add(pages, cpu: Int(random.below(UInt64(vcpus))))

        #expect(counter.exact == .pages(committed), "seed \(seed)")
        #expect(abs(counter.read.pages - committed) <= vcpus * (batch - 1), "seed \(seed)")
      }
    }
  }

  @Test("The batch follows memory and CPUs (kernel.md 5.1)")
  func batch() {
    #expect(GuestZones.commitBatch(totalRAM: .pages(255_976), vcpus: 1) == 999)
    #expect(GuestZones.commitBatch(totalRAM: .pages(255_976), vcpus: 2) == 499)
    #expect(GuestZones.commitBatch(totalRAM: .pages(1_048_576), vcpus: 4) == 1024)
    #expect(GuestZones.commitBatch(totalRAM: .pages(4000), vcpus: 1) == 32)
    #expect(GuestZones.commitBatch(totalRAM: .pages(4000), vcpus: 100) == 200)
  }

  @Test("CommitLimit moves with the balloon (kernel.md 5.2)")
  func commitLimit() {
    let swap = PageCount.pages(524_288)

    #expect(GuestZones.commitLimit(totalRAM: .pages(255_976), swap: swap) == .pages(652_276))
    #expect(GuestZones.commitLimit(totalRAM: .pages(47_855), swap: swap) == .pages(548_215))
  }

  @Test("Recorded guests had the CommitLimit of the formula")
  func recordedCommitLimit() {
    // MemTotal in pages and CommitLimit in KiB of the recorded 256 MiB and 6144 MiB guests, no swap.
    #expect(GuestZones.commitLimit(totalRAM: .pages(55_655), swap: .zero).pages * 4 == 111_308)
    #expect(GuestZones.commitLimit(totalRAM: .pages(1_519_879), swap: .zero).pages * 4 == 3_039_756)
  }

  @Test("Admin and user reserve are 1/32 of free memory up to 8 and 128 MiB (kernel.md 5.2)")
  func reserves() {
    // 1 GiB free: 32768 KiB; 128 MiB free: 4096 KiB; 8 GiB free: 262144 KiB.
    #expect(GuestZones.adminReserve(freeAtBoot: .mebibytes(128)) == .pages(1024))
    #expect(GuestZones.adminReserve(freeAtBoot: .gibibytes(1)) == .pages(2048))
    #expect(GuestZones.userReserve(freeAtBoot: .gibibytes(1)) == .pages(8192))
    #expect(GuestZones.userReserve(freeAtBoot: .gibibytes(8)) == .pages(32_768))
  }
}
