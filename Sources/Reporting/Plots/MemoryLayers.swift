public import Recording
internal import Simulation
internal import Units

/// A guest's memory over time: what it is used for, as layers over one another, and what it was meant to be, as lines.
///
/// All in MiB, 256 pages each. What the kernel has besides the lists and free memory counts as its own.
public struct MemoryLayers: Sendable {
  /// The layers from below.
  static let layers: [(title: String, colour: String)] = [
    ("kernel and other", PlotColour.grey), ("anonymous", PlotColour.orange),
    ("file", PlotColour.sky), ("free", PlotColour.yellow), ("balloon", PlotColour.pale),
    ("frontswap", PlotColour.purple), ("cleancache", PlotColour.green),
  ]
  /// The lines, with gnuplot's number of a dash pattern.
  static let lines: [(title: String, colour: String, dash: Int)] = [
    ("committed", PlotColour.black, 1), ("goal", PlotColour.vermilion, 2),
    ("target", PlotColour.blue, 3),
  ]
  private static let columns: [TickColumn] = [
    .ramPages, .maxPages, .freePages, .activeFilePages, .inactiveFilePages, .activeAnonPages,
    .inactiveAnonPages, .frontswapPages, .cleancachePages, .committedPages, .goalPages,
    .targetPages,
  ]

  /// A moment.
  struct Point: Sendable {
    /// Seconds since boot.
    var time: Double
    /// The layers in their order.
    var layers: [Double]
    /// The lines in their order; nothing before the worker's first run.
    var lines: [Double?]
  }

  /// The moments in the order of time.
  let points: [Point]

  /// The memory of a guest in about `parts` moments, peaks kept.
  public init(_ store: ResultStore, run: RunRecord, guest: String, parts: Int) throws {
    // Before the worker's first run, and without a worker, there is neither goal nor target.
    let start = try store.workerRuns(
      of: run.id, guest: guest, at: SimTime(nanoseconds: -1)
    ).next?.time.nanoseconds
    let series = try TickSeries(
      store, run: run, guest: guest, columns: Self.columns, parts: parts)
    points = series.points.map { point in
      func level(_ column: TickColumn) -> Double {
        Double(point.values[series.place(of: column)])
      }
      let anon = level(.activeAnonPages) + level(.inactiveAnonPages)
      let file = level(.activeFilePages) + level(.inactiveFilePages)
      let ram = level(.ramPages)
      let layers = [
        max(0, ram - anon - file - level(.freePages)), anon, file, level(.freePages),
        max(0, level(.maxPages) - ram), level(.frontswapPages), level(.cleancachePages),
      ]
      let isDecided = start.map { point.time >= $0 } ?? false
      let goal = isDecided ? level(.goalPages) : nil
      let target = isDecided ? level(.targetPages) : nil
      return Point(
        time: Double(point.time) / 1e9, layers: layers.map { $0 / 256 },
        lines: [level(.committedPages), goal, target].map { $0.map { $0 / 256 } })
    }
  }

  /// Which layers are ever there.
  var seen: [Int] {
    Self.layers.indices.filter { layer in points.contains { $0.layers[layer] > 0 } }
  }
}
