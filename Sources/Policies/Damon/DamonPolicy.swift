public import Units

// DAMON_RECLAIM at work in a guest's kernel: the thread kdamond.
//
// A turn is the end of an aggregation, every 100 ms. It looks whether the pages chosen at its beginning were accessed,
// merges regions, pages out what is cold (`DamonReclaim`), cuts regions, and chooses pages anew. While the watermarks say
// so it only looks at free memory, every 5 s.

/// DAMON_RECLAIM as a policy of a guest's kernel.
public struct DamonPolicy: GuestPolicy {
  /// What it pages out.
  var reclaim = DamonReclaim()
  /// What it watches.
  var monitor = DamonMonitor()
  /// `min_age` in microseconds.
  var leastAge: Int64 = 120_000_000
  /// `skip_anon`: whether anonymous pages are left alone.
  var skipsAnon = false

  /// Samples taken since the start.
  private var passed: UInt64 = 0
  /// What is to be paged out in this turn, and what came of it.
  private var ranges: [DamonReclaim.PageOut] = []
  /// Whether the pages of this aggregation have been made old.
  private var isPrepared = false
  /// The activity of the guest when the aggregation began, and whether there was none in the last one.
  private var activity: Int64 = 0
  private var isQuiet = false
  /// Memory pressure since boot, in nanoseconds; looked at only with a goal.
  private var pressure: UInt64 = 0
  /// The turn's end.
  private var wake = Wake.never
  /// The kernel's `HZ`, and its clock in nanoseconds: what turns took and waited.
  private var hz = KernelTimers().hz
  private var clock: UInt64 = 0

  /// The parameters' defaults.
  init() {}

  /// The one version that there is.
  public init?(version: String) {
    if version != Self.version { return nil }
  }

  /// The module starts its thread.
  public mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart {
    hz = boot.timers.hz
    monitor.begin(seed: boot.seed)
    wake = nextAggregation
    return PolicyStart(wake: wake, notices: [Self.namesItself])
  }

  /// Samples of an aggregation.
  private var samplesEach: UInt64 { max(reclaim.intervals.samples, 1) }
  private var nextAggregation: Wake { .microseconds(Int64(reclaim.intervals.aggregation)) }

  /// Looks whether the chosen pages were accessed. Where nothing was accessed at all, no page need be looked at.
  public mutating func look(at memory: inout some MonitoredMemory & ~Copyable) {
    isQuiet = memory.activity == activity
    if isPrepared && !isQuiet {
      monitor.count { memory.isYoung($0) }
    } else {
      monitor.countNothing()
    }
    isPrepared = false
    activity = memory.activity
    if !reclaim.quota.goals.isEmpty { pressure = memory.pressure }
    monitor.cover(upTo: UInt64(memory.span) << 12)
  }

  /// The end of an aggregation.
  public mutating func decide(
    _ guest: GuestView, into row: inout DecisionRow, _ asks: inout Asks
  ) {
    ranges.removeAll(keepingCapacity: true)
    let wasActive = reclaim.watermarks.isActive
    let wait = reclaim.watermarks.look(free: guest.free, total: guest.totalRAM)
    if wait > 0 {
      // It samples no more, and what it knows stays as it is.
      clock &+= wait &* 1_000
      wake = .microseconds(Int64(clamping: wait))
      if wasActive { tell(guest, into: &row) }
      return
    }
    if monitor.regions.isEmpty { monitor.cover(upTo: guest.maxPFN << 12) }
    clock &+= reclaim.intervals.aggregation &* 1_000
    wake = nextAggregation
    passed &+= samplesEach
    reclaim.leastAge = UInt32(
      clamping: UInt64(leastAge) / max(reclaim.intervals.aggregation, 1))
    monitor.merge(samples: samplesEach)
    let before = reclaim.statistics
    ranges = reclaim.pass(
      &monitor.regions,
      DamonReclaim.Sight(samples: passed, jiffies: jiffies, hz: UInt64(hz), pressure: pressure))
    let tried = reclaim.statistics.triedBytes &- before.triedBytes
    if tried > 0 || !wasActive {
      tell(guest, into: &row)
      row[Term.tried] = bits(tried >> 12)
    }
    if !ranges.isEmpty {
      asks.append(.pageOut(pages: tried >> 12))
      row[Term.pagedOut] = 0
      row[Term.young] = 0
    }
    monitor.reset()
    monitor.split()
  }

  /// The kernel's clock, which begins 300 s before it wraps in 32 bits.
  private var jiffies: UInt64 {
    1 << 32 &- 300 &* UInt64(hz) &+ clock / (1_000_000_000 / UInt64(hz))
  }

  /// Pages out what was decided, and makes the pages old that the next aggregation looks at.
  public mutating func act(
    on memory: inout some MonitoredMemory & ~Copyable, into row: inout DecisionRow
  ) {
    var (pages, kept) = (0, 0)
    for range in ranges {
      let first = UInt32(clamping: range.start >> 12)
      let result = memory.pageOut(
        first..<max(UInt32(clamping: range.end >> 12), first), skipsAnon: skipsAnon)
      pages += result.reclaimed
      kept += result.young
      let tick = 1_000_000_000 / UInt64(hz)
      // The coarse clock shows whole ticks.
      let took = UInt64(max(result.time.nanoseconds, 0))
      let ticks = (clock % tick &+ took) / tick
      clock &+= took
      reclaim.paged(bytes: UInt64(result.reclaimed) << 12, nanoseconds: ticks &* tick)
    }
    if !ranges.isEmpty {
      row[Term.pagedOut] = Int64(pages)
      row[Term.young] = Int64(kept)
    }
    // While nothing is accessed the bits are left as they are; the first aggregation with accesses is not seen then.
    if !reclaim.watermarks.isActive || isQuiet { return }
    monitor.choose(Int(samplesEach))
    for page in monitor.samples { memory.makeOld(page) }
    isPrepared = true
  }

  /// When the next aggregation ends, or free memory is looked at.
  public mutating func finish() -> Wake { wake }

  /// What a row has of every turn that is told of.
  private func tell(_ guest: GuestView, into row: inout DecisionRow) {
    row[Term.free] = bits(guest.totalRAM == 0 ? 0 : guest.free &* 1_000 / guest.totalRAM)
    row[Term.isActive] = reclaim.watermarks.isActive ? 1 : 0
    row[Term.regions] = Int64(monitor.regions.count)
    row[Term.quota] = bits(reclaim.quota.effective >> 12)
    row[Term.charged] = bits(reclaim.quota.charged >> 12)
  }

  /// Nothing so simple: what is cold is the guest's affair.
  public func law(_ timers: KernelTimers) -> PolicyLaw? { nil }

  /// Later, less at a time, or only with less memory free.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    let age = max(leastAge, 1_000_000)
    return [
      PolicyRelief(
        "min_age", (1...8).map { Int(clamping: age) << $0 }.filter { $0 <= Self.longest }),
      PolicyRelief(
        "quota_sz", (1...8).map { Int(clamping: reclaim.quota.size) >> $0 }.filter { $0 >= 4_096 }),
    ].compactMap(\.self)
  }

  /// The longest time that can be set: 30 days.
  static let longest: Int64 = 2_592_000_000_000
}
