extension VPA {
  /// How much memory was used how often: 176 buckets that grow by a twentieth, the first one 10 MB wide.
  ///
  /// Weights double with every half-life of age saved, counted from a reference time that moves on before they grow too
  /// large. Weights outside the first and last bucket in use are not scaled then, so they can come back.
  public struct Histogram: Hashable, Sendable {
    /// How many buckets there are; the last one has no end.
    static let buckets = 176
    /// Bytes of the first bucket.
    private static let firstSize = 1e7
    /// How much larger each bucket is than the one before: the double, not 21/20.
    private static let ratio = 1.05
    /// A bucket with less counts as empty: a thousandth of the least weight of a sample, which is 0.1.
    private static let epsilon = 0.001 * 0.1
    /// Half-lives that weights may grow by before the reference time moves.
    private static let longestGrowth: Int64 = 100
    /// 0001-01-01 in Unix seconds: the reference time of a histogram that had no sample.
    static let noTime: Int64 = -62_135_596_800

    /// The weight of each bucket.
    var weights = [Double](repeating: 0, count: buckets)
    /// The sum of all weights.
    var total = 0.0
    /// The first bucket in use; the last one if none is.
    var first = buckets - 1
    /// The last bucket in use; 0 if none is.
    var last = 0
    /// The time at which a sample weighs 1, in Unix seconds.
    var reference = noTime

    /// An empty one.
    init() {}
  }
}

// Buckets.

extension VPA.Histogram {
  /// Where each bucket begins, in bytes.
  private static let starts = (0..<buckets).map { bucket in
    bucket == 0 ? 0 : firstSize * (GoMath.power(ratio, bucket) - 1) / (ratio - 1)
  }
  private static let logRatio = GoMath.log(ratio)

  /// Where a bucket begins, in bytes; 0...175.
  static func start(of bucket: Int) -> Double { starts[bucket] }

  /// The bucket of an amount of bytes: by its logarithm, so an amount at an edge may be on either side of it.
  static func bucket(of bytes: Double) -> Int {
    if bytes < firstSize { return 0 }
    let place = GoMath.log(bytes * (ratio - 1) / firstSize + 1) / logRatio
    return Int(min(place, Double(buckets - 1)))
  }
}

// Weights.

extension VPA.Histogram {
  /// Puts an amount in.
  mutating func add(_ bytes: Double, at time: Int64, halfLife: Int64) {
    let weight = weight(at: time, halfLife: halfLife)
    let bucket = Self.bucket(of: bytes)
    weights[bucket] += weight
    total += weight
    if weights[bucket] >= Self.epsilon {
      first = min(first, bucket)
      last = max(last, bucket)
    }
  }

  /// Takes an amount out that was put in with the same time.
  mutating func subtract(_ bytes: Double, at time: Int64, halfLife: Int64) {
    let weight = weight(at: time, halfLife: halfLife)
    let bucket = Self.bucket(of: bytes)
    total = Self.difference(total, weight)
    weights[bucket] = Self.difference(weights[bucket], weight)
    narrow()
  }

  /// Adds what another one has; of the two, the one with the older reference time is moved to that of the other.
  mutating func merge(_ other: inout Self, halfLife: Int64) {
    if reference < other.reference {
      move(to: other.reference, halfLife: halfLife)
    } else if other.reference < reference {
      other.move(to: reference, halfLife: halfLife)
    }
    if other.first <= other.last {
      for bucket in other.first...other.last { weights[bucket] += other.weights[bucket] }
    }
    total += other.total
    first = min(first, other.first)
    last = max(last, other.last)
  }

  /// The end of the bucket up to which a share of the weights lies, 0 if there are none; the last bucket's start.
  func percentile(_ share: Double) -> Double {
    if weights[first] < Self.epsilon { return 0 }
    let threshold = share * total
    var sum = 0.0
    var bucket = first
    while bucket < last {
      sum += weights[bucket]
      if sum >= threshold { break }
      bucket += 1
    }
    return Self.start(of: min(bucket + 1, Self.buckets - 1))
  }

  /// What is left of a weight; less than an empty bucket has is 0.
  private static func difference(_ weight: Double, _ other: Double) -> Double {
    weight - other < epsilon ? 0 : weight - other
  }

  /// What a sample of a time weighs.
  private mutating func weight(at time: Int64, halfLife: Int64) -> Double {
    if time > reference + halfLife * Self.longestGrowth { move(to: time, halfLife: halfLife) }
    return GoMath.exp2(
      Double(Self.nanoseconds(time - reference)) / Double(Self.nanoseconds(halfLife)))
  }

  /// Moves the reference time to the multiple of a half-life next to `time`, counted from the year 1, halves up.
  private mutating func move(to time: Int64, halfLife: Int64) {
    let over = (time - Self.noTime) % halfLife
    let rounded = time + (over < halfLife - over ? -over : halfLife - over)
    let halfLives =
      Double(Self.nanoseconds(reference - rounded)) / Double(Self.nanoseconds(halfLife))
    let factor = Double(
      sign: .plus, exponent: Int((halfLives + 0.5).rounded(.down)), significand: 1)
    if first <= last {
      for bucket in first...last { weights[bucket] *= factor }
    }
    total *= factor
    narrow()
    reference = rounded
  }

  /// Go's durations end after 292 years.
  private static func nanoseconds(_ seconds: Int64) -> Int64 {
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflows ? (seconds < 0 ? .min : .max) : product
  }

  /// Lets the first and the last bucket in use come together over empty ones.
  private mutating func narrow() {
    while first < Self.buckets - 1 && weights[first] < Self.epsilon { first += 1 }
    while last > 0 && weights[last] < Self.epsilon { last -= 1 }
  }
}
