// How DAMON watches memory.
//
// Memory is cut into regions whose pages are taken to be accessed alike. Each sample looks at one page of each region: it
// makes the page old, and sees at the next sample, 5 ms later, whether it was accessed. An aggregation of 20 samples ends
// with merging regions that are alike, and cutting what is left at random places, so that differences within a region show.
//
// Here all samples of an aggregation are taken at once, for what the guest does is made in steps longer than 5 ms. As many
// pages of a region are chosen as there are samples, and looked at when the aggregation ends. A page that was accessed in
// its 100 ms counts with the chance of one sample, 1 in 20: that is right for pages which are accessed less often than every
// 100 ms. If all chosen pages were accessed the region is hot, and all count.
//
// Source: Linux 6.12, mm/damon/core.c: damon_merge_regions_of(), kdamond_merge_regions(), damon_split_regions_of(),
// kdamond_split_regions(); restated in `Docs/policies.md`.

/// The regions of DAMON, and what samples say of them.
public struct DamonMonitor: Hashable, Sendable {
  /// `min_nr_regions`: no region is merged to more than one part in so many of all memory.
  public var leastRegions = 10
  /// `max_nr_regions`: more regions than this are merged whatever their accesses.
  public var mostRegions = 1_000
  /// The regions in the order of addresses.
  public var regions: [DamonRegion] = []
  /// Pages that the samples of this aggregation look at: for each region as many as there are samples, one region after another.
  public private(set) var samples: [UInt32] = []
  /// How many regions there were after the last cuts.
  private var lastCount = 0
  /// The state of its randomness.
  private var state: UInt64

  /// No regions yet; `seed` says where its randomness begins.
  public init(seed: UInt64 = 0) { state = seed }

  /// Begins anew, with another randomness and the same limits.
  mutating func begin(seed: UInt64) {
    state = seed
    regions = []
    samples = []
    lastCount = 0
  }

  /// damon_set_regions(): all memory up to `end` is watched. What is new belongs to the last region.
  public mutating func cover(upTo end: UInt64) {
    let end = end & ~(DamonRegion.least - 1)
    if regions.isEmpty {
      if end > 0 { regions = [DamonRegion(start: 0, end: end, accesses: 0, age: 0)] }
    } else if end > regions[regions.count - 1].end {
      regions[regions.count - 1].end = end
    }
  }

  /// damon_rand(): a number from `low` to below `high`.
  private mutating func random(_ low: UInt64, _ high: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return low &+ mixed.multipliedFullWidth(by: high &- low).high
  }

  /// __damon_pa_prepare_access_check(): chooses the pages to look at, `count` of each region.
  public mutating func choose(_ count: Int) {
    samples.removeAll(keepingCapacity: true)
    for region in regions {
      for _ in 0..<count {
        samples.append(UInt32(truncatingIfNeeded: random(region.start, region.end) >> 12))
      }
    }
  }

  /// __damon_pa_check_access(): counts for each region those of its chosen pages that were accessed, as the samples would.
  public mutating func count(_ wasAccessed: (UInt32) -> Bool) {
    let each = regions.isEmpty ? 0 : samples.count / regions.count
    for index in regions.indices {
      var hits: UInt32 = 0
      for place in index * each..<(index + 1) * each where wasAccessed(samples[place]) {
        hits += 1
      }
      var counted = hits
      if hits > 0 && hits < each {
        counted = 0
        for _ in 0..<hits where random(0, UInt64(each)) == 0 { counted += 1 }
      }
      regions[index].accesses = counted * 10_000
    }
  }

  /// No page was accessed in this aggregation.
  public mutating func countNothing() {
    for index in regions.indices { regions[index].accesses = 0 }
  }

  /// kdamond_merge_regions(): ages, and merges neighbours that are alike; again, with less regard, while there are too many.
  ///
  /// Quirk: each of these turns counts as an aggregation for ages. `most` is the greatest number of samples.
  public mutating func merge(samples most: UInt64) {
    let greatest = regions.reduce(0) { max($0, $1.accesses / 10_000) }
    let all = regions.reduce(0) { $0 &+ $1.size }
    let limit = max(all / UInt64(max(leastRegions, 1)), DamonRegion.least)
    var threshold = greatest / 10
    repeat {
      mergeOnce(threshold, limit)
      threshold = max(1, threshold * 2)
    } while regions.count > mostRegions && UInt64(threshold / 2) < most
  }

  /// damon_merge_regions_of().
  private mutating func mergeOnce(_ threshold: UInt32, _ limit: UInt64) {
    var merged: [DamonRegion] = []
    merged.reserveCapacity(regions.count)
    for var region in regions {
      let accesses = region.accesses / 10_000
      let isChanged = Self.distance(accesses, region.last / 10_000) > threshold
      region.age = isChanged ? 0 : region.age &+ 1
      if let before = merged.last, before.end == region.start,
        Self.distance(before.accesses / 10_000, accesses) <= threshold,
        before.size &+ region.size <= limit
      {
        merged[merged.count - 1] = before.merged(with: region)
      } else {
        merged.append(region)
      }
    }
    regions = merged
  }

  private static func distance(_ one: UInt32, _ other: UInt32) -> UInt32 {
    one > other ? one - other : other - one
  }

  /// kdamond_reset_aggregated(): another aggregation begins.
  public mutating func reset() {
    for index in regions.indices { regions[index].last = regions[index].accesses }
  }

  /// kdamond_split_regions(): cuts each region in two at a random tenth, in three if the last cuts changed nothing.
  public mutating func split() {
    let count = regions.count
    if count > mostRegions / 2 { return }
    let parts = lastCount == count && count < mostRegions / 3 ? 3 : 2
    var cut: [DamonRegion] = []
    cut.reserveCapacity(parts * count)
    for var region in regions {
      var rests: [DamonRegion] = []
      for _ in 1..<parts where region.size > 2 * DamonRegion.least {
        let size = (random(1, 10) &* region.size / 10) & ~(DamonRegion.least - 1)
        if size > 0 && size < region.size { rests.append(region.cut(after: size)) }
      }
      cut.append(region)
      cut += rests.reversed()
    }
    regions = cut
    lastCount = count
  }
}

extension DamonRegion {
  /// damon_merge_two_regions(): this and the region behind it as one; numbers are means by size, cut.
  func merged(with next: DamonRegion) -> DamonRegion {
    func mean(_ one: UInt32, _ other: UInt32) -> UInt32 {
      let sum = UInt64(one).multipliedFullWidth(by: size)
      let more = UInt64(other).multipliedFullWidth(by: next.size)
      let (low, carries) = sum.low.addingReportingOverflow(more.low)
      let high = sum.high &+ more.high &+ (carries ? 1 : 0)
      return UInt32((size &+ next.size).dividingFullWidth((high, low)).quotient)
    }
    var both = self
    both.end = next.end
    both.accesses = mean(accesses / 10_000, next.accesses / 10_000) &* 10_000
    both.age = mean(age, next.age)
    return both
  }
}
