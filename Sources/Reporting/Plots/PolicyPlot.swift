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

  /// Dots that lie on or beside one another as one, with the names of all; no more than six are named.
  private var groups: [(title: String, x: Double, y: Double, isKilling: Bool)] {
    let (xs, ys) = (dots.map(\.x), dots.map(\.y))
    let width = ((xs.max() ?? 0) - (xs.min() ?? 0)) * Self.nearby
    let height = max((ys.max() ?? 0) * Self.nearby, 1e-9)
    var groups: [(names: [String], x: Double, y: Double, isKilling: Bool)] = []
    for dot in dots {
      let place = groups.firstIndex {
        $0.isKilling == dot.isKilling && abs($0.x - dot.x) <= width && abs($0.y - dot.y) <= height
      }
      if let place {
        groups[place].names.append(dot.title)
      } else {
        groups.append(([dot.title], dot.x, dot.y, dot.isKilling))
      }
    }
    return groups.map { group in
      let more = group.names.count - Self.namesInKey
      let title =
        group.names.prefix(Self.namesInKey).joined(separator: ", ")
        + (more > 0 ? " and \(more) more" : "")
      return (title, group.x, group.y, group.isKilling)
    }
  }

  /// Dots no further apart than this share of the picture are one.
  private static let nearby = 0.02
  private static let namesInKey = 6

  /// A dot a policy, or policies that lie together, with the names in the key, in lines of gnuplot; what kills is a cross.
  public func script(for target: PlotTarget) -> String {
    let dots = groups
    let least = (dots.map(\.x) + (bound.map { [$0] } ?? [])).min() ?? 0
    let most = dots.map(\.x).max() ?? 1
    var script = """
      set title \(Gnuplot.quoted(title))
      set xlabel 'memory held, mean (MiB)'
      set ylabel 'programs waited (s)'
      \(target.tics(of: [least, most]))
      set offsets graph 0.04, graph 0.04, graph 0.08, graph 0.02
      set yrange [0:*]
      \(target.hasColours ? "set key below vertical Left reverse maxcols 1" : "")

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
