internal import Scenarios
internal import Units

/// Which ticks a recording level keeps: the first in each span, counted from boot.
struct TickFilter {
  private let level: RecordingLevel
  /// The first time from which the next tick is kept.
  private var next: Int64 = 0

  init(_ level: RecordingLevel) { self.level = level }

  /// Whether the tick at `time` is kept; to be asked once for each, in order.
  mutating func keeps(_ time: SimTime) -> Bool {
    switch level {
    case .ticks: return true
    case .worker, .metrics: return false
    case .every(let span):
      if time.nanoseconds < next { return false }
      let (end, isTooFar) = (time.nanoseconds / span.nanoseconds + 1).multipliedReportingOverflow(
        by: span.nanoseconds)
      next = isTooFar ? .max : end
      return true
    }
  }
}
