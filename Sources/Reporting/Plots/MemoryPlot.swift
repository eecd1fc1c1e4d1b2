internal import Experiments
public import Recording
internal import SimulationEngine

/// A guest's memory over time: what it is used for in layers, goal, target and committed memory as lines, events as marks.
public struct MemoryPlot: Plot {
  /// The layers from below, in the order of the columns of the data.
  private static let layers: [(title: String, colour: String)] = [
    ("kernel and other", PlotColour.grey), ("anonymous", PlotColour.orange),
    ("file", PlotColour.sky), ("free", PlotColour.yellow), ("balloon", PlotColour.pale),
    ("frontswap", PlotColour.purple), ("cleancache", PlotColour.green),
  ]
  private static let lines: [(title: String, colour: String, dash: Int)] = [
    ("committed", PlotColour.black, 1), ("goal", PlotColour.vermilion, 2),
    ("target", PlotColour.blue, 3),
  ]
  /// So many parts of the time have samples of their own; in each the least and the greatest memory stay.
  private static let parts: Int64 = 300

  private let title: String
  private let hasHours: Bool
  private var data: [[Double]] = []
  private var marks: [(time: Double, kind: String)] = []

  /// The picture of a guest of a run.
  public init(_ store: ResultStore, run: RunRecord, guest: String) throws {
    title = "\(run.scenarioName), run \(run.id), guest \(guest)"
    let end = max(1, run.simulated?.nanoseconds ?? 1)
    hasHours = end > 7_200_000_000_000
    let scale = hasHours ? 3.6e12 : 1e9
    let names = TickColumn.allCases.prefix { !$0.isCumulative }
    var bin: (number: Int64, ticks: [(Int64, [Int64])]) = (-1, [])
    var chosen: [(Int64, [Int64])] = []
    try store.forEachRow(
      of: .ticks, run: run.id, columns: ["guest", "time_ns"] + names.map(\.name)
    ) { cells in
      guard cells[0] == .text(guest), case .integer(let time) = cells[1] else { return }
      let values = cells.dropFirst(2).map(\.count)
      let number = time / max(1, end / Self.parts)
      if number != bin.number {
        chosen += Self.extremes(bin.ticks)
        bin = (number, [])
      }
      bin.ticks.append((time, values))
    }
    chosen += Self.extremes(bin.ticks)
    data = chosen.map { time, values in [Double(time) / scale] + Self.levels(values) }
    let shown = ["oom_kill", "kernel_oops", "sysfs_write", "drop_caches", "fault_begins"]
    marks = try store.events(
      of: run.id, guest: guest, from: .zero, to: .zero + .nanoseconds(end)
    ).filter { shown.contains($0.kind) }.prefix(20).map {
      (Double($0.time.nanoseconds) / scale, $0.kind.replacing("_", with: " "))
    }
  }

  /// Of the ticks of a part the first, and those with the least and the greatest memory and committed memory.
  private static func extremes(_ ticks: [(Int64, [Int64])]) -> [(Int64, [Int64])] {
    guard !ticks.isEmpty else { return [] }
    var places: Set<Int> = [0]
    for column in [TickColumn.totalRamPages, .committedPages] {
      let levels = ticks.map { $0.1[column.rawValue] }
      for extreme in [levels.min(), levels.max()] {
        if let place = levels.firstIndex(where: { $0 == extreme }) { places.insert(place) }
      }
    }
    return places.sorted().map { ticks[$0] }
  }

  /// The layers, each with those below it, and the lines, in MiB.
  private static func levels(_ values: [Int64]) -> [Double] {
    func level(_ column: TickColumn) -> Int64 { values[column.rawValue] }
    let anon = level(.activeAnonPages) + level(.inactiveAnonPages)
    let file = level(.activeFilePages) + level(.inactiveFilePages)
    let other = max(0, level(.totalRamPages) - anon - file - level(.freePages))
    let balloon = max(0, level(.maxPages) - level(.totalRamPages))
    var sum: Int64 = 0
    var sums: [Double] = []
    for layer in [
      other, anon, file, level(.freePages), balloon, level(.frontswapPages),
      level(.cleancachePages),
    ] {
      sum += layer
      sums.append(Double(sum) / 256)
    }
    // Before the worker's first run there is neither goal nor target.
    let lines = [level(.committedPages), level(.goalPages), level(.targetPages)]
    return sums
      + lines.enumerated().map { $0 > 0 && $1 == 0 ? Double.nan : Double($1) / 256 }
  }

  /// Layers, lines and marks in lines of gnuplot; without colours the guest's RAM alone stands for the layers.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted(title))
      set xlabel \(Gnuplot.quoted(hasHours ? "simulated time (h)" : "simulated time (s)"))
      set ylabel 'memory (MiB)'
      set yrange [0:*]
      set xrange [0:*] noextend

      """
    for mark in marks {
      let time = Gnuplot.number(mark.time)
      script += """
        set arrow from \(time), graph 0 to \(time), graph 1 nohead linecolor '\(PlotColour.black)' dashtype 4
        set label \(Gnuplot.quoted(mark.kind)) at \(time), graph 0.98 rotate by 90 right offset character -0.6,0 font ',11'

        """
    }
    script += "$ticks << END\n"
    script += data.map { $0.map(Self.short).joined(separator: " ") + "\n" }.joined()
    script += "END\n"
    var plots: [String] = []
    if target.hasColours {
      // The highest first, so that those below cover it.
      for place in Self.layers.indices.reversed() {
        let layer = Self.layers[place]
        let seen = data.contains { $0[place + 1] - (place == 0 ? 0 : $0[place]) > 0 }
        if !seen { continue }
        plots.append(
          "$ticks using 1:\(place + 2) with filledcurves y1=0 fillstyle solid noborder linecolor '\(layer.colour)' title '\(layer.title)'"
        )
      }
    } else {
      plots.append("$ticks using 1:5 with lines title 'RAM'")
    }
    for (place, line) in Self.lines.enumerated() {
      let column = place + Self.layers.count + 2
      if data.allSatisfy({ $0[column - 1].isNaN }) { continue }
      plots.append(
        "$ticks using 1:\(column) with steps linewidth 1.6 linecolor '\(line.colour)' dashtype \(line.dash) title '\(line.title)'"
      )
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }

  /// Four decimals of an hour, one of a MiB, are more than one sees.
  private static func short(_ value: Double) -> String {
    value.isFinite ? Gnuplot.number((value * 1e4).rounded() / 1e4) : "NaN"
  }
}
