internal import Foundation
internal import SimulationEngine
public import Units

/// A shape of committed memory over time that is made up instead of recorded.
public enum TraceShape: Hashable, Sendable {
  /// `low` until `at`, then `high`.
  case step(low: PageCount, high: PageCount, at: SimDuration)
  /// `low` until `from`, a straight line to `high` at `to`, then `high`.
  case ramp(low: PageCount, high: PageCount, from: SimDuration, to: SimDuration)
  /// In every period a straight line from `low` to `high`, then `low` at once.
  case sawtooth(low: PageCount, high: PageCount, period: SimDuration)
  /// `low` at the beginning and end of every period, `high` in its middle: a day without a weekend.
  case sine(low: PageCount, high: PageCount, period: SimDuration)
  /// On top of `low`, bursts that come at random.
  case bursts(TraceBursts)
  /// From the middle, changes drawn from a normal distribution with a standard deviation of `deviation` a minute,
  /// reflected at `low` and `high`.
  case walk(low: PageCount, high: PageCount, deviation: PageCount)

  /// The levels at 0, `step`, 2 `step`, ..., up to `span`, in pages. What is drawn depends on `seed` alone.
  public func levels(step: SimDuration, span: SimDuration, seed: UInt64) -> [Int] {
    let count = Int(span.nanoseconds / step.nanoseconds) + 1
    switch self {
    case .bursts(let bursts): return bursts.levels(count: count, step: step, seed: seed)
    case .walk(let low, let high, let deviation):
      return Self.walk(
        low.pages, high.pages,
        Double(deviation.pages) * (Double(step.nanoseconds) / 60e9).squareRoot(),
        count: count, seed: seed)
    default: return (0..<count).map { level(at: step.nanoseconds * Int64($0)) }
    }
  }

  /// The level of a shape that nothing is drawn for.
  private func level(at time: Int64) -> Int {
    let (low, high, share): (PageCount, PageCount, Double)
    switch self {
    case .step(let from, let to, let at):
      (low, high, share) = (from, to, time < at.nanoseconds ? 0 : 1)
    case .ramp(let from, let to, let begin, let end):
      let length = Double(max(1, end.nanoseconds - begin.nanoseconds))
      (low, high) = (from, to)
      share = min(1, max(0, Double(time - begin.nanoseconds) / length))
    case .sawtooth(let from, let to, let period):
      (low, high) = (from, to)
      share = Double(time % period.nanoseconds) / Double(period.nanoseconds)
    case .sine(let from, let to, let period):
      (low, high) = (from, to)
      let angle = 2 * Double.pi * Double(time % period.nanoseconds) / Double(period.nanoseconds)
      share = (1 - cos(angle)) / 2
    case .bursts, .walk: return 0
    }
    return low.pages + Int((Double(high.pages - low.pages) * share).rounded())
  }

  private static func walk(
    _ low: Int, _ high: Int, _ deviation: Double, count: Int, seed: UInt64
  ) -> [Int] {
    var random = RandomStream(seed: seed, purpose: "trace/walk")
    var level = Double(low + high) / 2
    return (0..<count).map { index in
      if index > 0 { level = reflected(level + deviation * random.normal(), low, high) }
      return Int(level.rounded())
    }
  }

  /// A level that went beyond a bound comes back as far.
  private static func reflected(_ level: Double, _ low: Int, _ high: Int) -> Double {
    let width = Double(high - low)
    if width == 0 { return Double(low) }
    let place = (level - Double(low)).magnitude.truncatingRemainder(dividingBy: 2 * width)
    return Double(low) + (place <= width ? place : 2 * width - place)
  }
}

/// Bursts of memory: they arrive as a Poisson process, their sizes have a Pareto tail, their lengths are exponential.
public struct TraceBursts: Hashable, Sendable {
  /// The level without bursts.
  public var low: PageCount
  /// What bursts together do not go beyond.
  public var high: PageCount
  /// How many arrive in an hour, on average; above zero.
  public var perHour: Double
  /// The smallest burst; above zero.
  public var size: PageCount
  /// The exponent of the tail: the share of bursts above x falls as x^-tail; above zero. Below 2 the largest bursts
  /// decide what happens.
  public var tail: Double
  /// How long a burst lasts on average; above zero.
  public var length: SimDuration

  /// Bursts as described.
  public init(
    low: PageCount, high: PageCount, perHour: Double, size: PageCount, tail: Double,
    length: SimDuration
  ) {
    (self.low, self.high, self.perHour) = (low, high, perHour)
    (self.size, self.tail, self.length) = (size, tail, length)
  }

  /// Sizes are drawn from a Pareto distribution cut off at what is between `low` and `high`.
  ///
  /// Source: Devroye, "Non-Uniform Random Variate Generation", 1986, chapter II (inversion).
  func levels(count: Int, step: SimDuration, seed: UInt64) -> [Int] {
    var random = RandomStream(seed: seed, purpose: "trace/bursts")
    let room = Double(high.pages - low.pages)
    let least = min(Double(size.pages), room)
    // Changes of the level at each sample.
    var changes = [Int](repeating: 0, count: count)
    var time = 0.0
    let end = Double(count) * Double(step.nanoseconds)
    while true {
      time += random.exponential() * 3_600e9 / perHour
      if time >= end { break }
      let cut = room > 0 ? 1 - pow(least / room, tail) : 0
      let pages = Int((least * pow(1 - random.unit() * cut, -1 / tail)).rounded())
      let length = random.exponential() * Double(self.length.nanoseconds)
      let first = Int((time / Double(step.nanoseconds)).rounded(.up))
      // However short it is, one sample sees it.
      let last = max(first + 1, Int(min(end, time + length) / Double(step.nanoseconds)))
      if first < count { changes[first] += pages }
      if last < count { changes[last] -= pages }
    }
    var level = 0
    return changes.map { change in
      level += change
      return min(high.pages, low.pages + level)
    }
  }
}

extension RandomStream {
  /// A number of the exponential distribution with mean 1.
  fileprivate mutating func exponential() -> Double { -log(1 - unit()) }

  /// A number of the standard normal distribution.
  ///
  /// Source: Box, Muller, "A Note on the Generation of Random Normal Deviates", 1958.
  fileprivate mutating func normal() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * Double.pi * unit())
  }
}
