/// Shares of a figure's variance by Sobol: of a parameter alone, and with all it interacts with.
///
/// With f at the points A, B and AB_i of `UnitDesign.saltelli`, N rows and V the variance over A and B: the first
/// order is mean(f(B) (f(AB_i) - f(A))) / V, the total mean((f(A) - f(AB_i))^2) / (2 V).
///
/// Source: Saltelli et al., Computer Physics Communications 181 (2010), table 2 (b) for the first order; (f), after
/// Jansen 1999, for the total.
public struct SobolIndices: Sendable {
  /// A parameter's indices. An estimate can lie outside 0 to 1 by its error.
  public struct Index: Hashable, Sendable {
    /// The share of the variance that the parameter explains alone.
    public var first: Double
    /// The 95% bootstrap interval of it over the rows.
    public var firstInterval: ClosedRange<Double>
    /// The share of the variance in which the parameter has any part.
    public var total: Double
    /// The 95% bootstrap interval of it.
    public var totalInterval: ClosedRange<Double>
  }

  /// The indices of every parameter, in the order of the dimensions.
  public var indices: [Index]
  /// How many rows they rest on.
  public var rows: Int

  /// The indices from the values of rows, each in the order of `UnitDesign.saltelli`: A, AB_1 ... AB_d, B.
  ///
  /// The bootstrap takes rows as independent, which makes its intervals rather too wide for a Sobol design.
  /// Nil for fewer than two rows, or if the values of A and B are all equal.
  public init?(rows values: [[Double]], resamples: Int = 1_000) {
    guard values.count >= 2, let width = values.first?.count, width >= 3 else { return nil }
    precondition(values.allSatisfy { $0.count == width }, "rows of unequal width")
    // The estimator of the first order has the least error when the values lie around zero.
    let centre =
      values.reduce(0) { $0 + $1[0] + $1[width - 1] } / Double(2 * values.count)
    let rows = values.map { $0.map { $0 - centre } }
    let all = Self.estimate(rows, Array(rows.indices))
    guard all.allSatisfy(\.isFinite) else { return nil }
    let intervals = Bootstrap.intervals(count: rows.count, resamples: resamples) { items in
      Self.estimate(rows, items)
    }
    let dimensions = width - 2
    indices = (0..<dimensions).map { dimension in
      let (first, total) = (all[dimension], all[dimensions + dimension])
      return Index(
        first: first, firstInterval: intervals[dimension] ?? first...first, total: total,
        totalInterval: intervals[dimensions + dimension] ?? total...total)
    }
    self.rows = rows.count
  }

  /// The first-order and then the total indices from the rows named; not numbers if the variance is zero.
  private static func estimate(_ rows: [[Double]], _ items: [Int]) -> [Double] {
    let dimensions = rows[0].count - 2
    let count = Double(items.count)
    var sum = 0.0
    var squares = 0.0
    var firsts = Array(repeating: 0.0, count: dimensions)
    var totals = firsts
    for item in items {
      let row = rows[item]
      let (a, b) = (row[0], row[dimensions + 1])
      sum += a + b
      squares += a * a + b * b
      for dimension in 0..<dimensions {
        let mixed = row[dimension + 1]
        firsts[dimension] += b * (mixed - a)
        totals[dimension] += (a - mixed) * (a - mixed)
      }
    }
    let mean = sum / (2 * count)
    let variance = squares / (2 * count) - mean * mean
    guard variance > 0 else { return Array(repeating: .nan, count: 2 * dimensions) }
    return firsts.map { $0 / count / variance } + totals.map { $0 / (2 * count) / variance }
  }
}
