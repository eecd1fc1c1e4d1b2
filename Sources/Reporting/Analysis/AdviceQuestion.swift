public import Recording

/// What is weighed when a sweep is asked for advice, and the answer: all that `balloonsim advise` does before it prints.
public struct AdviceQuestion {
  /// What is to be least, or greatest; two of them.
  public let objectives: [Objective]
  /// What every run of a setting must satisfy.
  public let constraints: [MetricCondition]

  /// The question in a person's words; no objectives mean memory against harm.
  ///
  /// Settings that kill for want of memory are left out unless a constraint says something of `oom_kills`.
  ///
  /// - Throws: `AnalysisError` for what is no metric or no condition, `RecordingError` where the database cannot be read.
  public init(_ store: ResultStore, objectives: [String], constraints: [String]) throws {
    let known = try store.metricNames()
    self.objectives = try (objectives.isEmpty ? ["memory", "harm"] : objectives).map {
      try Objective($0, known: known)
    }
    let own = try constraints.map { try MetricCondition($0, known: known) }
    let noKills = try MetricCondition("oom_kills == 0", known: known)
    let speaksOfKills = own.contains { $0.metric.name == noKills.metric.name }
    self.constraints = own + (speaksOfKills ? [] : [noKills])
  }

  /// The metrics that it takes to answer.
  public var metrics: [String] {
    objectives.map(\.metric.name) + constraints.map(\.metric.name)
      + ["accesses", "shortfall_deepest"]
  }

  /// The answer of a sweep, and every guest's tunables and the host's policy in the setting that it recommends.
  ///
  /// - Parameter sweep: Its number, its name, or `last`.
  /// - Throws: `AnalysisError`, `RecordingError`.
  public func answer(
    _ sweep: String, _ store: ResultStore
  ) throws -> (advice: Advice, tunables: [KernelTunables], setUp: PolicySetUp?) {
    var table = try store.sweepTable(sweep, metrics: metrics)
    let defaults = SweepSettings(table).defaults
    if !defaults.isEmpty {
      table.rows += try store.rows(beside: table, with: defaults, metrics: metrics)
    }
    let advice = try Advice(table, objectives: objectives, constraints: constraints)
    guard let place = advice.recommended else { return (advice, [], nil) }
    let parameters = try store.parameters(of: advice.front[place].runs[0])
    let tunables = KernelTunables.guests(in: parameters).map {
      KernelTunables(guest: $0, parameters: parameters)
    }
    return (advice, tunables, PolicySetUp(parameters))
  }
}
