// What DAMON_RECLAIM does.
//
// A thread of the guest's kernel samples accessed bits of regions of physical memory. Every aggregation it goes through
// the regions in the order of their addresses, and pages out those that were not accessed for long, as far as a quota
// goes. Of regions beyond the quota it takes the coldest. Where the quota ends it goes on in the next window.
//
// What is paged out becomes free memory of the guest. The host sees it only with free page reporting beside it.
//
// Source: Linux 6.12, mm/damon/reclaim.c and core.c; restated in `Docs/policies.md`, section "DAMON_RECLAIM".

/// DAMON_RECLAIM: what it pages out, once regions and their ages are known.
public struct DamonReclaim: Hashable, Sendable {
  /// `min_age` in aggregations: what was not accessed for so long is cold. Default 1,200: 120 s of 100 ms.
  public var leastAge: UInt32 = 1_200
  /// How it measures.
  public var intervals = DamonIntervals()
  /// How much it may page out.
  public var quota = DamonQuota()
  /// When it works.
  public var watermarks = DamonWatermarks()
  /// What it has tried and done so far.
  public var statistics = Statistics()
  /// The count of samples at which the next pass is due; nil: before the first, which is due after one aggregation.
  public var nextPass: UInt64?

  /// The defaults.
  public init() {}

  /// `damos_stat`: counts since it started.
  public struct Statistics: Hashable, Sendable {
    /// Regions tried.
    public var tried: UInt64 = 0
    /// Bytes tried.
    public var triedBytes: UInt64 = 0
    /// Regions of which anything was reclaimed.
    public var applied: UInt64 = 0
    /// Bytes reclaimed.
    public var appliedBytes: UInt64 = 0
    /// Windows at whose end the quota was used up.
    public var exceeded: UInt64 = 0

    /// Nothing yet.
    public init() {}
  }

  /// What a pass sees besides the regions.
  public struct Sight: Hashable, Sendable {
    /// Samples taken since the start.
    public var samples: UInt64
    /// The kernel's clock.
    public var jiffies: UInt64
    /// Jiffies a second.
    public var hz: UInt64
    /// Nanoseconds of `some` memory pressure of the whole guest since boot.
    public var pressure: UInt64

    /// What is seen.
    public init(samples: UInt64, jiffies: UInt64, hz: UInt64 = 250, pressure: UInt64) {
      self.samples = samples
      self.jiffies = jiffies
      self.hz = hz
      self.pressure = pressure
    }
  }

  /// Bytes that are to be paged out.
  public struct PageOut: Hashable, Sendable {
    /// The first byte.
    public var start: UInt64
    /// The byte after the last.
    public var end: UInt64

    /// Bytes from one to before another.
    public init(start: UInt64, end: UInt64) {
      self.start = start
      self.end = end
    }
  }

  /// kdamond_apply_schemes(): what is to be paged out now, in the order of addresses; regions are cut where it ends.
  ///
  /// What came of each is to be told by `paged`, in this order, before the next pass.
  public mutating func pass(_ regions: inout [DamonRegion], _ sight: Sight) -> [PageOut] {
    let due = nextPass ?? intervals.samples
    nextPass = due
    guard sight.samples >= due, watermarks.isActive else { return [] }
    adjust(regions, sight)
    nextPass = sight.samples &+ intervals.samples
    var ranges: [PageOut] = []
    var after: [DamonRegion] = []
    after.reserveCapacity(regions.count + 2)
    for (index, region) in regions.enumerated() {
      // Of a region that is cut, the rest is looked at next.
      var next: DamonRegion? = region
      while var region = next {
        next = nil
        visit(&region, rest: &next, isLast: index == regions.count - 1, &ranges)
        after.append(region)
      }
    }
    regions = after
    return ranges
  }

  /// damon_do_apply_schemes(): what a pass does with a region, and what is left of it if it is cut.
  private mutating func visit(
    _ region: inout DamonRegion, rest: inout DamonRegion?, isLast: Bool, _ ranges: inout [PageOut]
  ) {
    if isUsedUp { return }
    let isSkipped = skip(&region, rest: &rest)
    // Beyond the last region it begins anew.
    if isLast && rest == nil { quota.resumesAt = nil }
    guard !isSkipped, isCold(region),
      quota.effective == 0 || score(region) >= quota.leastScore
    else { return }
    if let range = apply(&region, rest: &rest) { ranges.append(range) }
  }

