internal import Recording

/// A figure over one parameter, or over two as a map: means over all other parameters and seeds.
struct SweepMap {
  private let x: SweepAxisValues
  private let y: SweepAxisValues?
  private let scale: UnitScale
  private let metric: MetricChoice
  private var values: [[Int]: [Double]] = [:]

  init(_ table: SweepTable, x: Int, y: Int?, metric: MetricChoice) throws(AnalysisError) {
    self.x = SweepAxisValues(table, place: x)
    self.y = y.map { SweepAxisValues(table, place: $0) }
    self.metric = metric
    var unit = ""
    for row in table.rows where row.run.status == .finished {
      let figure = try metric.value(in: row.metrics, run: row.run.id)
      unit = figure.unit
      values[[self.x.index(of: row), self.y?.index(of: row) ?? 0], default: []].append(figure.value)
    }
    scale = UnitScale(unit: unit, largest: values.values.joined().map(abs).max() ?? 0)
  }

  /// The figure with its unit, and what it is over.
  var title: String {
    let unit = scale.unit.isEmpty ? "" : " (\(scale.unit))"
    let paths = [x.path] + (y.map { [$0.path] } ?? [])
    let names = paths.map { Advice.short($0, among: paths) }
    return "\(metric.text)\(unit) over \(names.joined(separator: " and "))"
  }

  private func mean(_ x: Int, _ y: Int) -> Double? {
    values[[x, y]].map { MeanInterval($0).mean }
  }

  /// A line over the values of the one parameter.
  func curve(id: String) -> ReportPage.Chart {
    let series = ChartData.Series(
      name: metric.text, colour: PlotColour.blue, kind: .path, size: 4,
      values: x.texts.indices.map { mean($0, 0).map(scale.value) })
    let chart = ChartData(
      x: x.path, y: scale.unit, places: x.numbers ?? x.texts.indices.map(Double.init),
      series: [series], labels: x.texts.map { "\(x.path) = \($0)" }, isFree: true)
    return ReportPage.Chart(
      id: id, title: title, caption: "Means over all runs with the same \(x.path).",
      data: chart.json)
  }

  /// A map: a cell for every pair of values, dark to light from the least to the greatest.
  var table: ReportPage.Table {
    let rows = y?.texts ?? [""]
    let means = rows.indices.map { row in x.texts.indices.map { mean($0, row) } }
    let known = means.joined().compactMap(\.self)
    let (least, greatest) = (known.min() ?? 0, known.max() ?? 0)
    let names = [x.path] + (y.map { [$0.path] } ?? [])
    let shortX = Advice.short(x.path, among: names)
    let shortY = y.map { Advice.short($0.path, among: names) } ?? ""
    var table = ReportPage.Table(
      TableText(
        columns: [.init("\(shortY) \\ \(shortX)")] + x.texts.map { .init($0, .right) },
        rows: zip(rows, means).map { title, cells in
          [title] + cells.map { $0.map(scale.text) ?? "-" }
        }),
      caption: "\(title): means over everything else, shaded from the least to the greatest")
    for (row, cells) in means.enumerated() {
      for (column, mean) in cells.enumerated() {
        guard let mean, greatest > least else { continue }
        table.rows[row].cells[column + 1].colour = Self.shade((mean - least) / (greatest - least))
      }
    }
    table.isHeat = true
    return table
  }

  /// A style for a share from 0 to 1: from near white to dark blue, one hue, so that it also prints; the text stays legible.
  private static func shade(_ share: Double) -> String {
    func mix(_ from: Double, _ to: Double) -> Int { Int((from + (to - from) * share).rounded()) }
    let ink = share > 0.5 ? "#ffffff" : "#000000"
    return "background: rgb(\(mix(236, 8)), \(mix(243, 62)), \(mix(250, 116))); color: \(ink)"
  }
}
