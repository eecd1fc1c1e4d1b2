public import Recording
public import Simulation
internal import Text

/// Columns of `ticks` of one run or several, over time: columns of one unit in one panel, the panels below each other.
public struct ColumnPlot: Plot {
  private static let parts = 400
  /// More curves cannot be told apart.
  private static let curveLimit = 24

  private let curves: [Curve]
  private let axis: TimeAxis
  private let title: String

  private struct Curve {
    var title: String
    var unit: String
    var points: [(time: Double, value: Double)]
  }

  /// Curves of every column of every run, of a guest (default: each run's first).
  ///
  /// - Throws: `AnalysisError.tooManyCurves`.
  public init(
    _ store: ResultStore, runs: [RunRecord], guest: String?, columns: [TickColumn]
  ) throws {
    guard runs.count * columns.count <= Self.curveLimit else {
      throw AnalysisError.tooManyCurves(runs.count * columns.count, limit: Self.curveLimit)
    }
    axis = try TimeAxis(store, runs)
    title = Set(runs.map(\.scenarioName)).sorted().joined(separator: ", ")
    curves = try runs.flatMap { run in
      let guest = try guest ?? store.firstGuest(of: run.id)
      let series = try TickSeries(
        store, run: run, guest: guest, columns: columns, parts: Self.parts)
      return columns.indices.map { place in
        let column = columns[place]
        return Curve(
          title: runs.count > 1 ? "run \(run.id) \(column.plainName)" : column.plainName,
          unit: column.unit.shown,
          points: series.points.map {
            (Double($0.time) / 1e9, Double($0.values[place]) / column.unit.divisor)
          })
      }
    }
  }

  /// The units of the curves, each once.
  private var units: [String] {
    var units: [String] = []
    for curve in curves where !units.contains(curve.unit) { units.append(curve.unit) }
    return units
  }

  /// As high as its panels need.
  public var height: Int { max(540, 280 * units.count) }

  /// The curves in lines of gnuplot.
  public func script(for target: PlotTarget) -> String {
    let units = units
    var script = curves.enumerated().map { place, curve in
      "$curve\(place) << END\n"
        + curve.points.map {
          "\(Gnuplot.number(axis.value($0.time))) \(Gnuplot.number($0.value))\n"
        }.joined() + "END\n"
    }.joined()
    script += "\(axis.commands(for: target))\n\(target.keyBelow)\n"
    let panels = units.map { unit in
      let plots = curves.indices.filter { curves[$0].unit == unit }.map { place in
        let colour = PlotColour.lines[place % PlotColour.lines.count]
        return
          "$curve\(place) with steps linewidth 1.6 linecolor '\(colour)' dashtype \(place % 5 + 1) title \(Gnuplot.quoted(curves[place].title))"
      }
      let axis = unit == units.last ? "" : "unset xlabel\n"
      return "\(axis)set ylabel \(Gnuplot.quoted(unit))\nplot "
        + plots.joined(separator: ", \\\n  ")
        + "\n"
    }
    if panels.count == 1 || !target.hasColours {
      let shown = target.hasColours ? title : "\(title), \(units.joined(separator: " and "))"
      script += "set title \(Gnuplot.quoted(shown))\n"
      return script + (panels.count == 1 ? panels[0] : together)
    }
    return script
      + "set multiplot layout \(panels.count),1 title \(Gnuplot.quoted(title))\n"
      + panels.joined(separator: "set xlabel '\(axis.title)'\n") + "unset multiplot\n"
  }

  /// All curves in one panel, for a terminal, which has room for no more.
  private var together: String {
    "plot "
      + curves.enumerated().map { place, curve in
        "$curve\(place) with steps title \(Gnuplot.quoted("\(curve.title) (\(curve.unit))"))"
      }.joined(separator: ", \\\n  ") + "\n"
  }
}

extension TickColumn.Unit {
  /// The unit in which people are shown such values.
  var shown: String {
    switch self {
    case .pages: "MiB"
    case .nanoseconds: "s"
    case .count: "count"
    }
  }

  /// How many of its own are one of those shown.
  var divisor: Double {
    switch self {
    case .pages: 256
    case .nanoseconds: 1e9
    case .count: 1
    }
  }
}
