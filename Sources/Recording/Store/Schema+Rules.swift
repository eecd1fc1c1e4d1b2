internal import Simulation

extension Schema {
  /// What the values of columns are besides their types, in SQL: what a row has in which this does not hold is damage.
  ///
  /// `CHECK` constraints are not here; SQLite's own check sees to them.
  static let rules: [ResultTable: [String: String]] = [
    .runs: [
      "guests": isJSON("guests", "array", of: "text"), "host_facts": isJSON("host_facts", "object"),
      "trace_provenance": isJSON("trace_provenance", "array"),
      "ingredients": "ingredients IS NULL OR json_valid(ingredients)",
      "id": "id BETWEEN 1 AND \(RowKey.runLimit - 1)",
    ],
    .ticks: ["tick": "tick >= 0", "time_ns": "time_ns >= 0"],
    .hostTicks: ["tick": "tick >= 0", "time_ns": "time_ns >= 0"],
    .decisions: [
      "turn": "turn >= 0", "time_ns": "time_ns >= 0", "run_ns": "run_ns >= 0",
      "terms": isJSON("terms", "array"),
    ],
    .worker: [
      "invocation": "invocation >= 0", "time_ns": "time_ns >= 0", "run_ns": "run_ns >= 0",
    ],
    .events: [
      "sequence": "sequence >= 0", "time_ns": "time_ns >= 0", "detail": isJSON("detail", "object"),
      "kind":
        "kind IN (\(EventRecord.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")))",
    ],
    .sweeps: ["design": isJSON("design", "object"), "planned_runs": "planned_runs >= 0"],
    .sweepPoints: ["point": "point >= 0", "repetition": "repetition >= 0"],
  ]

  /// The columns of ours whose type is not declared, with what they may have.
  static let freeTypes: [ResultTable: [String: [String]]] = [.runs: ["seed": ["integer", "text"]]]

  private static func isJSON(_ column: String, _ type: String, of items: String? = nil) -> String {
    let others = items.map {
      " AND NOT EXISTS (SELECT 1 FROM json_each(\(column)) WHERE type <> '\($0)')"
    }
    return
      "CASE WHEN json_valid(\(column)) THEN json_type(\(column)) = '\(type)'\(others ?? "") ELSE false END"
  }
}
