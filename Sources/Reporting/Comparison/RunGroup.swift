public import Recording
internal import Simulation

/// A run, or repetitions of one with other seeds, as they are compared with others.
public struct RunGroup: Sendable {
  /// What stands above its column.
  public var title: String
  /// Its runs, at least one.
  public var runs: [RunRecord]
  /// The parameters of the first run.
  public var parameters: [Parameter]
  private var metrics: [[Metric]]
  /// Who died in its runs, and what their drivers refused, a sentence each.
  public let losses: [String]

  /// A figure's name.
  struct Name: Hashable {
    var guest: String?
    var name: String
    var unit: String
  }

  /// The group of some runs, from what the database holds of them.
  public init(_ store: ResultStore, _ runs: [RunRecord]) throws {
    self.runs = runs
    title = runs.count == 1 ? "run \(runs[0].id)" : "runs \(Advice.ranges(runs.map(\.id)))"
    parameters = try store.parameters(of: runs[0].id)
    metrics = try runs.map { try store.metrics(of: $0.id) }
    losses = try runs.flatMap { run in
      let casualties = try Casualties(store, run: run.id)
      let title = "run \(run.id)"
      return casualties.sentences(in: title) + casualties.warnings(in: title)
    }
  }

  /// All figures that the runs have, in the order of the first.
  var names: [Name] {
    var seen: Set<Name> = []
    return metrics.joined().map { Name(guest: $0.guest, name: $0.name, unit: $0.unit) }
      .filter { seen.insert($0).inserted }
  }

  /// The figures of the first run.
  var figures: [Metric] { metrics[0] }

  /// Whether a process of a guest was killed in one of its runs.
  func hasKills(in guest: String?) -> Bool {
    metrics.contains { Casualties.kills(in: $0, guest: guest) > 0 }
  }

  /// Which of its guests hunt, a sentence for each.
  var verdicts: [String] {
    zip(runs, metrics).flatMap { HuntingVerdict.sentences($1, in: "run \($0.id)") }
  }

  /// A figure of each run by its seed; runs that do not have it are left out.
  func values(of name: Name) -> [(seed: UInt64, value: Double)] {
    zip(runs, metrics).compactMap { run, metrics in
      let metric = metrics.first {
        $0.guest == name.guest && $0.name == name.name && $0.unit == name.unit
      }
      return metric.flatMap { $0.value.isFinite ? (run.seed, $0.value) : nil }
    }
  }
}
