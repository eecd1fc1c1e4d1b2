public import Policies

/// What came of replaying a file of driver vectors.
public struct VectorReport: Hashable, Sendable {
  /// What a line is about, told by what it contains.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The name of the kind.
    public var rawValue: String

    /// A kind of a name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// One worker run with given state.
    public static let singleTick = Kind(rawValue: "single_tick")
    /// A list of steps from boot: runs, writes, reads.
    public static let steps = Kind(rawValue: "steps")
    /// One init.
    public static let initialise = Kind(rawValue: "init")
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
    public var differences: [VectorDifference]
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

/// A file that is none of vectors.
public enum VectorError: Error, Hashable, Sendable {
  /// The file has no line.
  case empty(file: String)
  /// A line, counted from 1, is no JSON object.
  case notJSON(file: String, line: Int)
  /// A line is of none of the known kinds.
  case unknownKind(file: String, line: Int)
  /// A field is missing, has the wrong type or range, or a name or value that the schema does not know.
  case badField(path: String, file: String, line: Int)
}
