internal import Recording
internal import Statistics
internal import Text

/// A figure over two parameters of a sweep: the mean of the runs at each pair of values.
public struct SweepGrid {
  /// More cells cannot be told apart.
  public static let cellLimit = 400

  /// The figure, across and up.
  let metric: MetricChoice
  let x: SweepAxisValues
  let y: SweepAxisValues
  /// A row for each value of `y`, a mean for each of `x`; nothing where there is no run.
  let means: [[Double?]]
  /// A scale that tells the means apart.
  let scale: UnitScale

  /// The grid of all finished runs.
  ///
  /// - Throws: `AnalysisError`: `noMap` if the values make no grid that can be shown; what reading the metric throws.
  init(
    _ table: SweepTable, x: SweepAxisValues, y: SweepAxisValues, metric: MetricChoice
  ) throws(AnalysisError) {
    (self.x, self.y, self.metric) = (x, y, metric)
    let cells = x.texts.count * y.texts.count
    var values: [Int: [Double]] = [:]
    var unit = ""
    for row in table.rows where row.run.status == .finished {
      let figure = try metric.value(in: row.metrics, run: row.run.id)
      unit = figure.unit
      values[y.index(of: row) * x.texts.count + x.index(of: row), default: []].append(figure.value)
    }
    guard !values.isEmpty else { throw .nothingFinished }
    // Designs other than a grid have a run in few of the cells.
    guard cells <= Self.cellLimit, values.count * 2 >= cells else {
      throw .noMap(cells: cells, filled: values.count)
    }
    means = y.texts.indices.map { row in
      x.texts.indices.map { column in
        values[row * x.texts.count + column].map { MeanInterval($0).mean }
      }
    }
    scale = UnitScale(unit: unit, spreading: means.joined().compactMap(\.self))
  }

  /// The figure with its unit.
  var title: String { metric.text + (scale.unit.isEmpty ? "" : " (\(scale.unit))") }
}
