internal import SimulationEngine

extension UnitDesign {
  /// A step of a trajectory in the unit cube: half of the range, as far up as down.
  public static let morrisStep = 0.5

  /// Trajectories for Morris screening: from a random point one dimension after another, in random order, takes
  /// one step.
  ///
  /// Points lie in the centres of `levels` equal cells, so that each of a list of as many values is met; a step
  /// is half of the levels and goes the only way that stays inside. Every level is met equally often.
  ///
  /// Source: Morris, "Factorial sampling plans for preliminary computational experiments", Technometrics 33
  /// (1991), with its step p / (2 (p - 1)) of a grid from 0 to 1, which is one half when the grid is of centres.
  ///
  /// - Parameters:
  ///   - trajectories: How many.
  ///   - levels: Levels of a dimension, an even number.
  ///   - dimensions: Coordinates of a point.
  ///   - seed: A different seed gives an unrelated design; more trajectories of one seed continue it.
  /// - Returns: One trajectory of `dimensions + 1` points after another, each in the order of its steps:
  ///   neighbours within a trajectory differ in one coordinate.
  public static func morris(
    trajectories: Int, levels: Int = 4, dimensions: Int, seed: UInt64
  ) -> [[Double]] {
    precondition(levels >= 2 && levels.isMultiple(of: 2), "a Morris design of \(levels) levels")
    var stream = RandomStream(seed: seed, purpose: "morris design")
    var points: [[Double]] = []
    for _ in 0..<trajectories {
      var cells = (0..<dimensions).map { _ in Int(stream.below(UInt64(levels))) }
      var order = Array(0..<dimensions)
      order.shuffle(using: &stream)
      points.append(cells.map { (Double($0) + 0.5) / Double(levels) })
      for dimension in order {
        cells[dimension] += cells[dimension] < levels / 2 ? levels / 2 : -levels / 2
        points.append(cells.map { (Double($0) + 0.5) / Double(levels) })
      }
    }
    return points
  }
}
