public import Units

/// By how much changes of one series go before those of another.
public struct LeadLag: Hashable, Sendable {
  /// By how long the first goes before the second; below zero if it comes after.
  public var lead: SimDuration
  /// The correlation of their changes at this distance.
  public var correlation: Double
  /// How often series that have nothing to do with each other are correlated as much at some distance: the share of all
  /// circular shifts of one series that do as well.
  public var chance: Double
  /// How many times the first rose by a tenth of its range or more within one step, steps in a row counting once.
  public var alarms: Int
  /// After how many of them the second did not rise by at least half as much, from one step before to ten steps, or twice the
  /// lead, after.
  public var falseAlarms: Int

  /// The longest distance that is looked at: a tenth of the series, at most so many steps.
  static let longest = 120
  /// The most values that are looked at; longer series are thinned out.
  static let limit = 4_000

  /// What two series of the same times have to do with each other; nothing if one does not change or there are fewer than
  /// 16 values. O(values squared).
  ///
  /// Sources: Box, Jenkins, Reinsel, "Time Series Analysis", 1994, section 11.1 (cross-correlation); Davison, Hinkley,
  /// "Bootstrap Methods and their Application", 1997, section 4.3 (tests by shifting).
  public init?(_ first: EvenSeries, _ second: EvenSeries) {
    let (first, second) = (first.thinned(limit: Self.limit), second.thinned(limit: Self.limit))
    let (x, y) = (Self.standardised(first.changes), Self.standardised(second.changes))
    guard let x, let y, x.count == y.count, x.count >= 15 else { return nil }
    let count = x.count
    // The correlation when the second is shifted back by so many steps, its end following its beginning.
    let correlations = (0..<count).map { shift -> Double in
      var sum = 0.0
      for place in 0..<count - shift { sum += x[place] * y[place + shift] }
      for place in count - shift..<count { sum += x[place] * y[place + shift - count] }
      return sum / Double(count)
    }
    let reach = min(Self.longest, count / 10)
    func correlation(_ lag: Int) -> Double { correlations[(lag % count + count) % count] }
    // Of equally good distances the nearest.
    let lags = (-reach...reach).sorted { (abs($0), $0) < (abs($1), $1) }
    var best = 0
    for lag in lags where correlation(lag) > correlation(best) { best = lag }
    lead = .nanoseconds(first.step.nanoseconds * Int64(best))
    self.correlation = correlation(best)
    // A shift is as good as another series if its distances do not overlap with those that were looked at.
    let shifts = Array(2 * reach + 1..<max(2 * reach + 1, count - 2 * reach))
    let asGood = shifts.count { shift in
      (-reach...reach).contains { correlation(shift + $0) >= correlation(best) }
    }
    chance = Double(asGood + 1) / Double(shifts.count + 1)
    (alarms, falseAlarms) = Self.alarms(first.values, second.values, best)
  }

  /// Numbers with mean 0 and variance 1; nothing if all are the same.
  private static func standardised(_ values: [Double]) -> [Double]? {
    let series = EvenSeries(step: .seconds(1), values: values)
    guard !values.isEmpty, series.deviation > 0 else { return nil }
    let (mean, deviation) = (series.mean, series.deviation)
    return values.map { ($0 - mean) / deviation }
  }

  private static func alarms(_ x: [Double], _ y: [Double], _ lead: Int) -> (Int, Int) {
    let bound = ((x.max() ?? 0) - (x.min() ?? 0)) / 10
    var (all, wrong) = (0, 0)
    var place = 1
    while place < x.count {
      guard x[place] - x[place - 1] >= bound, bound > 0 else {
        place += 1
        continue
      }
      let start = place - 1
      while place < x.count, x[place] - x[place - 1] >= bound { place += 1 }
      let end = min(y.count - 1, place - 1 + max(10, 2 * abs(lead)))
      let before = max(0, start - 1)
      let rise = (y[before...end].max() ?? 0) - y[before]
      all += 1
      if rise < (x[place - 1] - x[start]) / 2 { wrong += 1 }
    }
    return (all, wrong)
  }
}
