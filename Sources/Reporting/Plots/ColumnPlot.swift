public import Experiments
public import Recording

/// Columns of `ticks` of one run or several, over time.
public struct ColumnPlot: Plot {
  private static let parts = 400

  private let curves: [(title: String, points: [(time: Double, value: Double)])]
  private let axis: TimeAxis
  private let unit: String
  private let title: String

  /// Curves of every column of every run, of a guest (default: each run's first).
  public init(
    _ store: ResultStore, runs: [RunRecord], guest: String?, columns: [TickColumn]
  ) throws {
    axis = TimeAxis(runs)
    title = Set(runs.map(\.scenarioName)).sorted().joined(separator: ", ")
    let units = Set(columns.map(\.unit))
    let isOne = units.count == 1
    unit = isOne ? units.first ?? "" : "value, in the unit of its column"
    curves = try runs.flatMap { run in
      let guest = try guest ?? store.guests(of: run.id)[0]
      let series = try TickSeries(
        store, run: run, guest: guest, columns: columns, parts: Self.parts)
      return columns.indices.map { place in
        let column = columns[place]
        let name = isOne ? column.plainName : "\(column.plainName) (\(column.unit))"
        return (
          title: runs.count > 1 ? "run \(run.id) \(name)" : name,
          points: series.points.map {
            (Double($0.time) / 1e9, Double($0.values[place]) / column.divisor)
          }
        )
      }
    }
  }

  /// The curves in lines of gnuplot.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted(title))
      \(axis.commands)
      set ylabel \(Gnuplot.quoted(unit))
      \(target.keyBelow)

      """
    var plots: [String] = []
    for (place, curve) in curves.enumerated() {
      script += "$curve\(place) << END\n"
      script += curve.points.map {
        "\(Gnuplot.number(axis.value($0.time))) \(Gnuplot.number($0.value))\n"
      }.joined()
      script += "END\n"
      let colour = PlotColour.lines[place % PlotColour.lines.count]
      plots.append(
        "$curve\(place) with steps linewidth 1.6 linecolor '\(colour)' dashtype \(place % 5 + 1) title \(Gnuplot.quoted(curve.title))"
      )
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }
}

extension TickColumn {
  /// The unit in which people are shown the column.
  var unit: String {
    if isPages { return "MiB" }
    return name.hasSuffix("_ns") ? "s" : "count"
  }

  /// How many of the column's own units are one of those shown.
  var divisor: Double {
    if isPages { return 256 }
    return name.hasSuffix("_ns") ? 1e9 : 1
  }

  /// The name without the unit that it ends in.
  var plainName: String {
    for ending in ["_pages", "_ns"] where name.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }

  /// Whether it counts pages; some names do not say so.
  private var isPages: Bool {
    name.hasSuffix("_pages") || [.pgpgin, .pgpgout, .pswpin, .pswpout].contains(self)
  }
}
