internal import Recording
internal import Text

/// What came of a sweep's settings: one objective over the other, with the front.
public struct FrontPlot: Plot {
  private let title: String
  private let dots: FrontDots

  /// The picture of a sweep's advice.
  ///
  /// - Throws: `AnalysisError.nothingComplete` if there is nothing to draw.
  public init(_ advice: Advice) throws(AnalysisError) {
    guard !advice.points.isEmpty else { throw .nothingComplete }
    title = "settings of \(advice.sweep.name)"
    dots = FrontDots(advice)
  }

  /// The dots by kind, joined along the front, in lines of gnuplot.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted(title))
      set xlabel \(Gnuplot.quoted(dots.titles.x))
      set ylabel \(Gnuplot.quoted(dots.titles.y))
      \(target.keyBelow)
      \(target.tics(of: dots.dots.map(\.x)))
      set offsets graph 0.04, graph 0.04, graph 0.06, graph 0.06
      $line << END

      """
    func line(_ x: Double, _ y: Double) -> String {
      "\(Gnuplot.number(x)) \(Gnuplot.number(y))\n"
    }
    script += dots.front.map { line($0.x, $0.y) }.joined() + "END\n"
    var plots: [String] = []
    if dots.front.count > 1 {
      plots.append(
        "$line with lines linewidth 1.4 dashtype 2 linecolor '\(PlotColour.blue)' notitle")
    }
    // Marks of gnuplot: what matters stands out by shape and size too.
    var letter = 1
    for kind in FrontDots.Kind.allCases.reversed() {
      let own = dots.dots.filter { $0.kind == kind }
      if own.isEmpty { continue }
      script += "$\(kind) << END\n" + own.map { line($0.x, $0.y) }.joined() + "END\n"
      let (shape, size) =
        switch kind {
        case .recommended: (7, 2.0)
        case .defaults: (9, 1.8)
        case .forbidden: (2, 1.0)
        case .front: (7, 1.1)
        case .beaten: (6, 0.8)
        }
      // A terminal has a letter for each kind of mark.
      let mark = target.hasColours ? shape : letter
      letter += 1
      plots.append(
        "$\(kind) with points pointtype \(mark) pointsize \(size) linecolor '\(kind.colour)' title \(Gnuplot.quoted(kind.title))"
      )
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }
}
