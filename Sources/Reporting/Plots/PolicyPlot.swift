internal import Text

/// Policies by the memory that they hold and the time that programs waited under them; the bound as a line.
public struct PolicyPlot: Plot {
  private let title: String
  private let dots: [(title: String, x: Double, y: Double, isKilling: Bool)]
  private let bound: Double?

  /// The picture of a table of policies.
  public init(_ table: PolicyTable, of name: String) {
    title = "policies for \(name)"
    dots = table.dots
    bound = table.boundMean
  }

  /// A dot a policy with its name in the key, in lines of gnuplot; what kills is a cross.
  public func script(for target: PlotTarget) -> String {
    let least = (dots.map(\.x) + (bound.map { [$0] } ?? [])).min() ?? 0
    let most = dots.map(\.x).max() ?? 1
    var script = """
      set title \(Gnuplot.quoted(title))
      set xlabel 'memory held, mean (MiB)'
      set ylabel 'programs waited (s)'
      \(target.tics(of: [least, most]))
      set offsets graph 0.04, graph 0.04, graph 0.08, graph 0.02
      set yrange [0:*]

      """
    if let bound {
      let x = Gnuplot.number(bound)
      script += """
        set arrow from first \(x), graph 0 to first \(x), graph 1 nohead dashtype 2 linecolor '\(PlotColour.blue)'
        $bound << END
        \(x) 0
        END

        """
    }
    var plots: [String] = []
    for (place, dot) in dots.enumerated() {
      script += "$policy\(place) << END\n\(Gnuplot.number(dot.x)) \(Gnuplot.number(dot.y))\nEND\n"
      let shape = dot.isKilling ? 2 : [7, 5, 9, 11, 13][place % 5]
      // What lies below another is larger, so that both are seen.
      let size = Gnuplot.number(max(2.4 - 0.25 * Double(place), 1))
      let mark = target.hasColours ? shape : place + 1
      plots.append(
        "$policy\(place) with points pointtype \(mark) pointsize \(size) linecolor \(place + 1) title "
          + Gnuplot.quoted(dot.title + (dot.isKilling ? ", kills" : "")))
    }
    if bound != nil {
      plots.append(
        "$bound with lines dashtype 2 linecolor '\(PlotColour.blue)' title 'bound'")
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }
}
