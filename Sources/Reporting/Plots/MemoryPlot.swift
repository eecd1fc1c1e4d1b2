public import Recording
internal import Text

/// A guest's memory over time: what it is used for in layers, goal, target and committed memory as lines, events as marks.
public struct MemoryPlot: Plot {
  private let title: String
  private let axis: TimeAxis
  private let memory: MemoryLayers
  private let marks: [MarkedEvent]

  /// The picture of a guest of a run, from about `parts` moments of it.
  public init(_ store: ResultStore, run: RunRecord, guest: String, parts: Int = 200) throws {
    title = "\(run.scenarioName), run \(run.id), guest \(guest)"
    axis = try TimeAxis(store, [run])
    memory = try MemoryLayers(store, run: run, guest: guest, parts: parts)
    marks = try MarkedEvent.all(store, run: run, guest: guest)
  }

  /// Layers, lines and marks in lines of gnuplot; without colours the guest's RAM alone stands for the layers.
  public func script(for target: PlotTarget) -> String {
    var script = """
      set title \(Gnuplot.quoted(target.hasColours ? title : title + ", MiB"))
      \(axis.commands(for: target))
      set ylabel 'memory (MiB)'
      set yrange [0:*]

      """
    // Characters leave no room for marks.
    if target.hasColours { script += marks.map { $0.commands(axis) }.joined() }
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
      plots.append("$ticks using 1:4 with lines title 'in use'")
    }
    // Where there are more moments than can be told apart, thin lines leave the layers to be seen.
    let width = memory.points.count > 1_200 ? 0.6 : 1.6
    for (place, line) in MemoryLayers.lines.enumerated()
    where memory.points.contains(where: { $0.lines[place] != nil }) {
      plots.append(
        "$ticks using 1:\(place + MemoryLayers.layers.count + 2) with steps linewidth \(width) linecolor '\(line.colour)' dashtype \(line.dash) title '\(line.title)'"
      )
    }
    return script + "plot " + plots.joined(separator: ", \\\n  ") + "\n"
  }
}
