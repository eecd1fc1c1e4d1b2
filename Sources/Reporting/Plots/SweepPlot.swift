public import Recording
internal import Statistics
internal import Text

/// A figure of a sweep over a parameter that varies, a curve for each combination of what else does.
public struct SweepPlot: Plot {
  private static let curveLimit = 8

  private let title: String
  private let axis: SweepAxisValues
  private let metric: String
  private let curves: [(title: String, points: [(x: Int, figure: MeanInterval)])]

  /// Curves of `metric` over the parameter `x`.
  ///
  /// - Throws: `AnalysisError` for a parameter that does not vary, a figure that a run lacks, or too many curves.
  public init(
    _ table: SweepTable, x: String, metric choice: MetricChoice
  ) throws(AnalysisError) {
    let axis = try SweepAxisValues(table, named: x)
    let others = table.paths.indices.filter { $0 != axis.place }
    let names = others.map { Advice.short(table.paths[$0], among: table.paths) }
    var places: [String: Int] = [:]
    var values: [[Int: [Double]]] = []
    var titles: [String] = []
    var unit = ""
    for row in table.rows where row.run.status == .finished {
      let figure = try choice.value(in: row.metrics, run: row.run.id)
      unit = figure.unit
      let text = zip(names, others).map { "\($0)=\(row.values[$1]?.value ?? "")" }
        .joined(separator: " ")
      if places[text] == nil {
        places[text] = titles.count
        titles.append(text)
        values.append([:])
      }
      values[places[text] ?? 0][axis.index(of: row), default: []].append(figure.value)
    }
    guard !titles.isEmpty else { throw .nothingFinished }
    guard titles.count <= Self.curveLimit else {
      throw .tooManyCurves(titles.count, limit: Self.curveLimit)
    }
    let scale = UnitScale(unit: unit, spreading: values.flatMap { $0.values.joined() })
    title = table.name
    self.axis = axis
    metric = choice.text + (scale.unit.isEmpty ? "" : " (\(scale.unit))")
    curves = zip(titles, values).map { title, values in
      let points = axis.texts.indices.compactMap { place in
        values[place].map { (x: place, figure: MeanInterval($0.map(scale.value))) }
      }
      return (title, points)
    }
  }

  /// The curves in lines of gnuplot, with 95% confidence intervals where there are repetitions.
  public func script(for target: PlotTarget) -> String {
    let numbers = axis.numbers
    var script = """
      set title \(Gnuplot.quoted("\(metric), sweep of \(title)"))
      set xlabel \(Gnuplot.quoted(axis.path))
      set ylabel \(Gnuplot.quoted(metric))
      set offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05
      \(curves.count == 1 ? "unset key" : target.keyBelow)

      """
    if let numbers, let least = numbers.first, let most = numbers.last, least > 0,
      most / least >= 16
    {
      script += "set logscale x 2\n"
    } else {
      script += (numbers.map(target.tics) ?? "set xtics (\(axis.tics))") + "\n"
    }
    var plots: [String] = []
    for (place, curve) in curves.enumerated() {
      script += "$curve\(place) << END\n"
      for point in curve.points {
        let x = numbers?[point.x] ?? Double(point.x)
        script +=
          [x, point.figure.mean, point.figure.halfWidth ?? 0].map(Gnuplot.number)
          .joined(separator: " ") + "\n"
      }
      script += "END\n"
      let colour = PlotColour.lines[place % PlotColour.lines.count]
      let style = "linewidth 1.6 linecolor '\(colour)'"
      plots.append(
        "$curve\(place) using 1:2 with linespoints \(style) dashtype \(place % 5 + 1) pointtype \(place + 4) title \(Gnuplot.quoted(curve.title))"
      )
      if target.hasColours, curve.points.contains(where: { $0.figure.halfWidth ?? 0 > 0 }) {
        plots.append("$curve\(place) using 1:2:3 with yerrorbars \(style) notitle")
      }
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }
}
