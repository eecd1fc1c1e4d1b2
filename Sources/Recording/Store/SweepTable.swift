public import Simulation

/// What the database holds of a sweep, a row a run.
public struct SweepTable: Sendable {
  /// A run of the sweep.
  public struct Row: Sendable {
    /// The run.
    public var run: RunRecord
    /// The values of the parameters that vary, in the order of `paths`; nil: the run has no such parameter.
    public var values: [Parameter?]
    /// The figures asked for, in the order they were computed; none before the run is finished.
    public var metrics: [Metric]
    /// The SHA-256 of every trace that the run follows.
    public var traces: [String]

    /// A row.
    public init(run: RunRecord, values: [Parameter?], metrics: [Metric], traces: [String]) {
      self.run = run
      self.values = values
      self.metrics = metrics
      self.traces = traces
    }
  }

  /// The sweep's number.
  public var id: Int64
  /// The sweep's name.
  public var name: String
  /// How its points were chosen, as JSON.
  public var design: String
  /// How many runs it is to have.
  public var plannedRuns: Int
  /// For every point in the order of the design the keys of its runs, one for each repetition.
  public var points: [[String]]
  /// The parameters that differ between its runs, the seed aside, in alphabetical order.
  public var paths: [String]
  /// Its runs in the order of their numbers, each key once.
  public var rows: [Row]
  /// Traces whose samples are so far apart that what happened between decides, with what was remarked of that.
  public var coarseTraces: [String: String] = [:]

  /// A table.
  public init(
    id: Int64, name: String, design: String, plannedRuns: Int, points: [[String]] = [],
    paths: [String], rows: [Row]
  ) {
    self.id = id
    self.name = name
    self.design = design
    self.plannedRuns = plannedRuns
    self.points = points
    self.paths = paths
    self.rows = rows
  }
}

extension SweepTable {
  /// The runs in the order of the plan with their places in it, each run once, where the plan has it first.
  public var plannedRows: [(point: Int, repetition: Int, row: Row)] {
    var byKey = Dictionary(rows.map { ($0.run.key, $0) }) { first, _ in first }
    var planned: [(Int, Int, Row)] = []
    for (point, keys) in points.enumerated() {
      for (repetition, key) in keys.enumerated() {
        if let row = byKey.removeValue(forKey: key) { planned.append((point, repetition, row)) }
      }
    }
    return planned
  }
}