  /// What came of a range: bytes that were reclaimed, and how long it took by the coarse clock.
  public mutating func paged(bytes: UInt64, nanoseconds: UInt64) {
    quota.totalNanoseconds &+= nanoseconds
    if bytes > 0 { statistics.applied &+= 1 }
    statistics.appliedBytes &+= bytes
  }

  /// Whether this window's quota is used up.
  private var isUsedUp: Bool { quota.effective != 0 && quota.charged >= quota.effective }

  /// Whether a region is to be paged out, but for the quota.
  private func isCold(_ region: DamonRegion) -> Bool {
    region.size >= DamonRegion.least && region.accesses < 10_000 && region.age >= leastAge
  }

  private func score(_ region: DamonRegion) -> UInt32 {
    UInt32(clamping: min(99, intervals.coldScore(region, quota.weights)))
  }

  /// damos_adjust_quota(): a new window if its time has come, and the least score that the quota has room for.
  private mutating func adjust(_ regions: [DamonRegion], _ sight: Sight) {
    guard quota.isLimited else { return }
    if quota.totalCharged == 0 && quota.chargedFrom == 0 { quota.chargedFrom = sight.jiffies }
    let end = quota.chargedFrom &+ Self.jiffies(quota.resetInterval, hz: sight.hz)
    let isWithin =
      Int64(bitPattern: sight.jiffies &- quota.chargedFrom) >= 0
      && Int64(bitPattern: sight.jiffies &- end) < 0
    if !isWithin {
      if isUsedUp { statistics.exceeded &+= 1 }
      quota.totalCharged &+= quota.charged
      quota.chargedFrom = sight.jiffies
      quota.charged = 0
      quota.setEffective(pressure: sight.pressure)
    }
    quota.leastScore = leastScore(regions)
  }

  /// msecs_to_jiffies(): rounded up, of the low 32 bits; what is no signed number in them is next to for ever.
  private static func jiffies(_ milliseconds: UInt64, hz: UInt64) -> UInt64 {
    let milliseconds = UInt32(truncatingIfNeeded: milliseconds)
    if milliseconds > Int32.max { return UInt64(Int64.max >> 1) - 1 }
    return (UInt64(milliseconds) &* hz &+ 999) / 1_000
  }

  /// The least score so that regions of it and above make up the quota; 0 if all do not.
  private func leastScore(_ regions: [DamonRegion]) -> UInt32 {
    var sizes = [UInt64](repeating: 0, count: Int(DamonIntervals.mostScore) + 1)
    var score = 0
    for region in regions where isCold(region) {
      let own = Int(self.score(region))
      sizes[own] &+= region.size
      score = max(score, own)
    }
    var sum: UInt64 = 0
    while true {
      sum &+= sizes[score]
      if sum >= quota.effective || score == 0 { return UInt32(score) }
      score -= 1
    }
  }

  /// damos_skip_charged_region(): whether a region lies before the place where the last window ended.
  ///
  /// A region in which that place lies is cut, and only the part before it is passed over.
  private func skip(_ region: inout DamonRegion, rest: inout DamonRegion?) -> Bool {
    guard let place = quota.resumesAt, place != 0 else { return false }
    if region.end <= place { return true }
    if region.start >= place { return false }
    var size = (place - region.start) & ~(DamonRegion.least - 1)
    if size == 0 {
      if region.size <= DamonRegion.least { return true }
      size = DamonRegion.least
    }
    rest = region.cut(after: size)
    return true
  }

  /// damos_apply_scheme(): what of a region is to be paged out; nil if the quota has no room for a page of it.
  ///
  /// A region beyond the quota is cut where it ends. Quirk: what is left of the quota may be less than a page. Then the
  /// rest counts as tried, with 0 bytes, and keeps its age.
  private mutating func apply(
    _ region: inout DamonRegion, rest: inout DamonRegion?
  ) -> PageOut? {
    statistics.tried &+= 1
    if quota.effective != 0 && quota.charged &+ region.size > quota.effective {
      let size = (quota.effective - quota.charged) & ~(DamonRegion.least - 1)
      if size == 0 { return nil }
      if size < region.size { rest = region.cut(after: size) }
    }
    statistics.triedBytes &+= region.size
    quota.charged &+= region.size
    if isUsedUp { quota.resumesAt = region.end }
    region.age = 0
    return PageOut(start: region.start, end: region.end)
  }
}
