internal import Recording
internal import Units

/// The axis of simulated time: in seconds, from two hours on in hours.
struct TimeAxis: Sendable {
  /// The unit's name.
  let unit: String
  private let seconds: Double
  private let end: Double

  /// The axis of the longest of some runs.
  init(_ store: ResultStore, _ runs: [RunRecord]) throws {
    let end = try runs.map { try store.span(of: $0).nanoseconds }.max() ?? 0
    (unit, seconds) = end > 7_200_000_000_000 ? ("h", 3_600) : ("s", 1)
    self.end = Double(end) / 1e9 / seconds
  }

  /// A time in seconds, on the axis.
  func value(_ time: Double) -> Double { time / seconds }

  /// A share of the axis, from 0 to 1.
  func share(_ time: Double) -> Double { end > 0 ? value(time) / end : 0 }

  /// What stands beside it.
  var title: String { "simulated time (\(unit))" }

  /// The axis in gnuplot's words.
  func commands(for target: PlotTarget) -> String {
    "set xlabel '\(title)'\nset xrange [0:*] noextend\n\(target.tics(of: [0, end]))"
  }
}
