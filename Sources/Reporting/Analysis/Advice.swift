public import Recording
internal import Simulation
public import Statistics
internal import Text

/// What a sweep says about which setting to choose: two objectives, their Pareto front, its knee, and where the
/// kernel's defaults stand.
public struct Advice: Sendable {
  /// A setting with what came of it.
  public struct Point: Sendable {
    /// The values of `paths`; nil: no such parameter.
    public var values: [Parameter?]
    /// The numbers of its runs, condition after condition.
    public var runs: [Int64]
    /// Their seeds.
    public var seeds: [UInt64]
    /// The objectives' values in every condition.
    public var samples: [[Double]]
    /// Their means over the conditions.
    public var figures: [MeanInterval]
    /// Whether it satisfies every constraint under every condition, and is one that the driver takes.
    public var isAllowed: Bool
    /// What breaks a constraint, in words; nothing if nothing does.
    public var breach: String?
    /// The runs that break one.
    var brokenRuns: Set<Int64> = []
    /// The values of other settings that came to the very same, itself among them; for each of `paths` those texts.
    public var alike: [[String]] = []
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
    /// None is: nothing that could have stalled is modelled, so the most aggressive one would always win.
    case groundless
    /// None is: every one breaks a constraint or has a value that the driver refuses.
    case noneAllowed = "none_allowed"
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
  /// The settings that nothing beats, from the best in the first objective to the best in the second; those with the very
  /// same figures are one, that which is most like the kernel's defaults.
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
  /// Settings with a value that the driver refuses.
  public let refused: Int

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
    var refused = 0
    for setting in settings.settings where setting.isComplete {
      var samples = objectives.map { _ in [Double]() }
      var breach: String?
      var broken: Set<Int64> = []
      for row in setting.runs {
        units = []
        for (index, objective) in objectives.enumerated() {
          let figure = try objective.metric.value(in: row.metrics, run: row.run.id)
          samples[index].append(figure.value)
          units.append(figure.unit)
        }
        for constraint in constraints
        where try !constraint.holds(in: row.metrics, run: row.run.id) {
          broken.insert(row.run.id)
          if breach != nil { continue }
          let (value, unit) = try constraint.metric.value(in: row.metrics, run: row.run.id)
          breach =
            "\(constraint.text) does not hold, with \(UnitScale.text(value, unit: unit)) in run \(row.run.id)"
        }
      }
      let refusal = zip(settings.paths, setting.values).first { path, value in
        value.map {
          KernelTunables.isRefused($0.value, of: path, driver: setting.runs[0].run.driver)
        } ?? false
      }
      if refusal != nil { refused += 1 }
      points.append(
        Point(
          values: setting.values, runs: setting.runs.map(\.run.id),
          seeds: setting.runs.map(\.run.seed), samples: samples,
          figures: samples.map { settings.interval($0, seeds: setting.runs.map(\.run.seed)) },
          isAllowed: breach == nil && refusal == nil, breach: breach, brokenRuns: broken))
    }
    let allowed = points.filter(\.isAllowed)
    let costs = allowed.map { point in
      zip(objectives, point.figures).map { $0.cost($1.mean) }
    }
    let places = ParetoFront.indices(of: costs)
    let unfolded = places.map { allowed[$0] }
    let front = Self.folded(unfolded, paths: settings.paths)
    let plane = front.map { point in
      let costs = zip(objectives, point.figures).map { $0.cost($1.mean) }
      return (x: costs[0], y: costs[1])
    }
    sweep = table
    self.objectives = objectives
    self.units = units
    self.constraints = constraints
    self.settings = settings
    paths = settings.paths
    self.points = points
    self.front = front
    incomplete = settings.settings.count - points.count
    self.refused = refused
    forbidden = points.count { $0.breach != nil }
    let scale = FrontScale(costs.map { (x: $0[0], y: $0[1]) })
    if allowed.isEmpty {
      (recommended, reason) = (nil, .noneAllowed)
    } else if Self.isGroundless(allowed, settings, objectives) {
      (recommended, reason) = (nil, .groundless)
    } else {
      (recommended, reason) = Self.recommendation(plane, scale)
    }
    defaults = Self.defaults(
      among: points, settings: settings, unfolded: unfolded, front: front, plane: plane,
      scale: scale, objectives: objectives,
      recommended: recommended)
  }

