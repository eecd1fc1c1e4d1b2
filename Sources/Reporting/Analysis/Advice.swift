public import Recording

/// What a sweep says about which setting to choose: two objectives, their Pareto front, its knee, and where the
/// kernel's defaults stand.
public struct Advice: Sendable {
  /// A setting with what came of it.
  public struct Point: Sendable {
    /// The values of `paths`; nil: no such parameter.
    public var values: [Parameter?]
    /// The numbers of its runs, condition after condition.
    public var runs: [Int64]
    /// The objectives' means over the conditions.
    public var figures: [MeanInterval]
    /// Their values in every condition.
    public var samples: [[Double]]
    /// Whether it satisfies every constraint under every condition.
    public var isAllowed: Bool
  }

  /// Where the kernel's defaults stand.
  public struct Defaults: Sendable {
    /// What came of them.
    public var point: Point
    /// Whether nothing beats them.
    public var isOnFront: Bool
    /// The distance to the nearest point of the front, each objective in shares of its range over all allowed
    /// settings; nil if nothing is allowed, all are alike, or these settings alone differ in an objective.
    public var distance: Double?
    /// What the recommended setting changes in each objective, condition by condition.
    public var changes: [MeanInterval]
  }

  /// Why a setting is recommended.
  public enum Reason: String, Sendable {
    /// It is the knee of the front.
    case knee
    /// There is one point on the front.
    case only
    /// The front has no knee; this one is nearest to having the best of both.
    case nearest
  }

  /// The sweep.
  public let sweep: SweepTable
  /// What is weighed, two of them.
  public let objectives: [Objective]
  /// Their units.
  public let units: [String]
  /// What every run must satisfy.
  public let constraints: [MetricCondition]
  /// The parameters that can be set and vary.
  public let paths: [String]
  /// The settings as they were grouped.
  public let settings: SweepSettings
  /// All settings with a finished run under every condition, in the order in which they were grouped.
  public let points: [Point]
  /// The settings that nothing beats, from the best in the first objective to the best in the second.
  public let front: [Point]
  /// The place of the recommended setting in `front`; nil if no setting is allowed.
  public let recommended: Int?
  /// Why it is recommended.
  public let reason: Reason
  /// The kernel's defaults, if there are runs with them under every condition.
  public let defaults: Defaults?
  /// Settings without a finished run under every condition.
  public let incomplete: Int
  /// Settings that break a constraint.
  public let forbidden: Int

  /// The advice of a sweep, to which runs with the kernel's defaults may have been added.
  ///
  /// Throws `nothingFinished`, `nothingVaries`, `objectiveCount`, and what reading a metric throws.
  public init(
    _ table: SweepTable, objectives: [Objective], constraints: [MetricCondition]
  ) throws(AnalysisError) {
    guard objectives.count == 2 else { throw .objectiveCount(objectives.count) }
    let settings = SweepSettings(table)
    guard settings.conditions > 0 else { throw .nothingFinished }
    guard !settings.paths.isEmpty else { throw .nothingVaries }
    var points: [Point] = []
    // Where no setting is complete there is nothing to have a unit.
    var units = objectives.map { _ in "" }
    for setting in settings.settings where setting.isComplete {
      var samples = objectives.map { _ in [Double]() }
      var isAllowed = true
      for row in setting.runs {
        units = []
        for (index, objective) in objectives.enumerated() {
          let figure = try objective.metric.value(in: row.metrics, run: row.run.id)
          samples[index].append(figure.value)
          units.append(figure.unit)
        }
        for constraint in constraints {
          isAllowed = try constraint.holds(in: row.metrics, run: row.run.id) && isAllowed
        }
      }
      points.append(
        Point(
          values: setting.values, runs: setting.runs.map(\.run.id),
          figures: samples.map(MeanInterval.init), samples: samples, isAllowed: isAllowed))
    }
    let allowed = points.filter(\.isAllowed)
    let costs = allowed.map { point in
      zip(objectives, point.figures).map { $0.cost($1.mean) }
    }
    let places = ParetoFront.indices(of: costs)
    let front = places.map { allowed[$0] }
    let plane = places.map { (x: costs[$0][0], y: costs[$0][1]) }
    sweep = table
    self.objectives = objectives
    self.units = units
    self.constraints = constraints
    self.settings = settings
    paths = settings.paths
    self.points = points
    self.front = front
    incomplete = settings.settings.count - points.count
    forbidden = points.count - allowed.count
    (recommended, reason) = Self.recommendation(plane)
    defaults = Self.defaults(
      among: points, paths: settings.paths, front: front, plane: plane,
      scale: FrontScale(costs.map { (x: $0[0], y: $0[1]) }), objectives: objectives,
      recommended: recommended)
  }

  private static func recommendation(_ front: [(x: Double, y: Double)]) -> (Int?, Reason) {
    if let knee = ParetoFront.knee(of: front) { return (knee, .knee) }
    guard let scale = FrontScale(front) else { return (front.indices.first, .only) }
    let ideal = (x: front.map(\.x).min() ?? 0, y: front.map(\.y).min() ?? 0)
    let distances = front.map { scale.distance($0, ideal) }
    return (distances.firstIndex(of: distances.min() ?? 0), .nearest)
  }

  /// The defaults are the setting whose tunables are all as after boot; parameters that are no tunables may be
  /// anything, and the first such setting counts.
  private static func defaults(
    among points: [Point], paths: [String], front: [Point], plane: [(x: Double, y: Double)],
    scale: FrontScale?, objectives: [Objective], recommended: Int?
  ) -> Defaults? {
    let wanted = paths.map(KernelTunables.defaultText)
    guard wanted.contains(where: { $0 != nil }),
      let point = points.first(where: { point in
        zip(wanted, point.values).allSatisfy { $0 == nil || $0 == $1?.value }
      })
    else { return nil }
    let costs = zip(objectives, point.figures).map { $0.cost($1.mean) }
    let here = (x: costs[0], y: costs[1])
    let changes = recommended.map { place in
      zip(front[place].samples, point.samples).map { MeanInterval(zip($0, $1).map { $0 - $1 }) }
    }
    return Defaults(
      point: point, isOnFront: front.contains { $0.runs == point.runs },
      distance: scale.flatMap { scale in
        plane.map { scale.distance($0, here) }.filter(\.isFinite).min()
      },
      changes: changes ?? [])
  }
}
