import Testing
import Units

@testable import Policies

@Suite("DAMON_RECLAIM at work")
struct DamonPolicyTests {
  /// Memory in which what is accessed is known: pages of `hot` are, in every aggregation.
  private struct Memory: MonitoredMemory, ~Copyable {
    var span: Int
    var hot: Range<UInt32>
    var activity: Int64 = 0
    var pressure: UInt64 = 0
    var old: Set<UInt32> = []
    var gone: Set<UInt32> = []
    var asked: [Range<UInt32>] = []
    /// How long a page takes.
    var cost = SimDuration.zero

    init(_ span: Int, hot: Range<UInt32>) {
      self.span = span
      self.hot = hot
    }

    func isYoung(_ page: UInt32) -> Bool {
      !gone.contains(page) && (hot.contains(page) || !old.contains(page))
    }

    mutating func makeOld(_ page: UInt32) { old.insert(page) }

    mutating func pageOut(_ pages: Range<UInt32>, skipsAnon: Bool) -> PageOutResult {
      asked.append(pages)
      var result = PageOutResult()
      for page in pages where !gone.contains(page) {
        if isYoung(page) {
          old.insert(page)
          result.young += 1
        } else {
          gone.insert(page)
          result.reclaimed += 1
          result.time = result.time + cost
        }
      }
      return result
    }
  }

  /// Seven tenths in use, so that it works.
  private func view(free: UInt64 = 300) -> GuestView {
    GuestView(
      totalRAM: 1_000, totalReserve: 0, maxPFN: 10_000, committed: 0, frontswap: 0,
      balloonCurrent: 0, free: free)
  }

  private func policy(_ settings: [(String, String)] = []) -> DamonPolicy {
    var policy = DamonPolicy()
    for (name, text) in settings { _ = policy.write(name, text) }
    _ = policy.start(view(), boot: GuestBoot())
    return policy
  }

  /// So many turns; returns the rows.
  private func run(
    _ policy: inout DamonPolicy, _ memory: inout Memory, turns: Int, free: UInt64 = 300
  ) -> [DecisionRow] {
    var rows: [DecisionRow] = []
    for _ in 0..<turns {
      memory.activity += 1
      var (row, asks) = (DecisionRow(), Asks())
      policy.look(at: &memory)
      policy.decide(view(free: free), into: &row, &asks)
      policy.act(on: &memory, into: &row)
      rows.append(row)
    }
    return rows
  }

  @Test(
    "Memory that nobody accesses goes after 120 s, the second time it is looked at; what is in use stays"
  )
  func coldGoes() {
    var policy = policy([("quota_ms", "0"), ("quota_sz", "0")])
    var memory = Memory(10_000, hot: 2_000..<3_000)
    let quiet = run(&policy, &memory, turns: 1_199)
    let askedBefore = memory.asked.isEmpty
    _ = run(&policy, &memory, turns: 30)
    let afterFirst = memory.gone.count
    _ = run(&policy, &memory, turns: 2_600)

    #expect(askedBefore && quiet.allSatisfy(\.isEmpty))
    // Pages that samples had made old go at once; all others are young the first time.
    #expect(afterFirst < 9_000)
    #expect(memory.gone.isDisjoint(with: Set(2_000..<3_000)))
    #expect(memory.gone.count > 8_000)
  }

