public import Text

/// What a comparison with recorded behaviour says.
public protocol ValidationSummary {
  /// What differs, a line each, before the tables.
  var differences: [String] { get }
  /// The figures.
  var tables: [TableText] { get }
  /// What the figures come to.
  var sentences: [String] { get }
  /// All of it.
  var json: JSON { get }
  /// Whether everything is within its tolerance.
  var ok: Bool { get }
}

extension ValidationSummary {
  /// None but those that the tables show.
  public var differences: [String] { [] }
}
