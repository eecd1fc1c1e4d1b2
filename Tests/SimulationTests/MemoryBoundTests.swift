import MemoryModel
import TestSupport
import Testing
import Units

@testable import Scenarios
@testable import Simulation

@Suite("The least memory with which no page is missed")
struct MemoryBoundTests {
  @Test("A file page is needed from its first access to its last")
  func neededPages() {
    let log = AccessLog(firstPage: 4, pages: 3, tick: .seconds(1))
    for (page, second) in [(0, 0), (2, 1), (1, 2), (2, 3), (0, 5)] as [(UInt32, Int64)] {
      let access = [4 + page | (second == 3 ? GuestKernel.writeBit : 0)]
      access.withUnsafeBufferPointer {
        log.note($0[0..<1], at: SimTime.zero + .milliseconds(second * 1000 + 300))
      }
    }

    // Page 0 from 0 to 5, page 2 from 1 to 3; page 1 is read once.
    #expect(log.needed(ticks: 7) == [1, 2, 2, 1, 1, 0, 0])
    #expect(log.needed(ticks: 2) == [1, 2])
  }

  private func bounds(_ guest: String) throws -> (bounds: [MemoryBound], spec: GuestSpec) {
    let text = """
      name: bound
      duration: 100s
      tick: 1s
      guests:
        - name: one
          memory: 256MiB
          \(guest)
      """
    let resolved = try ScenarioReader.read(text: text, file: "s.yaml")
    return (
      try MemoryBound.bounds(of: resolved.scenario, demands: resolved.demands),
      resolved.scenario.guests[0]
    )
  }

  @Test("Without files it is what the kernel and programs hold, and what keeps kswapd asleep")
  func anonymous() throws {
    let (bounds, spec) = try bounds("committed: { constant: 10000p }\n    anon: { touched: 1 }")

    let zones = GuestZones(spec.bootParameters)
    let own = spec.kernelMemory(totalRAM: zones.totalRAM)
    // What never reaches the allocator, the kernel's own, 10,000 pages of programs, the low mark; slab can be shrunk.
    let expected =
      zones.balloonCurrent - zones.totalRAM + own.unreclaimable + .pages(10_000) + zones.lowMark
      + zones.unusable
    let bound = try #require(bounds.first)
    #expect(bound.peak == Double(expected.pages))
    #expect(bound.mean <= bound.peak && bound.mean > bound.peak * 0.99)
    #expect(bound.missed == 0)
  }

  @Test(
    "A file that is read round and round is needed but for its last round; one that is read once is not"
  )
  func files() throws {
    func peak(_ rate: Int) throws -> Double {
      let (bounds, _) = try bounds(
        """
        committed: { constant: 1000p }
            files:
              - { name: data, size: 2000p, rate: \(rate)/s, pattern: scan }
        """)
      return try #require(bounds.first).peak
    }

    // In 100 s 2,000 pages are read once, or five times.
    #expect(abs(try peak(100) - peak(20) - 2_000) <= 100)
  }

  @Test(
    "A guest that needs more than it has is said to have missed pages; one with a script has no bound"
  )
  func noBound() throws {
    let (short, _) = try bounds(
      """
      committed: { constant: 40MiB }
          files:
            - { name: data, size: 300MiB, rate: 2000/s, pattern: scan }
      """)

    #expect(try #require(short.first).missed > 0)
  }
}