  @Test(
    "No more than the quota is tried in a second, and the window goes on where the last one ended")
  func quota() {
    var policy = policy([("quota_ms", "0"), ("quota_sz", "4096000"), ("min_age", "1000000")])
    var memory = Memory(10_000, hot: 0..<0)
    // The first window has no quota, and takes all there is.
    var rows = run(&policy, &memory, turns: 12)
    let first = rows.compactMap { $0[DamonPolicy.Term.tried] }
    rows = run(&policy, &memory, turns: 100)
    let tried = rows.map { $0[DamonPolicy.Term.tried] ?? 0 }

    #expect(first == [10_000])
    // Ten turns make a window. 4,096,000 bytes are 1,000 pages.
    for start in 0..<90 { #expect(tried[start..<start + 10].reduce(0, +) <= 2_000) }
    #expect(tried.reduce(0, +) >= 8_000)
    #expect(tried.max() == 1_000)
  }

  @Test("Above half free or below a fifth it stops, and begins below two fifths")
  func watermarks() {
    var policy = policy()
    var memory = Memory(10_000, hot: 0..<0)
    func wake(_ free: UInt64) -> Wake {
      _ = run(&policy, &memory, turns: 1, free: free)
      return policy.finish()
    }
    let (second, look) = (Wake.microseconds(100_000), Wake.microseconds(5_000_000))

    #expect(wake(500) == second)
    #expect(wake(501) == look)
    #expect(wake(400) == look)
    #expect(wake(399) == second)
    #expect(wake(199) == look)
    // Neither below a fifth nor at two fifths: it begins.
    #expect(wake(200) == second)
    #expect(wake(500) == second)
    #expect(wake(501) == look)
    #expect(wake(500) == look)
  }

  @Test("Paging out takes whole ticks for the quota, and what one window took sets the next one's")
  func time() {
    var policy = policy([("quota_sz", "0"), ("min_age", "1000000")])
    var memory = Memory(10_000, hot: 0..<0)
    memory.cost = .microseconds(10)
    var windows = 0
    for _ in 0..<60 {
      let before = policy.reclaim.quota
      _ = run(&policy, &memory, turns: 1)
      let after = policy.reclaim.quota
      guard after.effective != before.effective, before.totalNanoseconds > 0 else { continue }
      windows += 1
      // What was charged by the window's end in the time that it took, for 10 ms.
      let throughput = after.totalCharged * 1_000_000 / before.totalNanoseconds
      #expect(after.effective == max(4_096, throughput * 10))
    }

    let nanoseconds = policy.reclaim.quota.totalNanoseconds
    // Time comes in ticks of 4 ms.
    #expect(nanoseconds > 0 && nanoseconds % 4_000_000 == 0)
    #expect(windows > 0)
  }

  @Test(
    "Tuned to pressure, the quota doubles while there is none, and begins anew at twice the goal")
  func pressureGoal() {
    var policy = policy([
      ("quota_ms", "0"), ("quota_sz", "0"), ("min_age", "1000000"),
      ("quota_mem_pressure_us", "10000"),
    ])
    var memory = Memory(10_000, hot: 0..<0)
    var quotas: [UInt64] = []
    for turn in 0..<205 {
      // From the twelfth second on there are 20 ms of pressure in each.
      if turn > 120 { memory.pressure += 2_000_000 }
      _ = run(&policy, &memory, turns: 1)
      if quotas.last != policy.reclaim.quota.effective {
        quotas.append(policy.reclaim.quota.effective)
      }
    }

    // In bytes: the first window has none, then it doubles from 2 on.
    #expect(Array(quotas.prefix(8)) == [0, 2, 4, 8, 16, 32, 64, 128])
    #expect(quotas.max() ?? 0 >= 512)
    #expect(quotas.last == 1)
  }

  @Test(
    "Regions cover memory without gaps, within their numbers, for any accesses", arguments: 0..<20)
  func regions(seed: UInt64) {
    var monitor = DamonMonitor(seed: seed)
    monitor.cover(upTo: 1 << 30)
    var naive: [UInt32] = []
    for turn in 0..<400 {
      if turn == 200 { monitor.cover(upTo: 3 << 29) }
      monitor.choose(20)
      monitor.count { ($0 >> 10 &+ UInt32(seed)) % 7 < 3 && $0 % 3 > 0 }
      let ages = monitor.regions.reduce(0.0) { $0 + Double($1.age) * Double($1.size) }
      monitor.merge(samples: 20)
      let later = monitor.regions.reduce(0.0) { $0 + Double($1.age) * Double($1.size) }
      // Ages are means, cut, so together they grow by no more than an aggregation.
      let all = Double(monitor.regions.last?.end ?? 0)
      if monitor.regions.count < monitor.mostRegions { #expect(later <= ages + all) }
      monitor.reset()
      monitor.split()
      var end: UInt64 = 0
      for region in monitor.regions {
        #expect(region.start == end && region.size >= 4_096 && region.end % 4_096 == 0)
        end = region.end
      }
      #expect(end == (turn < 200 ? 1 << 30 : 3 << 29))
      #expect((10...1_000).contains(monitor.regions.count) || turn < 6)
      naive.append(UInt32(monitor.regions.count))
    }
    #expect(Set(naive).count > 1)
  }

  @Test("Changed parameters are lines for root, the switch last")
  func setUp() {
    let lines = DamonPolicy.setUp(
      DamonPolicy.changed([("min_age", "60000000"), ("skip_anon", "true"), ("quota_ms", "10")]), [])

    #expect(
      lines.map(\.text) == [
        "echo 60000000 > /sys/module/damon_reclaim/parameters/min_age",
        "echo Y > /sys/module/damon_reclaim/parameters/skip_anon",
        "echo Y > /sys/module/damon_reclaim/parameters/enabled",
      ])
  }

  @Test("A merged region has the mean of its parts, by their sizes, cut")
  func merged() {
    let one = DamonRegion(start: 0, end: 3 << 12, accesses: 50_000, age: 10)
    let other = DamonRegion(start: 3 << 12, end: 4 << 12, accesses: 60_000, age: 3)

    let both = one.merged(with: other)

    // (3 * 5 + 6) / 4 = 5, (3 * 10 + 3) / 4 = 8.
    #expect(both.accesses == 50_000 && both.age == 8 && both.size == 4 << 12)
  }

  @Test(
    "Accesses count with the chance of a sample, but all in a region of which all chosen pages were accessed"
  )
  func thinning() {
    var monitor = DamonMonitor(seed: 4)
    monitor.regions = [
      DamonRegion(start: 0, end: 1 << 24, accesses: 0, age: 0),
      DamonRegion(start: 1 << 24, end: 1 << 25, accesses: 0, age: 0),
    ]
    var (sum, all) = (0, 0)
    for _ in 0..<2_000 {
      monitor.choose(20)
      // Of the first region's pages every other one is accessed, of the second's all.
      monitor.count { $0 >= 4_096 || $0 % 2 == 0 }
      sum += Int(monitor.regions[0].accesses / 10_000)
      all += Int(monitor.regions[1].accesses / 10_000)
    }

    #expect(all == 40_000)
    // Ten hits of 20, each with a chance of 1 in 20: a half on average; the spread of the mean is 0.016.
    #expect(abs(Double(sum) / 2_000 - 0.5) < 0.07)
  }
}
