import SimulationEngine
import Testing
import Units

@testable import MemoryModel

/// Whose ephemeral page goes when a host with weights needs one (Docs/kernel.md 4.4).
@Suite("Quota of ephemeral pages")
struct TmemQuotaTests {
  struct Case: Sendable {
    var quota: TmemQuota
    var weights: [Int]
    /// On whose behalf a page is needed.
    var domain: Int
    /// Whether its own oldest page goes, though another's is older.
    var losesItsOwn: Bool
  }

  @Test(
    "The literal test holds for a guest below its weighted share, the documented one for a guest above it",
    arguments: [
      // Both have half of the pages: 2000 * 100 / 1000 = 200. Weight 1 of 4: 400; weight 3 of 4: 133.
      Case(quota: .literal, weights: [1, 3], domain: 0, losesItsOwn: false),
      Case(quota: .documented, weights: [1, 3], domain: 0, losesItsOwn: true),
      Case(quota: .literal, weights: [3, 1], domain: 0, losesItsOwn: true),
      Case(quota: .documented, weights: [3, 1], domain: 0, losesItsOwn: false),
      // 200 and 200: neither more nor less.
      Case(quota: .literal, weights: [1, 1], domain: 0, losesItsOwn: false),
      Case(quota: .documented, weights: [1, 1], domain: 0, losesItsOwn: false),
      // Without a weight the oldest of all goes.
      Case(quota: .documented, weights: [0, 1], domain: 0, losesItsOwn: false),
      Case(quota: .literal, weights: [0, 0], domain: 0, losesItsOwn: false),
    ])
  func test(_ test: Case) {
    var host = Host(
      memory: .mebibytes(128), tmem: TmemConfiguration(metadataPPM: 0, quota: test.quota), disks: []
    )
    for weight in test.weights { _ = host.addDomain(memory: .mebibytes(32), weight: weight) }
    host.setMaxPages(.gibibytes(1), of: test.domain)
    // The other's page is the oldest: it puts first, and they take turns.
    let handles = (0..<2_000).map { number in
      host.ephemeralPut(
        UInt32(number), domain: number % 2 == 0 ? 1 - test.domain : test.domain) ?? 0
    }

    // 32768 pages less 16384 of the guests, 2000 ephemeral ones and the reserve of 256; then one by eviction.
    let given = host.populate(14_128 + 1, domain: test.domain)
    let oldestOfAll = host.ephemeralGet(handles[0], page: 0, domain: 1 - test.domain)
    let ownOldest = host.ephemeralGet(handles[1], page: 1, domain: test.domain)

    #expect(given == 14_129)
    #expect(host.ephemeralEvictions == 1)
    #expect(oldestOfAll == test.losesItsOwn)
    #expect(ownOldest == !test.losesItsOwn)
    host.checkInvariants()
  }

  @Test(
    "Shares are compared in whole per cent, and nobody without a weight or pages is over quota",
    arguments: [
      (399, 99, 400, 300, true), (1_100, 1_000, 124, 24, false), (202, 101, 1_069, 969, true),
      (101, 100, 1_088, 200, false), (100, 0, 2, 1, false), (100, 1, 2, 0, false),
      (100, 1, 0, 1, false),
    ] as [(Int64, Int64, Int64, Int64, Bool)])
  func wholePerCent(pages: Int64, own: Int64, weights: Int64, weight: Int64, holds: Bool) {
    let share = TmemShare(pages: pages, own: own, weights: weights, weight: weight)

    #expect(TmemQuota.literal.holds(share) == holds)
  }

  @Test("A guest over its quota whose pages are all held loses none, and no other guest does")
  func noFallBack() {
    var host = Host(memory: .mebibytes(16), tmem: TmemConfiguration(metadataPPM: 0), disks: [])
    for weight in [3, 1] { _ = host.addDomain(memory: .zero, weight: weight) }
    for page in UInt32(0)..<4 { _ = host.ephemeralPut(page, domain: Int(page) / 2) }

    let isOverQuota = host.losesItsOwn(0)
    let own = host.evictOldest(for: 0) { $0.domain == 0 }
    let others = host.evictOldest(for: nil) { $0.domain == 0 || $0.page == 2 }

    #expect(isOverQuota)
    #expect(own == nil)
    #expect(others == EphemeralList.Page(page: 3, domain: 1))
    #expect(host.ephemeralEvictions == 1)
    host.checkInvariants()
  }

  @Test("A domain's oldest pages are found in their order, whatever is removed meanwhile")
  func oldestOfADomain() {
    for seed in UInt64(0)..<20 {
      var random = RandomStream(seed: seed, purpose: "ephemeral")
      var list = EphemeralList()
      var plain: [(page: UInt32, domain: Int, handle: UInt32)] = []
      for page in UInt32(0)..<2_000 {
        let domain = Int(random.below(3))
        switch random.below(5) {
        case 0...1:
          plain.append((page, domain, list.append(page: page, domain: domain)))
        case 2 where !plain.isEmpty:
          let entry = plain.remove(at: Int(random.below(UInt64(plain.count))))
          let isRemoved = list.remove(entry.handle, page: entry.page, domain: entry.domain)
          #expect(isRemoved)
        case 3:
          let index = plain.firstIndex { $0.domain == domain }
          if let index { plain.remove(at: index) }
          let isRemoved = list.removeOldest(of: domain) != nil
          #expect(isRemoved == (index != nil), "seed \(seed)")
        default:
          if !plain.isEmpty { plain.removeFirst() }
          _ = list.removeOldest()
        }
      }

      for entry in plain {
        let isThere = list.remove(entry.handle, page: entry.page, domain: entry.domain)
        #expect(isThere, "seed \(seed), page \(entry.page)")
      }
      #expect(list.count == 0)
    }
  }
}
