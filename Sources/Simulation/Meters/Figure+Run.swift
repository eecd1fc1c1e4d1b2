import MemoryModel
import Units

extension Figure {
  private static func host(
    _ name: String, _ kind: Kind, isBetterGreater: Bool = false, _ meaning: String,
    _ value: @escaping @Sendable (borrowing Host, HostMeter, FigureContext) -> Double?
  ) -> Figure {
    Figure(name, .pages, kind, isBetterGreater: isBetterGreater, meaning, .host(value))
  }

  /// The figures of the host.
  static let ofHosts: [Figure] = [
    host(
      "host_free_mean_pages", .mean,
      "free heap at the ticks; tmem's free list and ephemeral pages are not free here"
    ) { _, meter, run in meter.freePageSeconds / run.divisor },
    host("host_free_least_pages", .least, "the least of it") { _, meter, _ in
      Double(meter.leastFree)
    },
    host(
      "host_free_least_settled_pages", .least,
      "the least since every guest had settled; absent if one never did"
    ) { _, meter, _ in meter.settledLeastFree.map(Double.init) },
    host(
      "host_held_mean_pages", .mean,
      "what several guests hold together, looked at at the ticks; absent with one guest"
    ) { _, meter, run in meter.heldPageSeconds.map { $0 / run.divisor } },
    heldPercentile(50),
    heldPercentile(95),
    heldPercentile(99),
    host("host_held_peak_pages", .greatest, "the most of it") { _, meter, _ in
      meter.peakHeld.map(Double.init)
    },
    host("ephemeral_evictions", .sum, "ephemeral pages dropped to make room") { host, _, _ in
      Double(host.ephemeralEvictions)
    },
  ]

  private static func heldPercentile(_ percent: Int) -> Figure {
    host(
      "host_held_p\(percent)_pages", .percentile,
      "in \(percent)% of the time it is no more, in three digits"
    ) { _, meter, _ in meter.held(percent: Double(percent)) }
  }

  /// The figures of what was injected into a guest or the host: those of faults that were.
  static let ofFaults: [Figure] = FaultSpec.Kind.allCases.map { kind in
    Figure(
      "fault_\(kind.rawValue)", .seconds, .sum,
      "how long a fault of this name lasted within the run; absent without one",
      .fault { run in run.faults[kind]?.seconds })
  }

  /// The figures of the whole run.
  static let ofRuns: [Figure] = [
    Figure("simulated", .seconds, .sum, "length of the run", .run { run in run.seconds }),
    Figure("events", .count, .sum, "events carried out", .run { run in Double(run.events) }),
  ]
}
