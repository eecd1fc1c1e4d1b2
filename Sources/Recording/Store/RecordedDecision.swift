internal import Foundation
internal import GRDB
public import Policies
public import Units

/// A row of `decisions`: one turn of a guest's policy.
public struct RecordedDecision: Sendable {
  /// The policy's name.
  public var policy: String
  /// When the turn began.
  public var time: SimTime
  /// Which turn it was, from 1.
  public var turn: Int64
  /// How long it took.
  public var runTime: SimDuration
  /// What was decided, with the policy's terms.
  public var row: DecisionRow
  /// The rule of the least target as it stands in the file.
  public var rule: String?
  /// What ended the policy as it stands in the file.
  public var fault: String?
  /// What there is to know of the policy; nothing if only a newer program knows it.
  public var type: (any MemoryPolicy.Type)? { PolicyCatalogue.policy(named: policy) }

  /// The columns of numbers that have a value, by the names of the policy's view.
  public var numbers: [(name: String, value: Int64)] {
    (type?.card.columns ?? PolicyColumn.usual([])).compactMap { column in
      switch column.source {
      case .turn: (column.name, turn)
      case .time: (column.name, time.nanoseconds)
      case .runTime: (column.name, runTime.nanoseconds)
      default: row.number(column.source).map { (column.name, $0) }
      }
    }
  }

  /// The number of a column of the policy's view.
  public subscript(_ name: String) -> Int64? { numbers.first { $0.name == name }?.value }

  init(row stored: Row) throws {
    policy = try stored.value("policy")
    time = try stored.time("time_ns")
    turn = try stored.value("turn")
    runTime = .nanoseconds(try stored.value("run_ns"))
    row = DecisionRow()
    row.current = try stored.optional("current_pages")
    row.goal = try stored.optional("goal_pages")
    row.target = try stored.optional("target_pages")
    rule = try stored.optional("rule")
    row.rule = rule.flatMap(ShortName.init)
    row.shrunk = try stored.optional("shrunk_pages")
    fault = try stored.optional("fault")
    // What is no name of ours ended it all the same.
    row.fault = fault.map { ShortName($0) ?? "unknown" }
    let terms: String = try stored.value("terms")
    guard let values = try? JSONDecoder().decode([Int64?].self, from: Data(terms.utf8)) else {
      throw DatabaseError(
        resultCode: .SQLITE_CORRUPT, message: "the terms of a decision are no list of numbers")
    }
    for (place, value) in values.prefix(DecisionRow.termLimit).enumerated() { row[place] = value }
  }
}
