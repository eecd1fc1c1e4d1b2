public import Recording
public import Statistics

/// Which parameter of a sweep moves a figure, and how much.
public struct Sensitivity: Sendable {
  /// What was found, by how the sweep's points were chosen.
  public enum Finding: Sendable {
    /// Variance shares over a full grid, and the values of every parameter in their order.
    case grid(VarianceShares, levels: [[String]])
    /// Elementary effects of every parameter; nil where none is known.
    case morris([MorrisEffects.Effect?])
    /// Sobol indices.
    case sobol(SobolIndices)
  }

  /// The sweep's number and name.
  public let sweep: (id: Int64, name: String)
  /// The figure.
  public let metric: MetricChoice
  /// Its unit.
  public let unit: String
  /// The parameters, in the order of the finding.
  public let parameters: [String]
  /// How many finished runs it rests on.
  public let runs: Int
  /// How many points of the design have no finished run.
  public let missing: Int
  /// What was found.
  public let finding: Finding

  /// What moves a figure over a sweep.
  ///
  /// Throws `nothingFinished`, `nothingVaries`, `noVariance`, `noFullGrid` if the points are a grid with gaps or
  /// no grid, and what reading a metric throws.
  public init(_ table: SweepTable, metric: MetricChoice) throws(AnalysisError) {
    let rows = table.rows.filter { $0.run.status == .finished }
    guard !rows.isEmpty else { throw .nothingFinished }
    var unit = ""
    var values: [Int64: Double] = [:]
    for row in rows {
      let figure = try metric.value(in: row.metrics, run: row.run.id)
      values[row.run.id] = figure.value
      unit = figure.unit
    }
    sweep = (table.id, table.name)
    self.metric = metric
    self.unit = unit
    runs = rows.count
    guard Set(values.values).count > 1 else { throw .noVariance(metric.text) }
    if let design = table.orderedDesign {
      let byKey = Dictionary(rows.map { ($0.run.key, values[$0.run.id]) }) { first, _ in first }
      let points = table.points.map { keys -> Double? in
        let found = keys.compactMap { byKey[$0] ?? nil }
        return found.isEmpty ? nil : found.mean
      }
      missing = points.count { $0 == nil }
      parameters = design.axes
      finding = try Self.finding(design, points, metric)
      return
    }
    let grid = try Self.grid(rows, paths: table.paths)
    guard
      let shares = VarianceShares(
        levels: grid.places, values: rows.map { values[$0.run.id] ?? .nan })
    else { throw .noVariance(metric.text) }
    parameters = grid.parameters
    finding = .grid(shares, levels: grid.levels)
    missing = 0
  }

  /// What a design with an order says, given the mean over the repetitions at every point, where there is one.
  private static func finding(
    _ design: SweepDesign, _ values: [Double?], _ metric: MetricChoice
  ) throws(AnalysisError) -> Finding {
    let dimensions = design.axes.count
    let width = design.design == .morris ? dimensions + 1 : dimensions + 2
    guard dimensions > 0, design.samples > 0, values.count == design.samples * width else {
      throw .wrongDesign(points: values.count)
    }
    switch design.design {
    case .morris:
      let unit = UnitDesign.morris(
        trajectories: design.samples, dimensions: dimensions, seed: design.seed)
      return .morris(MorrisEffects(design: unit, values: values).effects)
    case .saltelli:
      let rows = stride(from: 0, to: values.count, by: width)
        .map { values[$0..<$0 + width].compactMap(\.self) }
        .filter { $0.count == width }
      guard let indices = SobolIndices(rows: rows) else { throw .noVariance(metric.text) }
      return .sobol(indices)
    }
  }

  /// The parameters that vary, the seed among them, their values in order, and where each run stands.
  private static func grid(
    _ rows: [SweepTable.Row], paths: [String]
  ) throws(AnalysisError) -> (parameters: [String], levels: [[String]], places: [[Int]]) {
    var parameters: [String] = []
    var levels: [[String]] = []
    var columns: [[Int]] = []
    func add(_ path: String, _ values: [(text: String, number: Double?)]) {
      let distinct = Dictionary(values.map { ($0.text, $0.number) }) { first, _ in first }
      if distinct.count < 2 { return }
      let order = distinct.sorted { first, second in
        (first.value ?? .infinity, first.key) < (second.value ?? .infinity, second.key)
      }.map(\.key)
      let places = Dictionary(uniqueKeysWithValues: zip(order, order.indices))
      parameters.append(path)
      levels.append(order)
      columns.append(values.map { places[$0.text] ?? 0 })
    }
    for (index, path) in paths.enumerated() {
      add(path, rows.map { ($0.values[index]?.value ?? "-", $0.values[index]?.number) })
    }
    add("seed", rows.map { ("\($0.run.seed)", Double($0.run.seed)) })
    guard !parameters.isEmpty else { throw .nothingVaries }
    let places = rows.indices.map { row in columns.map { $0[row] } }
    // So many combinations are no grid that anybody has run.
    let whole = levels.reduce(1) { min($0 * $1.count, 1 << 40) }
    let missing = whole - Set(places).count
    guard missing == 0 else { throw .noFullGrid(missing: missing) }
    return (parameters, levels, places)
  }
}
