/// Elementary effects of a Morris screening: how much a figure changes when one parameter moves.
///
/// An effect is the change of the figure over a step, divided by the step as a share of the parameter's range: so
/// it is in the figure's unit for the whole range.
///
/// Source: Morris, Technometrics 33 (1991), for mean and standard deviation; Campolongo, Cariboni, Saltelli, "An
/// effective screening design for sensitivity analysis of large models", Environmental Modelling & Software 22
/// (2007), for the mean of the absolute values.
public struct MorrisEffects: Sendable {
  /// A parameter's effects.
  public struct Effect: Hashable, Sendable {
    /// The mean of the effects: where the figure goes when the parameter grows.
    public var mean: Double
    /// The mean of their absolute values: how much the parameter matters.
    public var absoluteMean: Double
    /// The 95% bootstrap interval of `absoluteMean` over the trajectories; nil for fewer than two.
    public var interval: ClosedRange<Double>?
    /// Their standard deviation: large beside `absoluteMean` if the effect is not linear or depends on other
    /// parameters; nil for fewer than two.
    public var deviation: Double?
    /// How many effects there are; a step of which an end is missing has none.
    public var count: Int
  }

  /// An effect for every dimension; nil where no step has both its ends.
  public var effects: [Effect?]

  /// The effects in a design as `UnitDesign.morris` gives it, whose points have `values`; nil: not known.
  public init(design: [[Double]], values: [Double?]) {
    precondition(design.count == values.count, "\(design.count) points, \(values.count) values")
    let dimensions = design.first?.count ?? 0
    var samples = Array(repeating: [Double](), count: dimensions)
    for start in stride(from: 0, to: design.count, by: dimensions + 1) {
      for index in start..<min(start + dimensions, design.count - 1) {
        guard let before = values[index], let after = values[index + 1],
          let dimension = (0..<dimensions).first(where: {
            design[index][$0] != design[index + 1][$0]
          })
        else { continue }
        let step = design[index + 1][dimension] - design[index][dimension]
        samples[dimension].append((after - before) / step)
      }
    }
    effects = samples.map { $0.isEmpty ? nil : Effect($0) }
  }
}

extension MorrisEffects.Effect {
  fileprivate init(_ effects: [Double]) {
    count = effects.count
    let size = Double(effects.count)
    let mean = effects.mean
    self.mean = mean
    absoluteMean = effects.reduce(0) { $0 + abs($1) } / size
    guard count > 1 else { return }
    let squares = effects.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / (size - 1)).squareRoot()
    interval =
      Bootstrap.intervals(count: count) { items in
        [items.reduce(0) { $0 + abs(effects[$1]) } / size]
      }[0]
  }
}
