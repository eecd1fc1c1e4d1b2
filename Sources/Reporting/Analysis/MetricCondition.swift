public import Simulation
internal import Text
internal import Units

/// What a figure of a run must satisfy, such as `oom_kills == 0` or `stall < 2s`.
public struct MetricCondition: Hashable, Sendable {
  /// The condition as it was written.
  public let text: String
  /// The figure.
  public let metric: MetricChoice
  private let comparison: Comparison
  private let limit: String

  /// Reads a condition: a metric, one of `< <= > >= == !=`, and a number, or a size or a time where the metric
  /// is one.
  ///
  /// Throws `notACondition` and `unknownMetric`.
  public init(_ text: String, known: [String]) throws(AnalysisError) {
    guard let (left, comparison, right) = Comparison.read(text) else { throw .notACondition(text) }
    self.text = "\(left) \(comparison.rawValue) \(right)"
    self.comparison = comparison
    metric = try MetricChoice(left, known: known)
    limit = right
  }

  /// Whether a run with these figures satisfies it; a figure that is not a number satisfies nothing but `!=`.
  ///
  /// Throws as `MetricChoice.value`, and `wrongValue`.
  public func holds(in metrics: [Metric], run: Int64) throws(AnalysisError) -> Bool {
    let (value, unit) = try metric.value(in: metrics, run: run)
    guard let limit = Self.number(limit, unit: unit) else {
      throw .wrongValue(limit, unit: unit, condition: text)
    }
    return comparison.holds(value, limit)
  }

  /// A number in the metric's unit: as it is, or of a size or a time.
  private static func number(_ text: String, unit: String) -> Double? {
    if let number = Double(text), number.isFinite { return number }
    switch unit {
    case "pages": return PageCount(text).map { Double($0.pages) }
    case "s": return SimDuration(text).map(\.seconds)
    case "%": return text.hasSuffix("%") ? Double(text.dropLast()) : nil
    default: return nil
    }
  }
}
