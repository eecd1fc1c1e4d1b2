/// What came of replaying a file of driver vectors.
public struct VectorReport: Hashable, Sendable {
  /// What a line is about, told by what it contains.
  public enum Kind: String, CaseIterable, Sendable {
    /// One worker run with given state.
    case singleTick = "single_tick"
    /// A list of steps from boot: runs, writes, reads.
    case steps
    /// One init.
    case initialise = "init"
  }

  /// A field in which a line and the driver differ; both as JSON, nil where there is no such field.
  public struct Difference: Hashable, Sendable {
    /// The field's path in the line, such as `steps[3].expected.ran_at_jiffies`.
    public var path: String
    /// What the line says.
    public var expected: String?
    /// What the driver did.
    public var got: String?
  }

  /// A line that the driver does not reproduce.
  public struct DifferingLine: Hashable, Sendable {
    /// Counted from 1.
    public var line: Int
    /// The line's own name.
    public var id: String
    /// What the line is about.
    public var category: String
    /// Where it differs, at least once.
    public var differences: [Difference]
  }

  /// The file as it was named.
  public var file: String
  /// How many lines there were of each kind.
  public var counts: [Kind: Int] = [:]
  /// The lines that differ, in the order of the file.
  public var differing: [DifferingLine] = []

  /// How many lines were replayed.
  public var lines: Int { counts.values.reduce(0, +) }
  /// How many of them the driver reproduced in every field.
  public var equalLines: Int { lines - differing.count }
}

/// A file of vectors that cannot be read.
public enum VectorError: Error, Hashable, Sendable {
  /// The file cannot be opened or read; `reason` is the system's.
  case unreadable(file: String, reason: String)
  /// The file has no line.
  case empty(file: String)
  /// A line, counted from 1, is no JSON object.
  case notJSON(file: String, line: Int)
  /// A line is none of the four schemas.
  case unknownKind(file: String, line: Int)
  /// A field is missing, has the wrong type or range, or a name or value that the schema does not know.
  case badField(path: String, file: String, line: Int)
}
