/// A column in which people read a policy's decisions, and what of a decision it has.
public struct PolicyColumn: Hashable, Sendable {
  /// What of a decision.
  public enum Source: Hashable, Sendable {
    case turn, time, runTime, current, goal, target, rule, shrunk, fault
    /// The policy's own term at a place.
    case term(Int)
  }
  /// The name, with the unit at its end.
  public var name: String
  /// What it has.
  public var source: Source

  /// A column.
  public init(_ name: String, _ source: Source) {
    self.name = name
    self.source = source
  }

  /// What every policy has, with its terms in the middle.
  public static func usual(_ terms: [TermEntry]) -> [PolicyColumn] {
    [
      PolicyColumn("turn", .turn), PolicyColumn("time_ns", .time),
      PolicyColumn("current_pages", .current), PolicyColumn("goal_pages", .goal),
      PolicyColumn("target_pages", .target), PolicyColumn("rule", .rule),
    ] + terms.enumerated().map { PolicyColumn($1.name, .term($0)) } + [
      PolicyColumn("shrunk_pages", .shrunk), PolicyColumn("run_ns", .runTime),
      PolicyColumn("fault", .fault),
    ]
  }
}

extension DecisionRow {
  /// What a column of numbers has of the decision itself; nil: nothing, or it is no number of the row.
  public func number(_ source: PolicyColumn.Source) -> Int64? {
    switch source {
    case .current: current
    case .goal: goal
    case .target: target
    case .shrunk: shrunk
    case .term(let place): self[place]
    case .turn, .time, .runTime, .rule, .fault: nil
    }
  }
}
