internal import Statistics
internal import Text
public import Traces
internal import Units

/// A trace drawn with characters, as gnuplot does.
public enum TracePlot {
  /// The series of a trace in a space of so many characters; each column of characters shows the greatest level of its time,
  /// so that peaks stay.
  ///
  /// - Throws: `Gnuplot.Fault`.
  public static func text(_ profile: TraceProfile, width: Int, height: Int) throws -> String {
    let seconds = profile.committed.step.seconds
    let (unit, scale): (String, Double) =
      Double(profile.committed.values.count) * seconds > 7_200 ? ("h", 3_600) : ("s", 1)
    var data = ""
    var plots: [String] = []
    let series =
      [("committed", profile.committed)] + (profile.used.map { [("in use", $0.series)] } ?? [])
    for (name, series) in series {
      let bins = max(1, (series.values.count + width - 1) / width)
      data += "$\(plots.count == 0 ? "first" : "second") << END\n"
      for first in stride(from: 0, to: series.values.count, by: bins) {
        let level = series.values[first..<min(first + bins, series.values.count)].max() ?? 0
        let time = Double(first) * seconds / scale
        data += "\(Gnuplot.number(time)) \(Gnuplot.number(level / 256))\n"
      }
      data += "END\n"
      plots.append(
        "$\(plots.count == 0 ? "first" : "second") with steps title \(Gnuplot.quoted(name))")
    }
    let script = """
      set terminal dumb noenhanced \(width) \(height)
      set encoding utf8
      set xlabel \(Gnuplot.quoted(unit))
      set ylabel 'MiB'
      set yrange [0:*]
      set key above
      set tics nomirror
      set border 3
      \(data)plot \(plots.joined(separator: ", "))
      """
    return String(decoding: try Gnuplot.output(of: script), as: UTF8.self)
      .replacing("\u{0C}", with: "")
  }
}
