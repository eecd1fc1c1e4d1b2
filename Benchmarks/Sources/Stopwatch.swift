import Glibc
import Units

/// The processor time and the wall time since it was made.
struct Stopwatch {
  private let wallStart = Self.seconds(CLOCK_MONOTONIC)
  private let processorStart = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)

  /// Seconds on the wall so far.
  var wall: Double { Self.seconds(CLOCK_MONOTONIC) - wallStart }
  /// Seconds that this process has used of its processors so far.
  var processor: Double { Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - processorStart }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    precondition(clock_gettime(clock, &time) == 0, "no clock \(clock)")
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The most memory that this process ever had, in bytes.
  static var peakMemory: Int {
    var usage = rusage()
    precondition(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0, "no resource usage")
    return usage.ru_maxrss * 1024
  }
}
