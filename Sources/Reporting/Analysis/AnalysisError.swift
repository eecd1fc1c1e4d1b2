/// Why a sweep cannot be judged as it was asked.
public enum AnalysisError: Error, Hashable, Sendable {
  /// No run has a metric of this name.
  case unknownMetric(String, nearest: String?)
  /// The metric is no sum over guests, and there are several: its guest must be named.
  case guestNeeded(metric: String, guests: [String])
  /// The run does not have the metric, for this guest if one is named.
  case noSuchMetric(String, run: Int64)
  /// Not a comparison of a metric with a value.
  case notACondition(String)
  /// The value is not in the metric's unit.
  case wrongValue(String, unit: String, condition: String)
  /// Advice weighs two objectives.
  case objectiveCount(Int)
  /// No run of the sweep is finished.
  case nothingFinished
  /// Every setting of a sweep lacks a finished run under some condition.
  case nothingComplete
  /// No parameter that can be set differs between the runs.
  case nothingVaries
  /// The figure is the same in all runs, so there is nothing to explain.
  case noVariance(String)
  /// The runs are no full grid, and the sweep has no design made for sensitivity.
  case noFullGrid(missing: Int)
  /// The sweep's design does not have as many points as it says.
  case wrongDesign(points: Int)
  /// A parameter that does not vary in the sweep, or more than one that does.
  case unknownParameter(String, varying: [String])
  /// A map of more cells than can be told apart, or most of them without a run.
  case noMap(cells: Int, filled: Int)
  /// More curves than a picture can show.
  case tooManyCurves(Int, limit: Int)
}
