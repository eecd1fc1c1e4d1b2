public import Recording
internal import Simulation
internal import Units

/// A guest's memory over time: what it is used for, as layers over one another, and what it was meant to be, as lines.
///
/// All in MiB, 256 pages each. What the kernel has besides the lists and free memory counts as its own.
public struct MemoryLayers: Sendable {
  /// A layer: the pages of some columns without those of others.
  struct Layer: Sendable {
    let title: String
    let colour: String
    let columns: [TickColumn]
    var without: [TickColumn] = []

    /// Its pages, of the values of columns; never below zero.
    func pages(_ level: (TickColumn) -> Double) -> Double {
      let sum = columns.reduce(0) { $0 + level($1) }
      return max(0, without.reduce(sum) { $0 - level($1) })
    }
  }

  private static let anon: [TickColumn] = [.activeAnonPages, .inactiveAnonPages]
  private static let file: [TickColumn] = [.activeFilePages, .inactiveFilePages]

  /// The layers from below.
  static let layers = [
    Layer(
      title: "kernel and other", colour: PlotColour.grey, columns: [.ramPages],
      without: [.freePages] + file + anon),
    Layer(title: "anonymous", colour: PlotColour.orange, columns: anon),
    Layer(title: "file", colour: PlotColour.sky, columns: file),
    Layer(title: "free", colour: PlotColour.yellow, columns: [.freePages]),
    Layer(
      title: "balloon", colour: PlotColour.pale, columns: [.maxPages], without: [.ramPages]),
    Layer(title: "frontswap", colour: PlotColour.purple, columns: [.frontswapPages]),
    Layer(title: "cleancache", colour: PlotColour.green, columns: [.cleancachePages]),
  ]
  /// The lines, with gnuplot's number of a dash pattern.
  static let lines: [(title: String, colour: String, dash: Int)] = [
    ("committed", PlotColour.black, 1), ("goal", PlotColour.vermilion, 2),
    ("target", PlotColour.blue, 3),
  ]
  private static let columns: [TickColumn] = {
    let used = Set(layers.flatMap { $0.columns + $0.without })
    return TickColumn.all.filter(used.contains) + [.committedPages, .goalPages, .targetPages]
  }()

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
    let start = try store.turns(
      of: run.id, guest: guest, at: SimTime(nanoseconds: -1)
    ).next?.time.nanoseconds
    let series = try TickSeries(
      store, run: run, guest: guest, columns: Self.columns, parts: parts)
    points = series.points.map { point in
      func level(_ column: TickColumn) -> Double {
        Double(point.values[series.place(of: column)])
      }
      let layers = Self.layers.map { $0.pages(level) }
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
