internal import Simulation
internal import Statistics

/// The points of a design in the space of a sweep's axes, constraints aside.
struct SweepPoints {
  /// Of every point the values of the axes.
  let cells: [[SweepAxis.SweepValue]]

  /// The points; reports what keeps the design from being made, and is nothing then.
  ///
  /// - Throws: `MemoryShortage` if there are more points than fit into memory.
  init?(_ spec: SweepSpec, log: ProblemLog) throws {
    let option = ScenarioProblem.Place.option("--design \(spec.design.rawValue)")
    let levels = spec.axes.map(\.levels)
    guard !spec.axes.isEmpty else {
      // The same point with several seeds is a sweep too.
      if spec.design == .grid && spec.samples == nil && spec.repetitions > 1 {
        try Self.checkMemory(of: 1, spec)
        cells = [[]]
        return
      }
      log.report(
        .option("sweep"), "",
        "nothing varies: give --vary PATH=VALUES, --repeat N, or a 'sweep' section in the scenario")
      return nil
    }
    if spec.design == .grid {
      if spec.samples != nil {
        log.report(
          option, "", "a grid has every combination; --samples needs --design random, lhs or sobol")
        return nil
      }
      guard let cells = try Self.grid(spec, levels, log: log) else { return nil }
      self.cells = cells
      return
    }
    guard let samples = spec.samples else {
      log.report(option, "", "--samples N is missing: how many points, trajectories or rows")
      return nil
    }
    let dimensions = spec.axes.count
    guard Self.fits(spec.design, samples: samples, dimensions: dimensions, option, log: log) else {
      return nil
    }
    try Self.checkMemory(of: samples * Self.pointsPerSample(spec.design, dimensions), spec)
    let seed = spec.designSeed
    let points =
      switch spec.design {
      case .grid, .random:
        UnitDesign.random(samples: samples, dimensions: dimensions, seed: seed)
      case .lhs: UnitDesign.latinHypercube(samples: samples, dimensions: dimensions, seed: seed)
      case .sobol: UnitDesign.sobol(samples: samples, dimensions: dimensions, seed: seed)
      case .morris:
        UnitDesign.morris(trajectories: samples, dimensions: dimensions, seed: seed)
      case .saltelli: UnitDesign.saltelli(samples: samples, dimensions: dimensions, seed: seed)
      }
    cells = points.map { point in
      zip(spec.axes.indices, point).map { spec.axes[$0].value(at: $1, levels: levels[$0]) }
    }
  }

  /// Every combination, the last axis changing fastest.
  private static func grid(
    _ spec: SweepSpec, _ levels: [[SweepAxis.SweepValue]?], log: ProblemLog
  ) throws -> [[SweepAxis.SweepValue]]? {
    var cells: [[SweepAxis.SweepValue]] = [[]]
    for (axis, values) in zip(spec.axes, levels) {
      guard let values else {
        log.report(
          axis.place, axis.path,
          "a grid needs the values of \(axis.text): add 'step STEP' or 'log COUNT', or take --design sobol --samples N"
        )
        return nil
      }
      guard cells.count * values.count <= SweepPlan.countLimit else {
        log.report(
          axis.place, axis.path, "more than \(SweepPlan.countLimit) points in the grid")
        return nil
      }
      try checkMemory(of: cells.count * values.count, spec)
      cells = cells.flatMap { cell in values.map { cell + [$0] } }
    }
    return cells
  }

  /// Refuses points that do not fit into memory, with their runs.
  ///
  /// Measured: 720 bytes for a run with one axis, half of it for the point and its values.
  private static func checkMemory(of points: Int, _ spec: SweepSpec) throws {
    let runs = min(points * spec.repetitions, SweepPlan.countLimit)
    try MemoryEstimate(bytes: points * 360 * spec.axes.count + runs * 360).check(limit: nil)
  }

  private static func pointsPerSample(_ design: SweepSpec.Design, _ dimensions: Int) -> Int {
    switch design {
    case .grid, .random, .lhs, .sobol: 1
    case .morris: dimensions + 1
    case .saltelli: dimensions + 2
    }
  }

  /// Whether a design can have so many points and dimensions.
  private static func fits(
    _ design: SweepSpec.Design, samples: Int, dimensions: Int, _ option: ScenarioProblem.Place,
    log: ProblemLog
  ) -> Bool {
    let limit =
      switch design {
      case .grid, .random, .lhs, .morris: Int.max
      case .sobol: UnitDesign.sobolDimensionLimit
      case .saltelli: UnitDesign.sobolDimensionLimit / 2
      }
    if dimensions > limit {
      log.report(option, "", "at most \(limit) parameters can vary, not \(dimensions)")
      return false
    }
    if samples > SweepPlan.countLimit / pointsPerSample(design, dimensions) {
      log.report(
        option, "", "\(samples) samples make more than \(SweepPlan.countLimit) points")
      return false
    }
    return true
  }
}
