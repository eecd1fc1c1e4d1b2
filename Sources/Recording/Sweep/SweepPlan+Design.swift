public import Scenarios
internal import Text

extension SweepPlan {
  /// How the points were chosen, a JSON object: the design, its samples and seed, the axes and their values, the
  /// constraints, the repetitions.
  public var designJSON: String {
    """
    {"design":\(JSONText.quoted(spec.design.rawValue)),\
    "samples":\(spec.samples.map(String.init) ?? "null"),"seed":\(spec.designSeed),\
    "axes":\(JSONText.array(parameterPaths)),"values":\(JSONText.array(spec.axes.map(\.text))),\
    "where":\(JSONText.array(spec.constraints.map(\.text))),"repeat":\(spec.repetitions)}
    """
  }
}
