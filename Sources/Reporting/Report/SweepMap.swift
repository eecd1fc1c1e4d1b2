internal import Recording
internal import Statistics
internal import Text

/// A figure over one parameter as a chart, or over two as a map, of a page: means over all other parameters and seeds.
enum SweepMap {
  /// A line over the values of a parameter.
  static func curve(
    _ table: SweepTable, x: SweepAxisValues, metric: MetricChoice, id: String
  ) throws(AnalysisError) -> ReportPage.Chart {
    var values: [Int: [Double]] = [:]
    var unit = ""
    for row in table.rows where row.run.status == .finished {
      let figure = try metric.value(in: row.metrics, run: row.run.id)
      unit = figure.unit
      values[x.index(of: row), default: []].append(figure.value)
    }
    let means = x.texts.indices.map { values[$0].map { MeanInterval($0).mean } }
    let scale = UnitScale(unit: unit, spreading: means.compactMap(\.self))
    let series = ChartData.Series(
      name: metric.text, colour: PlotColour.blue, kind: .path, size: 4,
      values: means.map { $0.map(scale.value) })
    let chart = ChartData(
      x: x.path, y: scale.unit, places: x.numbers ?? x.texts.indices.map(Double.init),
      series: [series], labels: x.texts.map { "\(x.path) = \($0)" }, isFree: true)
    return ReportPage.Chart(
      id: id, title: "\(metric.text) over \(x.path)",
      caption: "Means over all runs with the same \(x.path).", data: chart.json)
  }

  /// A map as a table, a cell for every pair of values, light to dark from the least to the greatest.
  static func table(_ grid: SweepGrid) -> ReportPage.Table {
    let paths = [grid.x.path, grid.y.path]
    let names = paths.map { Advice.short($0, among: paths) }
    let known = grid.means.joined().compactMap(\.self)
    let (least, greatest) = (known.min() ?? 0, known.max() ?? 0)
    var table = ReportPage.Table(
      TableText(
        columns: [.init("\(names[1]) \\ \(names[0])")] + grid.x.texts.map { .init($0, .right) },
        rows: zip(grid.y.texts, grid.means).map { title, cells in
          [title] + cells.map { $0.map(grid.scale.text) ?? "-" }
        }),
      caption: "\(grid.title): means over everything else, shaded from the least to the greatest")
    for (row, cells) in grid.means.enumerated() {
      for (column, mean) in cells.enumerated() {
        guard let mean, greatest > least else { continue }
        table.rows[row].cells[column + 1].colour = shade((mean - least) / (greatest - least))
      }
    }
    table.isHeat = true
    return table
  }

  /// A style for a share from 0 to 1: from near white to dark blue, one hue, so that it also prints. Black and white text
  /// have a contrast of at least 4.5 to 1 on it (WCAG 2.1, 1.4.3).
  private static func shade(_ share: Double) -> String {
    func mix(_ from: Double, _ to: Double) -> Int { Int((from + (to - from) * share).rounded()) }
    let ink = share > 0.67 ? "#ffffff" : "#000000"
    return "background: rgb(\(mix(236, 8)), \(mix(243, 62)), \(mix(250, 116))); color: \(ink)"
  }
}
