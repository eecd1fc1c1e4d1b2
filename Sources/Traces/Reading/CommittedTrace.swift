public import Units

/// A recorded demand for memory: Committed_AS over time, and where it comes from.
public struct CommittedTrace: Sendable {
  /// The samples, at least one; the first is at zero, times rise strictly.
  ///
  /// Either all samples have `touched` (AnonPages) or none.
  public var samples: [CommittedPoint] {
    get { demand.points }
    set { demand = CommittedDemand(newValue) }
  }
  /// The samples as runs take them.
  public private(set) var demand: CommittedDemand
  /// The memory of the machine, where the trace tells it: the greatest MemTotal, rounded up to 128 MiB since the
  /// kernel has taken its own before.
  public var machineMemory: PageCount?
  /// Where they come from.
  public var provenance: TraceProvenance

  init(samples: [CommittedPoint], machineMemory: PageCount?, provenance: TraceProvenance) {
    demand = CommittedDemand(samples)
    self.machineMemory = machineMemory
    self.provenance = provenance
  }

  /// How long after the first sample the last one is.
  public var span: SimDuration { samples.last.map { $0.at - .zero } ?? .zero }
}

/// A sample of a guest's demand.
public struct CommittedPoint: Hashable, Sendable {
  /// When it holds from.
  public var at: SimTime
  /// Committed_AS.
  public var committed: PageCount
  /// Touched anonymous memory, where it is known.
  public var touched: PageCount?

  /// A sample.
  public init(at: SimTime, committed: PageCount, touched: PageCount?) {
    self.at = at
    self.committed = committed
    self.touched = touched
  }
}

/// A guest's samples of committed memory, with what must be known of all of them before a run.
///
/// Made once, however many runs follow it.
public struct CommittedDemand: Hashable, Sendable {
  /// The samples: times rise strictly from zero.
  public let points: [CommittedPoint]
  /// The most that any of them has committed.
  public let greatest: PageCount

  /// The demand of `points`. O(points).
  public init(_ points: [CommittedPoint]) {
    self.points = points
    greatest = points.reduce(.zero) { max($0, $1.committed) }
  }
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
