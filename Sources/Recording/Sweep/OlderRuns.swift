internal import GRDB
public import Scenarios
internal import Simulation

extension ResultStore {
  /// Which older versions of the program recorded finished runs of a plan's settings, which are not used again: the key of a run
  /// names the version of the model.
  ///
  /// Looks at the newest thousand runs of the scenario that are of other versions, and at the first of `members`. A parameter that
  /// one version has and another has not tells nothing.
  public func olderVersions(
    of members: [SweepPlan.Member], in plan: SweepPlan
  ) throws -> [String] {
    let older = try olderRuns(ofScenario: plan.base.scenario.name)
    if older.isEmpty { return [] }
    var versions: Set<String> = []
    for member in members.prefix(16) {
      let wanted = Dictionary(
        try plan.scenario(of: member).parameters.map { ($0.path, $0.text) },
        uniquingKeysWith: { first, _ in first })
      for run in older where !versions.contains(run.version) {
        let isSame = run.parameters.allSatisfy {
          wanted[$0.path] == nil || wanted[$0.path] == $0.value
        }
        if isSame { versions.insert(run.version) }
      }
    }
    return versions.sorted()
  }

  private func olderRuns(
    ofScenario name: String
  ) throws -> [(version: String, parameters: [Parameter])] {
    let runs = try read("look for runs of older versions") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, version FROM runs WHERE scenario_name = ? AND version <> ? AND status = 'finished'
          ORDER BY id DESC LIMIT 1000
          """, arguments: [name, modelVersion]
      ).map { (id: try $0.value("id") as Int64, version: try $0.value("version") as String) }
    }
    return try runs.map { ($0.version, try parameters(of: $0.id)) }
  }
}
