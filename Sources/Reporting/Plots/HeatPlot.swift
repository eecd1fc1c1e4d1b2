public import Recording
internal import Text

/// A figure of a sweep over two parameters: a cell for each pair of values, with its number.
public struct HeatPlot: Plot {
  private let title: String
  private let grid: SweepGrid
  /// More cells leave no room for numbers.
  private static let numberLimit = 80

  /// The map of `metric` over `x`, to the right, and `y`, upwards.
  ///
  /// - Throws: `AnalysisError` for a parameter that does not vary, values that make no grid, or a figure that a run lacks.
  public init(
    _ table: SweepTable, x: String, y: String, metric: MetricChoice
  ) throws(AnalysisError) {
    title = table.name
    grid = try SweepGrid(
      table, x: try SweepAxisValues(table, named: x), y: try SweepAxisValues(table, named: y),
      metric: metric)
  }

  /// The cells in lines of gnuplot; a terminal has no colours for them.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted("\(grid.title), sweep of \(title)"))
      set xlabel \(Gnuplot.quoted(grid.x.path))
      set ylabel \(Gnuplot.quoted(grid.y.path))
      set xtics (\(grid.x.tics)) scale 0
      set ytics (\(grid.y.tics)) scale 0
      set xrange [-0.5:\(grid.x.texts.count).0-0.5]
      set yrange [-0.5:\(grid.y.texts.count).0-0.5]
      unset key
      unset grid
      set rmargin at screen 0.87
      set palette defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725')
      $cells << END

      """
    let means = grid.means.joined().compactMap(\.self)
    let (least, greatest) = (means.min() ?? 0, means.max() ?? 0)
    for (y, row) in grid.means.enumerated() {
      for (x, mean) in row.enumerated() {
        guard let mean else { continue }
        let isDark = greatest == least || (mean - least) / (greatest - least) < 0.6
        script +=
          "\(x) \(y) \(Gnuplot.number(grid.scale.value(mean))) \"\(grid.scale.text(mean))\" \(isDark ? "0xffffff" : "0x000000")\n"
      }
    }
    script += "END\nset style fill solid noborder\n"
    script +=
      "plot $cells using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror linecolor palette"
    if means.count <= Self.numberLimit {
      script += ", \\\n  $cells using 1:2:4:5 with labels textcolor rgb variable font ',11'"
    }
    return script + "\n"
  }
}
