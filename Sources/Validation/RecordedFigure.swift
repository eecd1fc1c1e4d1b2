/// A figure, recorded and predicted.
public struct RecordedFigure: Hashable, Sendable {
  /// What the kernel did.
  public let real: Double
  /// What the simulator did.
  public let predicted: Double

  init(real: Double, predicted: Double) {
    self.real = real
    self.predicted = predicted
  }

  /// The distance as a share of the recorded figure; the predicted one if the recorded is 0.
  public var relativeError: Double { real == 0 ? predicted : abs(predicted - real) / real }
}
