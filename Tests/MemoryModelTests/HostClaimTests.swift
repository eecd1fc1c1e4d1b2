import Testing
import Units

@testable import MemoryModel

/// What becomes of tmem and of the heap when somebody else wants the host's memory, or a pool takes no more.
@Suite("Claims on the host, frozen and full pools")
struct HostClaimTests {
  /// 128 MiB: 32768 pages, a mid-size reserve of 256; two domains of 32 MiB leave 16384.
  private func host() -> Host {
    var host = Host(memory: .mebibytes(128), tmem: TmemConfiguration(metadataPPM: 0), disks: [])
    for _ in 0..<2 { _ = host.addDomain(memory: .mebibytes(32)) }
    return host
  }

  @Test("A demand takes the heap down to its reserve, then the oldest ephemeral pages, whosever")
  func demand() {
    var host = host()
    let handles = (0..<3_000).map { host.ephemeralPut(UInt32($0), domain: $0 % 2) ?? 0 }

    // 16384 - 3000 - 256 come from the heap, 700 from cleancache.
    let taken = host.claim(.pages(13_128 + 700))
    let evictions = host.ephemeralEvictions
    host.checkInvariants()
    let found = handles.indices.filter {
      host.ephemeralGet(handles[$0], page: UInt32($0), domain: $0 % 2)
    }

    #expect(taken == .pages(13_828))
    #expect(evictions == 700)
    #expect(found == Array(700..<3_000))
    host.checkInvariants()
  }

  @Test(
    "Out of memory: no ephemeral page is left, nothing is given, what is given back is taken too")
  func everything() {
    var host = host()
    for page in 0..<2_000 { _ = host.ephemeralPut(UInt32(page), domain: 0) }
    host.setMaxPages(.gibibytes(1), of: 0)
    for _ in 0..<100 { _ = host.persistentPut(domain: 0) }

    let taken = host.claimEverything()
    let populated = host.populate(1, domain: 0)
    let isStored = host.persistentPut(domain: 0)
    let handle = host.ephemeralPut(5, domain: 1)
    host.decrease(50, domain: 1)
    host.persistentFlush(domain: 0)
    let free = host.free
    host.checkInvariants()
    host.releaseClaim()

    // 32768 less the domains' 16384 and the 100 persistent pages, which nobody can take.
    #expect(taken == .pages(16_284))
    #expect(populated == 0)
    #expect(!isStored)
    #expect(handle == nil)
    #expect(host.ephemeralPages == .zero)
    #expect(host.persistentPages == .pages(99))
    #expect(free == .zero)
    #expect(host.free == .pages(16_284 + 50 + 1))
    host.checkInvariants()
  }

  @Test(
    "A frozen client's puts fail, its gets and flushes work, and others are not concerned (kernel.md 4.6)"
  )
  func frozen() {
    var host = host()
    host.setMaxPages(.gibibytes(1), of: 0)
    let handle = host.ephemeralPut(1, domain: 0) ?? 0
    _ = host.persistentPut(domain: 0)

    host.setFrozen(true, of: 0)
    let puts = [host.ephemeralPut(2, domain: 0) != nil, host.persistentPut(domain: 0)]
    let other = host.ephemeralPut(3, domain: 1)
    let isFound = host.ephemeralGet(handle, page: 1, domain: 0)
    host.persistentFlush(domain: 0)
    host.setFrozen(false, of: 0)
    let thawed = [host.ephemeralPut(2, domain: 0) != nil, host.persistentPut(domain: 0)]

    #expect(puts == [false, false])
    #expect(other != nil)
    #expect(isFound)
    #expect(thawed == [true, true])
    host.checkInvariants()
  }

  @Test("A full pool takes a page when one has left it, and no other")
  func full() {
    var host = host()
    host.setMaxPages(.gibibytes(1), of: 0)
    for _ in 0..<10 { _ = host.persistentPut(domain: 0) }
    let handle = host.ephemeralPut(1, domain: 0) ?? 0

    host.setFull(true, of: 0)
    let before = [host.persistentPut(domain: 0), host.ephemeralPut(2, domain: 0) != nil]
    host.persistentFlush(domain: 0)
    _ = host.ephemeralGet(handle, page: 1, domain: 0)
    let after = [host.persistentPut(domain: 0), host.ephemeralPut(2, domain: 0) != nil]
    let again = [host.persistentPut(domain: 0), host.ephemeralPut(3, domain: 0) != nil]
    host.setFull(false, of: 0)
    let isStoredAfterwards = host.persistentPut(domain: 0)

    #expect(before == [false, false])
    #expect(after == [true, true])
    #expect(again == [false, false])
    #expect(isStoredAfterwards)
    host.checkInvariants()
  }
}
