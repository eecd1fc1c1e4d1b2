public import Scenarios
internal import Text

extension SweepPlan {
  /// How the points were chosen, a JSON object: the design, its samples and seed, the axes and their values, the
  /// constraints, the repetitions.
  public var designJSON: String {
    let design: JSON = [
      "design": spec.design.rawValue, "samples": spec.samples, "seed": spec.designSeed,
      "axes": parameterPaths, "values": spec.axes.map(\.text),
      "where": spec.constraints.map(\.text), "repeat": spec.repetitions,
    ]
    return design.text
  }
}