  /// Whether one of the objectives is harm that nothing in the runs could have done: no access is modelled, and it is
  /// zero under every setting that is allowed.
  private static func isGroundless(
    _ allowed: [Point], _ settings: SweepSettings, _ objectives: [Objective]
  ) -> Bool {
    let runs = Set(allowed.flatMap(\.runs))
    let accesses = settings.settings.flatMap(\.runs).filter { runs.contains($0.run.id) }
      .map { $0.metrics.filter { $0.name == "accesses" }.map(\.value) }
    guard accesses.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 == 0 } }) else { return false }
    return objectives.indices.contains { place in
      harms.contains(where: objectives[place].metric.name.hasPrefix)
        && allowed.allSatisfy { $0.samples[place].allSatisfy { $0 == 0 } }
    }
  }

  /// What figures of harm begin with.
  private static let harms = [
    "stall", "allocation_stall", "disk_", "swap_", "refaults", "major_faults", "frontswap_",
  ]

  /// Points with the very same figures as one, in the order of the first of each.
  static func folded(_ points: [Point], paths: [String]) -> [Point] {
    let wanted = paths.map(KernelTunables.defaultText)
    func strangeness(_ point: Point) -> Int {
      zip(wanted, point.values).count { $0 != nil && $0 != $1?.value }
    }
    var order: [[[Double]]] = []
    var groups: [[[Double]]: [Point]] = [:]
    for point in points {
      if groups[point.samples] == nil { order.append(point.samples) }
      groups[point.samples, default: []].append(point)
    }
    return order.compactMap { key in
      let ties = groups[key] ?? []
      var point = ties.min { strangeness($0) < strangeness($1) }
      if ties.count > 1 {
        point?.alike = paths.indices.map { place in
          var seen: Set<String> = []
          return ties.map { $0.values[place]?.value ?? "-" }.filter { seen.insert($0).inserted }
        }
      }
      return point
    }
  }

  /// How many steps of tested values lead from a setting to the nearest that breaks a constraint, and which that is.
  func cliff(of point: Point) -> (steps: Int, point: Point)? {
    let neighbours = SettingNeighbours(points, dimensions: paths.count)
    return neighbours.nearest(to: point, among: points.filter { $0.breach != nil }).map {
      (neighbours.steps(point, $0), $0)
    }
  }

  /// The knee of a front; if there is none, the point nearest to the best of both, in shares of what all settings span.
  private static func recommendation(
    _ front: [(x: Double, y: Double)], _ scale: FrontScale?
  ) -> (Int?, Reason) {
    if let knee = ParetoFront.knee(of: front) { return (knee, .knee) }
    guard front.count > 1, let scale else { return (front.indices.first, .only) }
    let ideal = (x: front.map(\.x).min() ?? 0, y: front.map(\.y).min() ?? 0)
    let distances = front.map { scale.distance($0, ideal) }
    return (distances.firstIndex(of: distances.min() ?? 0), .nearest)
  }

  /// The defaults are the setting whose tunables are all as after boot; parameters that are no tunables may be
  /// anything, and the first such setting counts.
  private static func defaults(
    among points: [Point], settings: SweepSettings, unfolded: [Point], front: [Point],
    plane: [(x: Double, y: Double)],
    scale: FrontScale?, objectives: [Objective], recommended: Int?
  ) -> Defaults? {
    let wanted = settings.paths.map(KernelTunables.defaultText)
    guard wanted.contains(where: { $0 != nil }),
      let point = points.first(where: { point in
        zip(wanted, point.values).allSatisfy { $0 == nil || $0 == $1?.value }
      })
    else { return nil }
    let costs = zip(objectives, point.figures).map { $0.cost($1.mean) }
    let here = (x: costs[0], y: costs[1])
    let changes = recommended.map { place in
      zip(front[place].samples, point.samples).map {
        settings.interval(zip($0, $1).map { $0 - $1 }, seeds: point.seeds)
      }
    }
    return Defaults(
      point: point, isOnFront: unfolded.contains { $0.runs == point.runs },
      distance: scale.flatMap { scale in
        plane.map { scale.distance($0, here) }.filter(\.isFinite).min()
      },
      changes: changes ?? [])
  }
}
