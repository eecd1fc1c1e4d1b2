import Testing
import Units

@testable import MemoryModel

/// Pages that take less than a page in tmem (Docs/kernel.md 4.6).
@Suite("Tmem compression")
struct TmemCompressionTests {
  /// 128 MiB with two guests of 32 MiB, pages compressed to `ppm` millionths.
  private func host(_ ppm: Int64) -> Host {
    var host = Host(
      memory: .mebibytes(128), tmem: TmemConfiguration(metadataPPM: 0, compressedPPM: ppm),
      disks: [])
    for _ in 0..<2 { _ = host.addDomain(memory: .mebibytes(32)) }
    return host
  }

  @Test(
    "At half a page, twice as many pages fit into a guest's slack, and it is charged whole pages")
  func persistent() {
    var host = host(500_000)

    for _ in 0..<3 { _ = host.persistentPut(domain: 0) }
    let three = host.held(by: 0)
    var stored = 3
    while host.persistentPut(domain: 0) { stored += 1 }
    let full = host.held(by: 0)
    for _ in 0..<stored { host.persistentFlush(domain: 0) }

    #expect(three == .pages(8_192 + 2))
    #expect(stored == 512)
    #expect(full == .pages(8_192 + 256))
    #expect(host.held(by: 0) == .pages(8_192))
    host.checkInvariants()
  }

  @Test(
    "A page of the heap costs as many evictions as make up a page",
    arguments: [(500_000, 2), (250_000, 4), (1_000_000, 1)])
  func evictions(ppm: Int64, evictions: Int64) {
    var host = host(ppm)
    host.setMaxPages(.gibibytes(1), of: 1)
    for page in 0..<3_000 { _ = host.ephemeralPut(UInt32(page), domain: 0) }
    let room = Int(3_000 * ppm / 1_000_000)
    #expect(host.free == .pages(16_384 - room - host.tmemFree))
    host.checkInvariants()

    // All that is free above the reserve of 256, and one page more.
    let given = host.populate(host.free.pages - 256 + host.tmemFree + 1, domain: 1)

    #expect(given == 16_384 - 256 - room + 1)
    #expect(host.ephemeralEvictions == evictions)
    host.checkInvariants()
  }

  @Test("Where ten evictions make no page, growth ends though there are more to evict")
  func tenAttempts() {
    // Twenty pages to a page: 3000 take 150, and ten evictions free half a page.
    var host = host(50_000)
    host.setMaxPages(.gibibytes(1), of: 1)
    for page in 0..<3_000 { _ = host.ephemeralPut(UInt32(page), domain: 0) }
    let above = host.free.pages - 256 + host.tmemFree

    let given = host.populate(above + 1, domain: 1)

    #expect(given == above)
    #expect(host.ephemeralEvictions == 10)
    host.checkInvariants()
  }

  @Test("A compressed store takes 15 us more, a load 5 us")
  func costs() {
    let times = [1_000_000, 500_000].map { ppm -> [SimDuration] in
      var machine = Machine { $0.swap = [(.pages(101), 0)] }
      machine.host = Host(
        memory: .gibibytes(8), tmem: TmemConfiguration(metadataPPM: 0, compressedPPM: Int64(ppm)),
        disks: [.sataSSD])
      _ = machine.host.addDomain(memory: .gibibytes(1))
      machine.use(1)
      machine.wait()
      machine.swapOut(1)
      let store = machine.kernel.elapsed
      machine.wait()
      [machine.anonPage(0)].withUnsafeBufferPointer {
        _ = machine.kernel.accessAnon($0, budget: Machine.unlimited, &machine.host)
      }
      return [store, machine.kernel.elapsed]
    }

    #expect(times[1][0] - times[0][0] == .microseconds(15))
    #expect(times[1][1] - times[0][1] == .microseconds(5))
  }
}
