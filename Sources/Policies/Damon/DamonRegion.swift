/// A region of physical memory whose pages DAMON takes to be accessed alike. Addresses in bytes.
public struct DamonRegion: Hashable, Sendable {
  /// The first byte.
  public var start: UInt64
  /// The byte after the last.
  public var end: UInt64
  /// Samples in which it was accessed, of those of an aggregation, in ten-thousandths.
  public var accesses: UInt32
  /// Aggregations for which the frequency has been about the same.
  public var age: UInt32
  /// What `accesses` was in the aggregation before.
  public var last: UInt32 = 0

  /// A region.
  public init(start: UInt64, end: UInt64, accesses: UInt32, age: UInt32) {
    self.start = start
    self.end = end
    self.accesses = accesses
    self.age = age
  }

  /// `DAMON_MIN_REGION`: a region's least size, and the grain of cuts.
  public static let least: UInt64 = 4_096

  /// Bytes in it.
  public var size: UInt64 { end &- start }

  /// Cuts it after so many bytes; what is returned follows it, and is of the same age.
  mutating func cut(after size: UInt64) -> DamonRegion {
    var rest = self
    rest.start = start &+ size
    end = rest.start
    return rest
  }
}

/// How DAMON measures, and by that, how hot a region is.
public struct DamonIntervals: Hashable, Sendable {
  /// Microseconds between two samples. Default 5,000.
  public var sample: UInt64 = 5_000
  /// Microseconds of an aggregation. Default 100,000.
  public var aggregation: UInt64 = 100_000

  /// The defaults.
  public init() {}

  /// Samples in an aggregation: the most accesses that a region can have.
  public var samples: UInt64 { aggregation / max(sample, 1) }

  /// The greatest score.
  static let mostScore: UInt32 = 99

  /// damon_hot_score(): 0 to 99 by frequency and age; quirk: ages count in powers of two of whole seconds.
  ///
  /// A region that was not accessed is the colder the older it is, one that was accessed the hotter.
  /// Source: Linux 6.12, mm/damon/ops-common.c.
  public func hotScore(_ region: DamonRegion, _ weights: DamonQuota.Weights) -> Int32 {
    let accesses = region.accesses / 10_000
    let most = UInt32(clamping: samples)
    let frequency = most == 0 ? 0 : accesses &* 100 / most
    let seconds = UInt32(truncatingIfNeeded: UInt64(region.age) &* aggregation / 1_000_000)
    var age = Int32(32 - seconds.leadingZeroBitCount)
    if frequency == 0 { age = -age }
    age = (age + 32) * 100 / 32 / 2
    var hotness = weights.accesses &* frequency &+ weights.age &* UInt32(age)
    let sum = weights.accesses &+ weights.age
    if sum != 0 { hotness /= sum }
    return Int32(bitPattern: hotness) &* Int32(Self.mostScore) / 100
  }

  /// damon_cold_score(): the other way round; the greatest is paged out first.
  public func coldScore(_ region: DamonRegion, _ weights: DamonQuota.Weights) -> Int32 {
    Int32(Self.mostScore) &- hotScore(region, weights)
  }
}
