public import Experiments
public import Recording
internal import SimulationEngine

/// Columns of `ticks` of one run or several, over time.
public struct ColumnPlot: Plot {
  private var curves: [(title: String, points: [(time: Double, value: Double)])] = []
  private let unit: String
  private let title: String
  private let hasHours: Bool
  private static let parts: Int64 = 400

  /// Curves of every column of every run, of a guest (default: each run's first).
  public init(
    _ store: ResultStore, runs: [RunRecord], guest: String?, columns: [TickColumn]
  ) throws {
    let end = max(1, runs.compactMap { $0.simulated?.nanoseconds }.max() ?? 1)
    hasHours = end > 7_200_000_000_000
    let scale = hasHours ? 3.6e12 : 1e9
    let isMemory = columns.allSatisfy { $0.name.hasSuffix("_pages") || $0.isPages }
    let isTime = columns.allSatisfy { $0.name.hasSuffix("_ns") }
    unit = isMemory ? "MiB" : isTime ? "s" : "count"
    let divisor = isMemory ? 256.0 : isTime ? 1e9 : 1
    title = Set(runs.map(\.scenarioName)).sorted().joined(separator: ", ")
    for run in runs {
      let guest = try guest ?? store.guests(of: run.id)[0]
      var curves = columns.map { column in
        (
          title: runs.count > 1 ? "run \(run.id) \(column.name)" : column.name,
          points: [(time: Double, value: Double)]()
        )
      }
      var bin: (number: Int64, rows: [(Int64, [Int64])]) = (-1, [])
      func flush() {
        for place in columns.indices {
          let levels = bin.rows.map { $0.1[place] }
          let extremes = [levels.min(), levels.max()].compactMap { extreme in
            levels.firstIndex { $0 == extreme }
          }
          for row in Set(extremes).sorted() {
            curves[place].points.append(
              (Double(bin.rows[row].0) / scale, Double(levels[row]) / divisor))
          }
        }
        bin.rows = []
      }
      try store.forEachRow(
        of: .ticks, run: run.id, columns: ["guest", "time_ns"] + columns.map(\.name)
      ) { cells in
        guard cells[0] == .text(guest), case .integer(let time) = cells[1] else { return }
        let number = time / max(1, end / Self.parts)
        if number != bin.number {
          flush()
          bin.number = number
        }
        bin.rows.append(
          (time, cells.dropFirst(2).map(\.count)))
      }
      flush()
      self.curves += curves
    }
  }

  /// The curves in lines of gnuplot.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted(title))
      set xlabel \(Gnuplot.quoted(hasHours ? "simulated time (h)" : "simulated time (s)"))
      set ylabel \(Gnuplot.quoted(unit))
      set xrange [0:*] noextend
      set key below

      """
    var plots: [String] = []
    for (place, curve) in curves.enumerated() {
      script += "$curve\(place) << END\n"
      script += curve.points.map {
        "\(Gnuplot.number(($0.time * 1e4).rounded() / 1e4)) \(Gnuplot.number($0.value))\n"
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

extension Cell {
  /// A whole number, as every value of a tick is.
  var count: Int64 { if case .integer(let value) = self { value } else { 0 } }
}

extension TickColumn {
  /// Whether it counts pages though its name does not say so.
  fileprivate var isPages: Bool {
    [.pgpgin, .pgpgout, .pswpin, .pswpout].contains(self)
  }
}
