import MemoryModel
import Testing
import Units

@testable import Simulation

@Suite("Throttled writers in a run")
struct WriterThrottleTests {
  /// A static G1 that writes 60000 pages of a file as fast as it may to a disk of 4000 pages a second.
  private func run(dirtyRatio: Int) throws -> (log: RunLog, metrics: [String: Double]) {
    var guest = Fixture.guest()
    guest.controller = .none
    guest.kernel.dirtyRatio = dirtyRatio
    guest.files = [
      FileStreamSpec(
        name: "log", size: .pages(100_000), disk: "ssd", load: .closed(work: 60_000, threads: 1),
        phases: [PatternPhase(pattern: .scan, end: .never)], writePPM: 1_000_000)
    ]
    var scenario = Fixture.scenario(guest, seconds: 20)
    scenario.host.disks[0].parameters.write = .milliseconds(1)
    let (log, summary) = try Fixture.run(scenario)
    return (
      log, Dictionary(summary.metrics.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    )
  }

  @Test(
    "Past the middle of the limits a writer goes at the disk's pace and stays below the hard one")
  func throttled() throws {
    let (log, metrics) = try run(dirtyRatio: 20)

    // 255976 - 4574 - 2245 pages can hold data, 2504 of them are R: 246654 dirtyable. Limits 49318 and 24629, free
    // run 36973.
    let unwritten = log.ticks[0].map {
      $0[TickColumn.dirtyPages.place] + $0[TickColumn.writebackPages.place]
    }
    #expect(try #require(unwritten.max()) <= 49_318 + 32)
    #expect(unwritten[1] > 36_973)
    // 60000 - 49318 - 32 pages at least had to be on the disk before the last was made dirty.
    #expect(try #require(metrics["work_elapsed"]) > 2.66)
    #expect(try #require(metrics["stall_throttled"]) > 2)
    #expect(metrics["stall_throttled"] == metrics["stall_disk"])
    #expect(log.value(.pgpgout, at: 20) <= 60_000)
  }

  @Test("With a ratio of 100 nobody waits, as all that is dirtyable may be dirty")
  func free() throws {
    let (_, metrics) = try run(dirtyRatio: 100)

    // 60000 accesses of 700 ns.
    #expect(try #require(metrics["work_elapsed"]) < 0.1)
    #expect(metrics["stall_throttled"] == nil)
  }
}
