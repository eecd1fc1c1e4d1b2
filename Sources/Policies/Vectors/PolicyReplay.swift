/// A field in which a vector and a policy differ; both as JSON, nil where there is no such field.
public struct VectorDifference: Hashable, Sendable {
  /// The field's path in the line, such as `steps[3].expected.ran_at_jiffies`.
  public var path: String
  /// What the line says.
  public var expected: String?
  /// What the policy did.
  public var got: String?

  /// The fields in which `expected` and `got` differ, by name; a field that one side lacks differs.
  ///
  /// `path` is that of the object they are in; empty: they are the line's own.
  public static func between(
    _ expected: VectorFields, _ got: VectorFields, at path: String
  ) -> [VectorDifference] {
    Set(expected.keys).union(got.keys).sorted().compactMap { name in
      if expected[name] == got[name] { return nil }
      return VectorDifference(
        path: path.isEmpty ? name : "\(path).\(name)", expected: expected[name]?.description,
        got: got[name]?.description)
    }
  }
}

/// Replays recorded lives of a real program on the policy that stands for it.
public protocol PolicyReplay: Sendable {
  /// What the lines are called in a report.
  static var kind: String { get }
  /// Whether a line is of this kind, by the names of its fields.
  static func recognises(_ fields: Set<String>) -> Bool
  /// The fields in which the policy differs from a line.
  static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference]
  /// What a line is called in a report.
  static func id(of line: VectorFields) throws(BadVectorField) -> String
}

extension PolicyReplay {
  /// Its `id`, or its sequence and the round there.
  public static func id(of line: VectorFields) throws(BadVectorField) -> String {
    if let id = line["id"] { return try id.text(at: "id") }
    guard let sequence = line["seq"] else { throw BadVectorField(path: "id") }
    let round = line["round"] ?? line["tick"]
    return try sequence.text(at: "seq") + (round.map { " \($0)" } ?? "")
  }
}
