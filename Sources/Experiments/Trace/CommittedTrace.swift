public import MemoryModel
public import SimulationEngine

/// A recorded demand for memory: Committed_AS over time, and where it comes from.
public struct CommittedTrace: Sendable {
  /// The samples, at least one; the first is at zero, times rise strictly.
  ///
  /// Either all samples have `touched` (AnonPages) or none.
  public var samples: [CommittedPoint]
  /// The memory of the machine, where the trace tells it: the greatest MemTotal, rounded up to 128 MiB since the
  /// kernel has taken its own before.
  public var machineMemory: PageCount?
  /// Where they come from.
  public var provenance: TraceProvenance

  /// How long after the first sample the last one is.
  public var span: SimDuration { samples.last.map { $0.at - .zero } ?? .zero }
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

/// What is wrong in a trace, before its file is known.
struct TraceFault: Error {
  var line: Int
  var column: Int
  var message: String
}
