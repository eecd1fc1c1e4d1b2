internal import Experiments
public import Recording
internal import SimulationEngine

/// A guest's memory over time: what it is used for in layers, goal, target and committed memory as lines, events as marks.
public struct MemoryPlot: Plot {
  private static let parts = 200

  private let title: String
  private let axis: TimeAxis
  private let memory: MemoryLayers
  private let marks: [(time: Double, kind: String)]

  /// The picture of a guest of a run.
  public init(_ store: ResultStore, run: RunRecord, guest: String) throws {
    title = "\(run.scenarioName), run \(run.id), guest \(guest)"
    axis = TimeAxis([run])
    memory = try MemoryLayers(store, run: run, guest: guest, parts: Self.parts)
    marks = try MarkedEvents.of(store, run: run, guest: guest).map {
      (Double($0.time.nanoseconds) / 1e9, $0.kind.replacing("_", with: " "))
    }
  }

  /// Layers, lines and marks in lines of gnuplot; without colours the guest's RAM alone stands for the layers.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted(title))
      \(axis.commands)
      set ylabel 'memory (MiB)'
      set yrange [0:*]

      """
    // Characters leave no room for marks.
    for mark in target.hasColours ? marks : [] {
      let time = Gnuplot.number(axis.value(mark.time))
      script += """
        set arrow from \(time), graph 0 to \(time), graph 1 nohead linecolor '\(PlotColour.black)' dashtype 4
        set label \(Gnuplot.quoted(mark.kind)) at \(time), graph 0.98 rotate by 90 right offset character -0.6,0 font ',11'

        """
    }
    script += "$ticks << END\n"
    for point in memory.points {
      var sum = 0.0
      let sums = point.layers.map { layer in
        sum += layer
        return sum
      }
      let values = [axis.value(point.time)] + sums + point.lines.map { $0 ?? .nan }
      script += values.map(Gnuplot.number).joined(separator: " ") + "\n"
    }
    script += "END\n"
    var plots: [String] = []
    if target.hasColours {
      // The highest first, so that those below cover it.
      plots += memory.seen.reversed().map { place in
        let layer = MemoryLayers.layers[place]
        return
          "$ticks using 1:\(place + 2) with filledcurves y1=0 fillstyle solid noborder linecolor '\(layer.colour)' title '\(layer.title)'"
      }
    } else {
      plots.append("$ticks using 1:5 with lines title 'RAM'")
    }
    for (place, line) in MemoryLayers.lines.enumerated()
    where memory.points.contains(where: { $0.lines[place] != nil }) {
      plots.append(
        "$ticks using 1:\(place + MemoryLayers.layers.count + 2) with steps linewidth 1.6 linecolor '\(line.colour)' dashtype \(line.dash) title '\(line.title)'"
      )
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }
}

/// The axis of simulated time: in seconds, from two hours on in hours.
struct TimeAxis: Sendable {
  /// The unit's name.
  let unit: String
  private let seconds: Double

  /// The axis of the longest of some runs.
  init(_ runs: [RunRecord]) {
    let end = runs.compactMap { $0.simulated?.nanoseconds }.max() ?? 0
    (unit, seconds) = end > 7_200_000_000_000 ? ("h", 3_600) : ("s", 1)
  }

  /// A time in seconds, on the axis.
  func value(_ time: Double) -> Double { time / seconds }

  /// What stands beside it.
  var title: String { "simulated time (\(unit))" }

  /// The axis in gnuplot's words.
  var commands: String { "set xlabel '\(title)'\nset xrange [0:*] noextend" }
}

/// What happens in a guest that a picture marks.
enum MarkedEvents {
  private static let kinds: Set<EventRecord.Kind> = [
    .oomKill, .kernelOops, .sysfsWrite, .dropCaches, .faultBegins,
  ]
  /// No more marks than a picture can show.
  private static let limit = 20

  /// The first marked events of a guest.
  static func of(_ store: ResultStore, run: RunRecord, guest: String) throws -> [EventRow] {
    let end = SimTime(nanoseconds: .max)
    let names = Set(kinds.map(\.rawValue))
    let events = try store.events(of: run.id, guest: guest, from: .zero, to: end)
    return Array(events.filter { names.contains($0.kind) }.prefix(limit))
  }
}
