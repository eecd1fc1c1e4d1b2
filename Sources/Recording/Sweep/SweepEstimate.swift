internal import GRDB
internal import Policies
public import Scenarios
internal import Simulation
internal import Units

/// What the missing runs of a sweep will take, judged by runs that are recorded.
public struct SweepEstimate: Sendable {
  /// The expected time of every run in seconds, on one processor; nothing if no run of the scenario is recorded.
  public var seconds: [Double]?
  /// The expected size of all rows, in bytes.
  public var bytes: Int64

  /// Bytes that a row takes in the file, indexes included; measured over the bundled scenarios
  /// (`Docs/performance.md`).
  static let tickBytes = 159.0
  static let hostTickBytes = 37.0
  static let decisionBytes = 130.0
  /// What a run takes besides: its scenario, parameters and figures.
  static let runBytes = 10_000.0

  /// The time and the space of runs of a plan.
  ///
  /// A run's time is the mean of all recorded runs of the scenario, times a factor for each of its values: the mean of the
  /// recorded runs that share it over the mean of all. Recorded runs that simulated less or more than the plan's will count
  /// in proportion, unless the plan varies what decides that.
  public init(
    of members: [SweepPlan.Member], in plan: SweepPlan, level: RecordingLevel, store: ResultStore?
  ) throws {
    bytes = Int64(Double(members.count) * Self.bytes(of: plan.base, level: level))
    guard let store else { return }
    let names = plan.parameterPaths
    var recorded = try store.times(ofScenario: plan.base.scenario.name, parameters: names)
    guard !recorded.isEmpty else { return }
    if !names.contains(where: { $0 == "duration" || $0.contains(".committed") }) {
      let span = Double(plan.base.expectedEnd.nanoseconds)
      for index in recorded.indices where recorded[index].simulated > 0 {
        recorded[index].seconds *= span / recorded[index].simulated
      }
    }
    let mean = recorded.reduce(0) { $0 + $1.seconds } / Double(recorded.count)
    var factors: [[String: Double]] = []
    for axis in names.indices {
      let groups = Dictionary(grouping: recorded) { $0.values[axis] ?? "" }
      factors.append(
        groups.mapValues { group in
          let own = group.reduce(0) { $0 + $1.seconds } / Double(group.count)
          return mean > 0 ? own / mean : 1
        })
    }
    let points = plan.points
    seconds = members.map { member in
      zip(factors, points[member.point]).reduce(mean) { $0 * ($1.0[$1.1] ?? 1) }
    }
  }

  /// What one run takes in the file.
  private static func bytes(of base: ResolvedScenario, level: RecordingLevel) -> Double {
    let span = Double(base.expectedEnd.nanoseconds)
    let guests = Double(base.scenario.guests.count)
    let ticks: Double =
      switch level {
      case .ticks: span / Double(base.scenario.tick.nanoseconds)
      case .every(let time): span / Double(max(time.nanoseconds, base.scenario.tick.nanoseconds))
      case .worker, .metrics: 0
      }
    let intervals = base.scenario.guests.compactMap { $0.policyAtBoot?.law($0.timers)?.interval }
    let turns = level == .metrics ? 0 : intervals.reduce(0) { $0 + span / 1e9 / max($1, 1) }
    return runBytes + ticks * (guests * tickBytes + hostTickBytes) + turns * decisionBytes
  }
}

extension ResultStore {
  /// How long every finished run of a scenario took, how many nanoseconds it simulated, and its values of some parameters.
  fileprivate func times(
    ofScenario name: String, parameters: [String]
  ) throws -> [(seconds: Double, simulated: Double, values: [String?])] {
    try read("read the times of runs") { db in
      let columns = parameters.indices.map {
        ", (SELECT value FROM parameters WHERE run_id = r.id AND path = :p\($0)) AS p\($0)"
      }
      var arguments: [String: (any DatabaseValueConvertible)?] = ["name": name]
      for (index, path) in parameters.enumerated() { arguments["p\(index)"] = path }
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT (julianday(finished_at) - julianday(started_at)) * 86400 AS seconds,
            simulated_ns\(columns.joined())
          FROM runs r WHERE scenario_name = :name AND status = 'finished'
          ORDER BY id DESC LIMIT 1000
          """, arguments: StatementArguments(arguments))
      return try rows.compactMap { row in
        guard let seconds: Double = try row.optional("seconds") else { return nil }
        let simulated: Double = try row.optional("simulated_ns") ?? 0
        return (
          max(seconds, 0), simulated, try parameters.indices.map { try row.optional("p\($0)") }
        )
      }
    }
  }
}
