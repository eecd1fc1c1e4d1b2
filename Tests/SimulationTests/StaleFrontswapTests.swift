import MemoryModel
import Policies
import Testing
import Units

@testable import Simulation

@Suite("Stale frontswap")
struct StaleFrontswapTests {
  /// A 128 MiB guest whose old pages are swapped out by a burst, and which is quiet from 320 s on.
  private func run(
    selfshrinking: Bool, driver: DriverGeneration = .linux4_19, kernel: PageCount = .pages(500)
  ) throws -> RunLog {
    var guest = Fixture.guest(memory: .mebibytes(128))
    guest.boot = selfshrinking ? "tmem" : "tmem tmem.selfshrinking=0"
    // Less than the reserve of 12 MiB, so that what is committed fits once the guest is at its goal.
    guest.kernelUnreclaimable = kernel
    guest.driver = driver
    guest.slabReclaimable = .zero
    guest.swap = [SwapSpec(size: .mebibytes(256), disk: "ssd")]
    guest.committed.source = Fixture.points(
      (0, 10_000, nil), (301, 22_000, nil), (320, 10_000, nil))
    guest.anon.touched = .share(1_000_000)
    return try Fixture.run(Fixture.scenario(guest, seconds: 1_500)).log
  }

  @Test("With selfshrinking a twentieth comes home every 15.36 s: half of it in 208 s")
  func drains() throws {
    let log = try run(selfshrinking: true)

    let quiet = log.decisions.filter { $0.time.nanoseconds > 340_000_000_000 }
    let shrinks = quiet.filter { $0[.shrinkTarget] != nil }
    let start = try #require(shrinks.first)
    var expected = try #require(start[.shrinkFrontswap])
    let peak = expected
    #expect(peak > 2_000)
    for (index, shrink) in shrinks.enumerated() {
      #expect(shrink[.shrinkFrontswap] == expected, "shrink \(index)")
      expected = expected <= 20 ? 0 : expected - expected / 20
      #expect(shrink[.shrinkTarget] == expected, "shrink \(index)")
      #expect(shrink.turn == start.turn + 3 * Int64(index), "shrink \(index)")
    }
    // (1 - 1/20)^(t / 15.36 s) is a half after 15.36 s * ln 2 / ln(20/19) = 207.6 s: between 13 and 14 shrinks.
    let second = Int(start.time.nanoseconds / 1_000_000_000)
    #expect(log.value(.frontswapPages, at: second + 13 * 1_536 / 100 - 1) * 2 > peak)
    #expect(log.value(.frontswapPages, at: second + 14 * 1_536 / 100 - 1) * 2 < peak)
    // Nothing was swapped out meanwhile, and nobody waited for it.
    let (before, after) = (second - 1, second + 600)
    #expect(log.value(.frontswapStores, at: before) == log.value(.frontswapStores, at: after))
    #expect(log.value(.pgmajfault, at: after) == log.value(.pgmajfault, at: before))
  }

  @Test("Without selfshrinking the pool stays as it is")
  func stays() throws {
    let log = try run(selfshrinking: false)

    let levels = (340..<1_500).map { log.value(.frontswapPages, at: $0) }
    #expect(levels[0] > 2_000)
    #expect(levels.allSatisfy { $0 == levels[0] })
    #expect(log.decisions.allSatisfy { $0[.counterBefore] == nil })
  }

  @Test("The driver of 3.6 halves the pool every 68 s, and never brings the last pages home")
  func drainsFasterInOldKernels() throws {
    // Without a reserve nothing covers the kernel's own memory, so there is none.
    let log = try run(selfshrinking: true, driver: .linux3_6, kernel: .zero)

    let quiet = log.decisions.filter { $0.time.nanoseconds > 340_000_000_000 }
    let shrinks = quiet.filter { $0[.shrinkTarget] ?? 0 > 0 }
    let start = try #require(shrinks.first)
    let peak = try #require(start[.shrinkFrontswap])
    #expect(peak > 2_000)
    // Every run shrinks: (1 - 1/20)^(t / 5 s) is a half after 67.6 s, again between 13 and 14 shrinks.
    #expect(shrinks[1].turn == start.turn + 1)
    #expect(try #require(shrinks[13][.shrinkFrontswap]) * 2 > peak)
    #expect(try #require(shrinks[14][.shrinkFrontswap]) * 2 < peak)
    // At 20 pages a twentieth is all of them, and a shrink to nothing does nothing in 3.6 (Docs/kernel.md 3.6).
    let last = log.value(.frontswapPages, at: 1_499)
    #expect(1...20 ~= last)
    #expect(log.decisions.last?[.shrinkTarget] == 0)
    #expect(log.decisions.last?.row.shrunk == 0)
  }
}
