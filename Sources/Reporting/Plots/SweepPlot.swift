public import Recording

/// A figure of a sweep over a parameter that varies, or over two as a map.
public struct SweepPlot: Plot {
  private let title: String
  private let axes: (x: SweepAxisValues, heat: SweepAxisValues?)
  private let metric: String
  private var curves: [(title: String, points: [(x: Int, figure: MeanInterval)])] = []
  private var cells: [[Double]] = []
  private static let curveLimit = 8

  /// A curve of `metric` over the parameter `x`, one for each combination of what else varies; or, with `heat`, a map.
  ///
  /// - Throws: `AnalysisError` for a parameter that does not vary or a figure that a run lacks.
  public init(
    _ table: SweepTable, x: String, metric choice: MetricChoice, heat: String?
  ) throws {
    title = table.name
    let axes = (
      x: try SweepAxisValues(table, named: x),
      heat: try heat.map { try SweepAxisValues(table, named: $0) }
    )
    self.axes = axes
    let finished = table.rows.filter { $0.run.status == .finished }
    guard !finished.isEmpty else { throw AnalysisError.nothingFinished }
    var values: [[Int]: [Double]] = [:]
    var curveTitles: [String] = []
    let others = table.paths.indices.filter { $0 != axes.x.place }
    var unit = ""
    for row in finished {
      let figure = try choice.value(in: row.metrics, run: row.run.id)
      unit = figure.unit
      var second = axes.heat?.index(of: row) ?? 0
      if axes.heat == nil {
        let text = others.map {
          "\(Advice.short(table.paths[$0], among: table.paths))=\(row.values[$0]?.value ?? "")"
        }.joined(separator: " ")
        second = curveTitles.firstIndex(of: text) ?? curveTitles.count
        if second == curveTitles.count { curveTitles.append(text) }
      }
      values[[axes.x.index(of: row), second], default: []].append(figure.value)
    }
    let scale = UnitScale(unit: unit, largest: values.values.joined().map(abs).max() ?? 0)
    metric = choice.text + (scale.unit.isEmpty ? "" : " (\(scale.unit))")
    func shown(_ figures: [Double]) -> MeanInterval { MeanInterval(figures.map(scale.value)) }
    if let heat = axes.heat {
      cells = heat.texts.indices.map { y in
        axes.x.texts.indices.map { x in values[[x, y]].map { shown($0).mean } ?? .nan }
      }
    } else {
      guard curveTitles.count <= Self.curveLimit else {
        throw AnalysisError.tooManyCurves(curveTitles.count, limit: Self.curveLimit)
      }
      curves = curveTitles.enumerated().map { place, title in
        (title, axes.x.texts.indices.compactMap { x in values[[x, place]].map { (x, shown($0)) } })
      }
    }
  }

  /// The curves or the map in lines of gnuplot.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted("\(metric), sweep of \(title)"))
      set xlabel \(Gnuplot.quoted(axes.x.path))

      """
    if let heat = axes.heat {
      script += "set xtics (\(Self.tics(axes.x)))\nset ytics (\(Self.tics(heat)))\n"
      script += """
        set ylabel \(Gnuplot.quoted(heat.path))
        set cblabel \(Gnuplot.quoted(metric)) offset 1.5
        unset key
        unset grid
        set palette defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725')
        $cells << END

        """
      script += cells.map { $0.map(Gnuplot.number).joined(separator: " ") + "\n" }.joined()
      return script + "END\nplot $cells matrix with image\n"
    }
    script +=
      "set ylabel \(Gnuplot.quoted(metric))\nset offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05\n"
    let numbers = axes.x.numbers
    if numbers == nil { script += "set xtics (\(Self.tics(axes.x)))\n" }
    if let numbers, let least = numbers.first, let most = numbers.last, least > 0,
      most / least >= 16
    {
      script += "set logscale x 2\n"
    }
    if curves.count == 1 { script += "unset key\n" } else { script += target.keyBelow + "\n" }
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

  private static func tics(_ axis: SweepAxisValues) -> String {
    axis.texts.enumerated().map { "\(Gnuplot.quoted($1)) \($0)" }.joined(separator: ", ")
  }
}
