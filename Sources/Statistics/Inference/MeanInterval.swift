/// The mean of repetitions and how sure it is.
public struct MeanInterval: Hashable, Sendable {
  /// The arithmetic mean.
  public var mean: Double
  /// How many values it is the mean of.
  public var count: Int
  /// Half the width of the 95% confidence interval; nil for one value, which says nothing of its spread.
  ///
  /// Student's t with `count - 1` degrees of freedom times the standard error, which supposes that the values
  /// are independent and their mean about normal.
  public var halfWidth: Double?

  /// The confidence of all intervals.
  public static let confidence = 0.95

  /// The mean of `values`, of which there is at least one.
  public init(_ values: [Double]) {
    precondition(!values.isEmpty, "the mean of nothing")
    count = values.count
    let mean = values.mean
    self.mean = mean
    guard values.count > 1 else { return }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / Double(count - 1) / Double(count)).squareRoot()
    halfWidth = error * StudentT.bound(confidence: Self.confidence, degrees: count - 1)
  }
}
