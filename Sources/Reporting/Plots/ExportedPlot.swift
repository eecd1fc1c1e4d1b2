public import Simulation
internal import Text

/// A script for gnuplot that draws exported ticks, to be changed by who wants another look.
///
/// The data are the CSV that `Exporter` writes of `ticks`, with the columns `run_id`, `guest` and `time_ns` among others; what is
/// drawn is computed from them by names of columns.
public struct ExportedPlot: Plot {
  /// A guest of a run.
  public struct Source: Hashable, Sendable {
    /// The run's number.
    public var run: Int64
    /// The guest's name.
    public var guest: String

    /// A guest of a run.
    public init(run: Int64, guest: String) {
      self.run = run
      self.guest = guest
    }
  }

  private let file: String
  private let sources: [Source]
  private let columns: [TickColumn]?

  /// The columns without which nothing can be drawn.
  public static let keys = ["run_id", "guest", "time_ns"]

  /// A script for the data in `file`: memory in layers of one guest, or columns over one another.
  ///
  /// - Parameter columns: What is drawn; nothing: the layers of the first source.
  public init(file: String, sources: [Source], columns: [TickColumn]?) {
    precondition(!sources.isEmpty, "a plot of nothing")
    self.file = file
    self.sources = sources
    self.columns = columns
  }

  /// The script, behind the preamble that all pictures share.
  public func script(for target: PlotTarget) -> String {
    """
    # Data: \(TerminalText.line(file)), written by `balloonsim export --gnuplot`. Run in its folder: gnuplot THIS.gp > picture.svg
    data = \(Gnuplot.quoted(file))
    set datafile separator ','
    set datafile columnheaders
    set datafile missing NaN
    seconds(x) = column("time_ns") / 1e9
    mib(name) = column(name) / 256.0
    of(run, guest, value) = (column("run_id") == run && strcol("guest") eq guest) ? value : NaN
    set xlabel 'simulated time (s)'
    set xrange [0:*] noextend
    \(columns.map(lines) ?? layers)

    """
  }

  private func curve(_ source: Source, _ value: String) -> String {
    "data using (seconds(0)):(of(\(source.run), \(Gnuplot.quoted(source.guest)), \(value)))"
  }

  private func lines(_ columns: [TickColumn]) -> String {
    var plots: [String] = []
    for source in sources {
      for column in columns {
        let value = "column(\"\(column.name)\") / \(column.unit.divisor)"
        let title = "run \(source.run) \(source.guest): \(column.plainName) (\(column.unit.shown))"
        let colour = PlotColour.lines[plots.count % PlotColour.lines.count]
        plots.append(
          "\(curve(source, value)) with steps linewidth 1.6 linecolor '\(colour)' dashtype \(plots.count % 5 + 1) title \(Gnuplot.quoted(title))"
        )
      }
    }
    return "set key tmargin\nplot " + plots.joined(separator: ", \\\n  ")
  }

  /// The layers of `MemoryLayers`, and its lines as they are recorded: goal and target before the worker's first run too.
  private var layers: String {
    let source = sources[0]
    // How often each column counts in all layers up to one: what is taken away below and added above is not there.
    var counts: [TickColumn: Int] = [:]
    let sums = MemoryLayers.layers.map { layer -> String in
      for column in layer.columns { counts[column, default: 0] += 1 }
      for column in layer.without { counts[column, default: 0] -= 1 }
      func terms(_ count: Int) -> [String] {
        TickColumn.all.filter { counts[$0] == count }.map { "mib(\"\($0.name)\")" }
      }
      return ([terms(1).joined(separator: " + ")] + terms(-1)).joined(separator: " - ")
    }
    var plots = zip(MemoryLayers.layers, sums).reversed().map { layer, sum in
      "\(curve(source, sum)) with filledcurves y1=0 fillstyle solid noborder linecolor '\(layer.colour)' title '\(layer.title)'"
    }
    plots += MemoryLayers.lines.map { line in
      "\(curve(source, "mib(\"\(line.title)_pages\")")) with steps linewidth 1.6 linecolor '\(line.colour)' dashtype \(line.dash) title '\(line.title)'"
    }
    return "set ylabel 'memory (MiB)'\nset yrange [0:*]\nplot "
      + plots.joined(separator: ", \\\n  ")
  }
}
