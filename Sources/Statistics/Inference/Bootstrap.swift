internal import SimulationEngine

/// Confidence intervals by resampling, for figures whose distribution nobody knows.
///
/// Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile intervals).
enum Bootstrap {
  /// So often a sample is drawn again.
  static let resamples = 1_000

  /// The 95% percentile interval of every figure that `figures` computes from a sample of `count` items,
  /// given which items were drawn, with repetitions.
  ///
  /// The draws are the same on every call. Figures that are not numbers are left out; an interval without
  /// any is nil.
  static func intervals(
    count: Int, resamples: Int = Self.resamples, of figures: ([Int]) -> [Double]
  ) -> [ClosedRange<Double>?] {
    var stream = RandomStream(seed: 1, purpose: "bootstrap")
    var draws: [[Double]] = []
    for _ in 0..<resamples {
      let items = (0..<count).map { _ in Int(stream.below(UInt64(count))) }
      draws.append(figures(items))
    }
    return (draws.first ?? []).indices.map { index in
      let sorted = draws.map { $0[index] }.filter(\.isFinite).sorted()
      guard !sorted.isEmpty else { return nil }
      let tail = (1 - MeanInterval.confidence) / 2
      return sorted.quantile(tail)...sorted.quantile(1 - tail)
    }
  }
}
