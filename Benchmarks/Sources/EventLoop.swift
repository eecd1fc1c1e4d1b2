import SimulationEngine
import Units

/// The event queue with N periodic processes, against `desheap`.
enum EventLoop {
  /// `queue PROCESSES EVENTS [REPEAT]`.
  static func run(_ arguments: Arguments) throws {
    let processes = try arguments.count(0, "PROCESSES")
    let events = try arguments.count(1, "EVENTS")
    for _ in 0..<(try arguments.count(2, "REPEAT", default: 1)) {
      var queue = EventQueue<UInt32>()
      for process in 0..<UInt32(processes) {
        queue.schedule(process, at: .zero + period(process), in: .workload)
      }
      let counts = UnsafeMutablePointer<UInt32>.allocate(capacity: processes)
      counts.initialize(repeating: 0, count: processes)
      defer { counts.deallocate() }
      var now = SimTime.zero
      let watch = Stopwatch()
      for _ in 0..<events {
        let (time, process) = queue.next()
        now = time
        counts[Int(process)] &+= 1
        queue.schedule(process, at: now + period(process), in: .workload)
      }
      print(
        "queue processes=\(processes) events=\(events)",
        "cpu_Mev_s=\(decimal(Double(events) / watch.processor / 1e6))",
        "end_time=\(now.nanoseconds) count0=\(counts[0])")
    }
  }

  /// As `desheap` has it.
  @inline(__always)
  private static func period(_ process: UInt32) -> SimDuration {
    .nanoseconds(1000 + Int64(process) * 7919 % 1000)
  }
}
