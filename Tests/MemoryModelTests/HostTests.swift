import Testing
import Units

@testable import MemoryModel

/// What the host does with its memory, behaviour 27 of Docs/kernel.md 8 included.
@Suite("Host")
struct HostTests {
  @Test("Behaviour 27: ephemeral pages go oldest first, whosever they are; persistent ones stay")
  func oldestFirst() {
    // 128 MiB: the mid-size reserve is 32768 / 128 = 256 pages.
    var host = Host(memory: .mebibytes(128), tmem: TmemConfiguration(metadataPPM: 0), disks: [])
    let domains = [0, 1].compactMap { _ in host.addDomain(memory: .mebibytes(32)) }
    var puts: [(domain: Int, page: UInt32, handle: UInt32)] = []
    for number in 0..<3_000 {
      let domain = domains[number % 3 == 0 ? 0 : 1]
      guard let handle = host.ephemeralPut(UInt32(number), domain: domain) else { continue }
      puts.append((domain, UInt32(number), handle))
    }
    #expect(puts.count == 3_000)
    for _ in 0..<100 { _ = host.persistentPut(domain: domains[0]) }

    // 16384 pages are the guests', 3000 and 100 tmem's; the heap has 13284 - 256 to give before it evicts.
    host.setMaxPages(.gibibytes(1), of: domains[1])
    let given = host.populate(13_028 + 700, domain: domains[1])

    #expect(given == 13_728)
    #expect(host.ephemeralEvictions == 700)
    #expect(host.persistentPages == .pages(100))
    for (index, put) in puts.enumerated() {
      let isThere = host.ephemeralGet(put.handle, page: put.page, domain: put.domain)
      #expect(isThere == (index >= 700), "put \(index)")
    }
    #expect(host.ephemeralPages == .zero)
    host.checkInvariants()
  }

  @Test("Growth takes every ephemeral page before it fails, and no persistent one")
  func growthEvictsAll() {
    var host = Host(memory: .mebibytes(128), tmem: TmemConfiguration(metadataPPM: 0), disks: [])
    let domain = host.addDomain(memory: .mebibytes(64)) ?? -1
    host.setMaxPages(.gibibytes(1), of: domain)
    for page in 0..<5_000 { _ = host.ephemeralPut(UInt32(page), domain: domain) }
    for _ in 0..<1_000 { _ = host.persistentPut(domain: domain) }

    let given = host.populate(1 << 20, domain: domain)

    // 32768 - 16384 - 1000, the mid-size reserve of 256 included: nothing is freeable any more.
    #expect(given == 15_384)
    #expect(host.ephemeralPages == .zero)
    #expect(host.persistentPages == .pages(1_000))
    #expect(host.free == .zero)
    host.checkInvariants()
  }

  @Test(
    "A put makes room for itself: it evicts until 1 MiB is free and fails only when nothing is left"
  )
  func putEvicts() {
    var host = Host(memory: .mebibytes(128), tmem: TmemConfiguration(metadataPPM: 0), disks: [])
    let domain = host.addDomain(memory: .mebibytes(64)) ?? -1
    host.setMaxPages(.gibibytes(1), of: domain)
    for page in 0..<2_000 { _ = host.ephemeralPut(UInt32(page), domain: domain) }
    // Growth leaves the heap at its reserve of 256 pages and tmem's list empty.
    let given = host.populate(16_384 - 2_000 - 256, domain: domain)

    let isStored = host.persistentPut(domain: domain)
    let evictions = host.ephemeralEvictions
    for _ in 0..<2_000 where host.ephemeralPages > .zero { _ = host.persistentPut(domain: domain) }
    let isStoredWithoutRoom = host.persistentPut(domain: domain)

    #expect(given == 16_384 - 2_000 - 256)
    #expect(isStored)
    #expect(evictions == 256)
    // Every put took one page of the 256, and one eviction brought it back, until there was none.
    #expect(host.persistentPages == .pages(2_000 - 256 + 1))
    #expect(!isStoredWithoutRoom)
    host.checkInvariants()
  }

  @Test("What a persistent page took goes to tmem's own list, not to the heap (kernel.md 4.3)")
  func flushToTmemList() {
    var host = Host(memory: .mebibytes(128), tmem: TmemConfiguration(), disks: [])
    let domain = host.addDomain(memory: .mebibytes(64)) ?? -1
    let free = host.free
    for _ in 0..<100 { _ = host.persistentPut(domain: domain) }

    for _ in 0..<100 { host.persistentFlush(domain: domain) }

    // 100 data pages and 2 of metadata.
    #expect(host.tmemFree == 102)
    #expect(host.free == free - .pages(102))
    let held = host.held(by: domain)
    #expect(held == .mebibytes(64))
    host.checkInvariants()
  }
}
