public import Recording
internal import Scenarios
internal import Statistics

/// The runs of a sweep by what can be set, each setting with its runs under every condition.
///
/// What a sweep varies is either a setting, which somebody can choose, or a condition under which it must do:
/// the seed, the demand (`committed`, `workload`, `anon`, `files`), the speed of the machine (`costs`, disks) and the
/// duration. Settings are compared by their means over the conditions.
public struct SweepSettings: Sendable {
  /// One combination of what can be set.
  public struct Setting: Sendable {
    /// The values of `paths`; nil: the runs have no such parameter.
    public var values: [Parameter?]
    /// A finished run under every condition that has one, in an order that is the same for all settings.
    public var runs: [SweepTable.Row]
    /// Whether it is finished under every condition that the sweep has.
    var isComplete: Bool
  }

  /// The parameters that can be set and vary, in alphabetical order.
  public let paths: [String]
  /// The parameters that vary and are conditions, the seed aside.
  let conditionPaths: [String]
  /// The settings in the order in which their first runs were made.
  public let settings: [Setting]
  /// How many conditions there are.
  public let conditions: Int
  /// The seeds.
  public let seeds: Set<UInt64>
  /// The SHA-256 of the traces.
  public let traces: Set<String>

  /// The settings of a sweep.
  public init(_ table: SweepTable) {
    let places = table.paths.indices.filter { !ParameterPath(table.paths[$0]).isCondition }
    let conditionPlaces = table.paths.indices.filter { ParameterPath(table.paths[$0]).isCondition }
    paths = places.map { table.paths[$0] }
    conditionPaths = conditionPlaces.map { table.paths[$0] }
    let finished = table.rows.filter { $0.run.status == .finished }
    func condition(_ row: SweepTable.Row) -> [String] {
      ["\(row.run.seed)"] + conditionPlaces.map { row.values[$0]?.value ?? "" }
    }
    let all = Set(finished.map(condition))
    conditions = all.count
    seeds = Set(finished.map(\.run.seed))
    traces = Set(finished.flatMap(\.traces))

    var order: [[String?]] = []
    var groups: [[String?]: [SweepTable.Row]] = [:]
    for row in table.rows {
      let values = places.map { row.values[$0]?.value }
      if groups[values] == nil { order.append(values) }
      groups[values, default: []].append(row)
    }
    settings = order.map { values in
      let rows = groups[values] ?? []
      // Of several runs under one condition the first counts: they are the sweep's own, others come after.
      let byCondition = Dictionary(
        rows.filter { $0.run.status == .finished }.map { (condition($0), $0) },
        uniquingKeysWith: { first, _ in first })
      let chosen = byCondition.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      return Setting(
        values: places.map { rows[0].values[$0] }, runs: chosen.map(\.value),
        isComplete: chosen.count == all.count)
    }
  }

  /// The mean of a figure over conditions with these seeds, and how sure it is as far as chance goes.
  ///
  /// Traces and other conditions are not chance: what differs between them widens no interval. Each seed gives the mean
  /// over them, and the interval is that of the seeds.
  func interval(_ values: [Double], seeds: [UInt64]) -> MeanInterval {
    let bySeed = Dictionary(grouping: zip(seeds, values)) { $0.0 }.sorted { $0.key < $1.key }
    guard Set(bySeed.map(\.value.count)).count == 1 else {
      return MeanInterval([values.mean])
    }
    return MeanInterval(
      bySeed.map { _, own in own.reduce(0) { $0 + $1.1 } / Double(own.count) })
  }

  /// The values that the tunables among `paths` have when nobody sets them, by path.
  public var defaults: [String: String] {
    let pairs = paths.compactMap { path in KernelTunables.defaultText(of: path).map { (path, $0) } }
    return Dictionary(pairs) { first, _ in first }
  }
}
