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
    #expect(log.needed(ticks: 7) == [1, 2, 2, 2, 1, 1, 0])
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
    // Programs touch their memory behind the first tick.
    #expect(abs(bound.mean - Double(expected.pages)) <= 10_000 / 100 + 1)
    #expect(bound.missed == 0 && bound.kills == 0)
  }

  @Test("File pages that are read again are needed in between; one that is read once is not")
  func files() throws {
    func mean(_ rate: Int) throws -> Double {
      let (bounds, _) = try bounds(
        """
        committed: { constant: 1000p }
            files:
              - { name: data, size: 2000p, rate: \(rate)/s, pattern: scan }
        """)
      return try #require(bounds.first).mean
    }

    // At 20/s the 2,000 pages are read once. At 200/s page i is read at i/200 s and each 10 s, so for the last time between 90 and
    // 100 s: it is needed for 90 of 100 s, and a tick.
    #expect(abs(try mean(200) - mean(20) - 2_000 * 0.91) <= 20)
  }

  @Test(
    "A guest that needs more than it has is said to have missed pages, or to have swapped them out"
  )
  func noBound() throws {
    let (short, _) = try bounds(
      """
      committed: { constant: 40MiB }
          files:
            - { name: data, size: 300MiB, rate: 2000/s, pattern: scan }
      """)

    let (swapped, _) = try bounds(
      """
      swap: { size: 256MiB }
          committed: { constant: 300MiB }
          anon: { touched: 1 }
      """)

    #expect(try #require(short.first).missed > 0)
    #expect(try #require(swapped.first).missed > 0)
  }
}
