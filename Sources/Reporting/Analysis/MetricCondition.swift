public import Simulation
internal import Units

/// What a figure of a run must satisfy, such as `oom_kills == 0` or `stall < 2s`.
public struct MetricCondition: Hashable, Sendable {
  /// The condition as it was written.
  public let text: String
  /// The figure.
  public let metric: MetricChoice
  private let relation: Relation
  private let limit: String

  private enum Relation: String, CaseIterable {
    // Those of two signs first, since they begin with those of one.
    case atMost = "<="
    case atLeast = ">="
    case equal = "=="
    case different = "!="
    case less = "<"
    case more = ">"
  }

  /// Reads a condition: a metric, one of `< <= > >= == !=`, and a number, or a size or a time where the metric
  /// is one.
  ///
  /// Throws `notACondition` and `unknownMetric`.
  public init(_ text: String, known: [String]) throws(AnalysisError) {
    let found = Relation.allCases.compactMap { relation in
      text.firstRange(of: relation.rawValue).map { (relation, $0) }
    }
    guard let (relation, range) = found.first else { throw .notACondition(text) }
    let sides = [text[..<range.lowerBound], text[range.upperBound...]].map {
      $0.split(separator: " ").joined(separator: " ")
    }
    guard sides.allSatisfy({ side in !side.isEmpty && !side.contains { "<>=!".contains($0) } })
    else {
      throw .notACondition(text)
    }
    self.text = "\(sides[0]) \(relation.rawValue) \(sides[1])"
    self.relation = relation
    metric = try MetricChoice(sides[0], known: known)
    limit = sides[1]
  }

  /// Whether a run with these figures satisfies it; a figure that is not a number satisfies nothing but `!=`.
  ///
  /// Throws as `MetricChoice.value`, and `wrongValue`.
  public func holds(in metrics: [Metric], run: Int64) throws(AnalysisError) -> Bool {
    let (value, unit) = try metric.value(in: metrics, run: run)
    guard let limit = Self.number(limit, unit: unit) else {
      throw .wrongValue(limit, unit: unit, condition: text)
    }
    return switch relation {
    case .atMost: value <= limit
    case .atLeast: value >= limit
    case .equal: value == limit
    case .different: value != limit
    case .less: value < limit
    case .more: value > limit
    }
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
