internal import Foundation
public import Units

/// Levels at even distances, and what they are like.
public struct EvenSeries: Hashable, Sendable {
  /// The distance.
  public var step: SimDuration
  /// The levels, at least one.
  public var values: [Double]

  /// The most values that are looked at; longer series are thinned out.
  public static let limit = 20_000

  /// A series of some levels.
  public init(step: SimDuration, values: [Double]) { (self.step, self.values) = (step, values) }

  /// Levels at given times, each in force from its time on: `level` of the place of the last that is not later.
  ///
  /// The times rise, the first is zero. Values at every `step` until the end of `span`.
  public init(times: [SimTime], span: SimDuration, step: SimDuration, _ level: (Int) -> Double) {
    var place = 0
    let count = Int(span.nanoseconds / step.nanoseconds) + 1
    self.init(
      step: step,
      values: (0..<count).map { index in
        let time = SimTime(nanoseconds: step.nanoseconds * Int64(index))
        while place + 1 < times.count, times[place + 1] <= time { place += 1 }
        return level(place)
      })
  }

  /// The least multiple of a distance with no more than `limit` values.
  public static func step(of usual: SimDuration, over span: SimDuration, limit: Int) -> SimDuration
  {
    let length = max(1, usual.nanoseconds)
    let count = span.nanoseconds / length + 1
    let times = (count + Int64(limit) - 1) / Int64(limit)
    return .nanoseconds(length * max(1, times))
  }

  /// The same with no more than `limit` values, which are means of as many as need be.
  public func thinned(limit: Int = EvenSeries.limit) -> EvenSeries {
    let times = (values.count + limit - 1) / limit
    if times <= 1 { return self }
    let means = stride(from: 0, to: values.count, by: times).map { first in
      let part = values[first..<min(first + times, values.count)]
      return part.mean
    }
    return EvenSeries(step: .nanoseconds(step.nanoseconds * Int64(times)), values: means)
  }

  /// The mean.
  public var mean: Double { values.mean }

  /// The standard deviation, of all values and not an estimate.
  public var deviation: Double {
    let mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count)).squareRoot()
  }

  /// The changes from each value to the next.
  public var changes: [Double] { zip(values, values.dropFirst()).map { $1 - $0 } }

  /// The share `q` of all values is at most this; linear between neighbours.
  public func quantile(_ q: Double) -> Double { values.sorted().quantile(q) }

  /// How quickly it rises: of all changes to more, the one that 99 of 100 do not exceed; zero if it never rises.
  public var quickRise: Double { changes.filter { $0 > 0 }.sorted().quantile(0.99) }

  /// The correlation of the values with those `lag` later, for lags 0, 1, ... until `isEnough`; empty if all values are
  /// the same. O(values times lags).
  ///
  /// Source: Box, Jenkins, Reinsel, "Time Series Analysis", 1994, section 2.1.5.
  public func autocorrelations(until isEnough: (Double) -> Bool) -> [Double] {
    let mean = mean
    let centred = values.map { $0 - mean }
    let total = centred.reduce(0) { $0 + $1 * $1 }
    var correlations: [Double] = []
    if total == 0 { return correlations }
    for lag in centred.indices {
      var sum = 0.0
      for place in 0..<centred.count - lag { sum += centred[place] * centred[place + lag] }
      correlations.append(sum / total)
      if isEnough(sum / total) { break }
    }
    return correlations
  }

  /// How long a level is remembered: the first lag whose autocorrelation is below 1/e, in steps, linear between the lags
  /// around it; nothing if all values are the same.
  public var memory: Double? {
    let level = exp(-1.0)
    let correlations = autocorrelations { $0 < level }
    guard correlations.count > 1, let last = correlations.last, last < level else { return nil }
    let before = correlations[correlations.count - 2]
    return Double(correlations.count - 1) - (level - last) / (before - last)
  }
}
