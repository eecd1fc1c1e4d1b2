/// How much of a figure's variance over a full grid each parameter explains, alone and in pairs.
///
/// The sums of squares of an analysis of variance with as many runs at every point, each as a share of the total.
/// What is left belongs to interactions of three and more parameters and to repetitions.
///
/// Source: Montgomery, "Design and Analysis of Experiments", chapter 5 (general factorial design).
public struct VarianceShares: Sendable {
  /// A parameter's effect.
  public struct Main: Hashable, Sendable {
    /// The share of the variance, from 0 to 1.
    public var share: Double
    /// The mean at each level, in the order of the levels.
    public var means: [Double]
  }
  /// A pair's effect beyond those of its two parameters.
  public struct Interaction: Hashable, Sendable {
    /// The places of the parameters, the smaller first.
    public var factors: [Int]
    /// The share of the variance.
    public var share: Double
  }

  /// An effect for every parameter, in their order.
  public var mains: [Main]
  /// An effect for every pair, largest share first.
  public var interactions: [Interaction]
  /// What is left.
  public var rest: Double

  /// The shares of `values`, whose points are given by the level of every parameter, counted from 0.
  ///
  /// Nil if some combination of levels is missing or has another number of values than the others, or if
  /// all values are equal.
  public init?(levels: [[Int]], values: [Double]) {
    precondition(levels.count == values.count, "\(levels.count) points, \(values.count) values")
    guard let first = levels.first, values.allSatisfy(\.isFinite) else { return nil }
    let counts = first.indices.map { factor in (levels.map { $0[factor] }.max() ?? 0) + 1 }
    let cells = counts.reduce(1) { product, count in
      let (result, overflow) = product.multipliedReportingOverflow(by: count)
      return overflow ? .max : result
    }
    let repetitions = Dictionary(grouping: levels) { $0 }.mapValues(\.count)
    guard repetitions.count == cells, Set(repetitions.values).count == 1 else { return nil }

    let mean = values.mean
    let deviations = values.map { $0 - mean }
    let total = deviations.reduce(0) { $0 + $1 * $1 }
    guard total > 1e-24 * (mean * mean) * Double(values.count), total > 0 else { return nil }

    /// The means of the deviations in each group, and the sum of squares between the groups.
    func between(_ groups: [Int], _ count: Int) -> (means: [Double], squares: Double) {
      var sums = Array(repeating: 0.0, count: count)
      for (group, deviation) in zip(groups, deviations) { sums[group] += deviation }
      let size = Double(values.count) / Double(count)
      return (sums.map { $0 / size }, sums.reduce(0) { $0 + $1 * $1 } / size)
    }
    let single = first.indices.map { factor in between(levels.map { $0[factor] }, counts[factor]) }
    mains = single.map { Main(share: $0.squares / total, means: $0.means.map { $0 + mean }) }
    var interactions: [Interaction] = []
    for one in first.indices {
      for other in first.indices where other > one {
        let groups = levels.map { $0[one] * counts[other] + $0[other] }
        let both = between(groups, counts[one] * counts[other]).squares
        let own = both - single[one].squares - single[other].squares
        interactions.append(Interaction(factors: [one, other], share: max(0, own) / total))
      }
    }
    // `sort` is stable, so equal shares stay in the order of the parameters.
    self.interactions = interactions.sorted { $0.share > $1.share }
    rest = max(0, 1 - mains.reduce(0) { $0 + $1.share } - interactions.reduce(0) { $0 + $1.share })
  }
}
