public import SimulationEngine

/// A recorded demand for memory: Committed_AS over time, and where it comes from.
public struct CommittedTrace: Sendable {
  /// The samples, at least one; the first is at zero, times rise strictly.
  ///
  /// Either all samples have `touched` (AnonPages) or none.
  public var samples: [CommittedPoint]
  /// Where they come from.
  public var provenance: TraceProvenance

  /// How long after the first sample the last one is.
  public var span: SimDuration { samples.last.map { $0.at - .zero } ?? .zero }
}

/// Where a trace comes from.
public struct TraceProvenance: Hashable, Sendable {
  /// The file, as it was named.
  public var path: String
  /// The SHA-256 of the file's bytes, 64 hexadecimal digits.
  public var sha256: String
  /// What the file turned out to be.
  public var format: TraceFormat
  /// How many samples it has.
  public var rows: Int
  /// How long after the first sample the last one is.
  public var span: SimDuration
  /// The names of its columns or fields, in the order of the file.
  public var columns: [String]
}

/// A format of traces; recognised by content.
public enum TraceFormat: String, CaseIterable, Sendable {
  /// Comma-separated values with a header line: `time_s` first, then columns named as in `committed_kb` or as in
  /// /proc/meminfo.
  case csv
  /// Copies of /proc/meminfo one after another, each below a line with its time.
  case meminfo
}

/// What is wrong with a trace, and where.
public struct TraceProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, as it was named.
  public var file: String
  /// The line, counted from 1.
  public var line: Int
  /// The column in bytes, counted from 1.
  public var column: Int
  /// What is wrong: a sentence without a full stop.
  public var message: String

  /// `file:line:column: message`.
  public var description: String { "\(file):\(line):\(column): \(message)" }
}
