import MemoryModel
import Units

extension Figure {
  /// The figures of every guest.
  static let ofGuests: [Figure] = ofMemory + ofCounters + ofStalls + ofBalloon + ofControl

  /// Pages in a GiB, and seconds in an hour.
  private static let gibibyteHour = 262_144.0 * 3_600

  private static func guest(
    _ name: String, _ unit: Unit, _ kind: Kind, isBetterGreater: Bool = false, _ meaning: String,
    _ value: @escaping @Sendable (borrowing SimulatedGuest, FigureContext) -> Double?
  ) -> Figure {
    Figure(
      name, unit, kind, isBetterGreater: isBetterGreater, meaning, .guest(value))
  }

  /// What a kernel's counter has at the end.
  private static func counted(
    _ name: String, _ unit: Unit, _ meaning: String, _ counter: VMCounter
  ) -> Figure {
    guest(name, unit, .sum, meaning) { guest, _ in Double(guest.kernel.counters[counter]) }
  }

  /// The nanoseconds that a kernel's counter has at the end, in seconds.
  private static func waited(
    _ name: String, _ meaning: String, _ counter: VMCounter
  ) -> Figure {
    guest(name, .seconds, .sum, meaning) { guest, _ in
      Double(guest.kernel.counters[counter]) / 1e9
    }
  }

  private static let ofMemory = [
    guest(
      "memory_held_mean_pages", .pages, .mean,
      """
      mean over time of what the domain is charged: RAM, persistent pages and their metadata. Exact for RAM at every balloon \
      batch; persistent pages are looked at at every tick and every batch. Ephemeral pages are nobody's
      """
    ) { guest, run in guest.meter.heldPageSeconds / run.divisor },
    guest("memory_held_peak_pages", .pages, .greatest, "the most of it") { guest, _ in
      Double(guest.meter.peakHeld)
    },
    guest(
      "memory_held_peak_settled_pages", .pages, .greatest,
      """
      the most since memory first came near its goal (within 2% or 8 pages; its target, where the floor holds that up); a \
      static guest has settled at boot. Absent if it never did
      """
    ) { guest, _ in guest.meter.settledPeak.map(Double.init) },
    guest("memory_held_least_pages", .pages, .least, "the least of it") { guest, _ in
      Double(guest.meter.leastHeld)
    },
    guest("memory_held", .gibibyteHours, .sum, "its integral over the run") { guest, _ in
      guest.meter.heldPageSeconds / gibibyteHour
    },
    guest(
      "memory_saved", .gibibyteHours, .sum, isBetterGreater: true,
      "`memory` of the guest times the run's length, less that integral"
    ) { guest, _ in guest.meter.savedPageSeconds / gibibyteHour },
    guest(
      "memory_saved_percent", .percent, .ratio, isBetterGreater: true,
      "`memory_saved` in per cent of `memory` times the run's length"
    ) { guest, run in
      100 * guest.meter.savedPageSeconds / (Double(guest.meter.memory) * run.divisor)
    },
  ]

  private static let ofCounters = [
    counted(
      "disk_reads", .pages, "`pgpgin`: swap included (the kernel counts KiB)", .pgpgin),
    counted(
      "disk_writes", .pages, "`pgpgout`: swap included (the kernel counts KiB)", .pgpgout),
    counted("swap_ins", .pages, "`pswpin`: the swap disk only, frontswap excluded", .pswpin),
    counted("swap_outs", .pages, "`pswpout`: the swap disk only, frontswap excluded", .pswpout),
    counted("frontswap_stores", .pages, "pages that frontswap took", .frontswapStores),
    counted(
      "frontswap_failed_stores", .pages, "pages that it refused", .frontswapFailedStores),
    counted(
      "frontswap_loads", .pages, "pages that it gave back, those of shrinks included",
      .frontswapLoads),
    counted("cleancache_puts", .pages, "puts attempted", .cleancachePuts),
    counted("cleancache_hits", .pages, "gets that found the page", .cleancacheGets),
    counted(
      "refaults", .pages, "`workingset_refault`; a cleancache hit after reclaim is one",
      .workingsetRefault),
    counted("major_faults", .count, "`pgmajfault`", .pgmajfault),
    counted("faults", .count, "`pgfault`; file reads are no faults", .pgfault),
    counted("oom_kills", .count, "processes killed for want of memory", .oomKill),
    counted("accesses", .count, "accesses of all streams", .accesses),
    guest(
      "accesses_deferred", .count, .sum,
      "accesses made later than in the quantum in which they were due; open loop only"
    ) { guest, _ in Double(guest.deferredAccesses) },
  ]

  private static let ofStalls = [
    guest("stall", .seconds, .sum, "the sum of the next four") { guest, _ in
      let counters = guest.kernel.counters
      let parts = [VMCounter.stallReclaim, .stallDisk, .stallSwap, .stallTmem]
      return Double(parts.reduce(0) { $0 + counters[$1] }) / 1e9
    },
    waited(
      "stall_reclaim", "waits of allocations that had to reclaim, those of shrinks included",
      .stallReclaim),
    waited("stall_disk", "waits for file reads, queueing included", .stallDisk),
    waited("stall_swap", "waits for reads of the swap disk, queueing included", .stallSwap),
    waited(
      "stall_tmem", "cleancache gets, found or not, and frontswap loads by faults", .stallTmem),
    guest(
      "file_read_ahead", .pages, .sum, "file pages read ahead; absent without `read_ahead`"
    ) { guest, _ in guest.readsAhead ? Double(guest.kernel.counters[.fileRa]) : nil },
    guest(
      "file_read_ahead_hits", .pages, .sum, "of them read later; absent without `read_ahead`"
    ) { guest, _ in guest.readsAhead ? Double(guest.kernel.counters[.fileRaHit]) : nil },
    guest(
      "swap_read_ahead", .pages, .sum, "read ahead (`swap_ra`); absent with `page_cluster: 0`"
    ) { guest, _ in
      guest.spec.kernel.pageCluster > 0 ? Double(guest.kernel.counters[.swapRa]) : nil
    },
    guest(
      "swap_read_ahead_hits", .pages, .sum,
      "of them asked for later; absent with `page_cluster: 0`"
    ) { guest, _ in
      guest.spec.kernel.pageCluster > 0 ? Double(guest.kernel.counters[.swapRaHit]) : nil
    },
    guest(
      "stall_throttled", .seconds, .sum,
      "of `stall_disk`: pauses of writers at the dirty limits; absent if there were none"
    ) { guest, _ in
      let time = guest.kernel.counters[.throttled]
      return time > 0 ? Double(time) / 1e9 : nil
    },
    guest("allocation_stalls", .count, .sum, "single waits behind `stall_reclaim`") { guest, _ in
      Double(guest.meter.stallCount)
    },
    stallPercentile("p50", "50", 50),
    stallPercentile("p99", "99", 99),
    stallPercentile("p999", "99.9", 99.9),
  ]

  private static func stallPercentile(_ label: String, _ share: String, _ percent: Double) -> Figure
  {
    guest(
      "allocation_stall_\(label)", .seconds, .percentile,
      "\(share)% of those waits are no longer, in a histogram of three significant digits"
    ) { guest, _ in guest.meter.stallPercentile(percent) }
  }

  private static let ofBalloon = [
    counted("balloon_out", .pages, "pages that the balloon took", .balloonOut),
    counted("balloon_in", .pages, "pages that it gave back", .balloonIn),
    guest(
      "balloon_reversals", .count, .sum, "batches against the direction of the batch before"
    ) { guest, _ in Double(guest.meter.reversals) },
    guest("balloon_backoffs", .count, .sum, "batches that ended in a retry timer") { guest, _ in
      Double(guest.meter.backoffs)
    },
    guest(
      "balloon_ungranted_peak_pages", .pages, .greatest,
      "the most that a try of the balloon was left without; absent if there was none"
    ) { guest, _ in
      guest.meter.mostUngranted > 0 ? Double(guest.meter.mostUngranted) : nil
    },
    guest(
      "balloon_ungranted", .seconds, .sum,
      "how long the last try was one that got nothing; absent if there was none"
    ) { guest, _ in
      guest.meter.mostUngranted > 0 ? Double(guest.meter.ungrantedTime) / 1e9 : nil
    },
    guest(
      "balloon_deflated_on_oom", .pages, .sum,
      "of `balloon_in`: pages given back so that nobody was killed; absent without `deflate_on_oom`"
    ) { guest, _ in
      let options = guest.spec.kernel.balloonOptions
      return options.deflatesOnOOM ? Double(guest.kernel.counters[.balloonDeflatedOnOOM]) : nil
    },
    guest(
      "pages_reported", .pages, .sum,
      "free pages that were reported to the host and discarded there; absent without `free_page_reporting`"
    ) { guest, _ in guest.counted(.pagesReported) },
    guest(
      "pages_restored", .pages, .sum,
      "of them used again, so that the host had to find memory; absent without `free_page_reporting`"
    ) { guest, _ in guest.counted(.pagesRestored) },
    guest(
      "stall_host", .seconds, .sum,
      "waits for the host to find memory for those; not part of `stall`; absent without `free_page_reporting`"
    ) { guest, _ in guest.counted(.stallHost).map { $0 / 1e9 } },
    guest("frontswap_shrunk", .pages, .sum, "brought home by shrinks") { guest, _ in
      Double(guest.meter.shrunk)
    },
    guest(
      "worker_runs", .count, .sum, "runs of the worker, including one that ended in a fault"
    ) { guest, _ in Double(guest.invocations) },
    guest(
      "commit_refusals", .count, .sum,
      "mappings refused; absent with `overcommit_memory: granted`"
    ) { guest, _ in
      guest.spec.kernel.overcommit != .granted ? Double(guest.meter.refusals) : nil
    },
    guest(
      "commit_refused_pages", .pages, .sum,
      "their pages; absent with `overcommit_memory: granted`"
    ) { guest, _ in
      guest.spec.kernel.overcommit != .granted ? Double(guest.meter.refusedPages) : nil
    },
  ]

  private static let ofControl = [
    guest(
      "tracking_error_mean", .pages, .mean,
      "mean of abs(T - goal) over the worker's decisions, T and goal as it saw them"
    ) { guest, _ in guest.meter.stability.trackingError },
    guest("shortfall_deepest", .pages, .greatest, "the largest goal - T at a decision") {
      guest, _ in Double(guest.meter.stability.deepestShortfall)
    },
    guest(
      "shortfall_time", .seconds, .sum,
      "how long T was below its goal: from each decision that found it there to the next"
    ) { guest, _ in Double(guest.meter.stability.shortfallTime) / 1e9 },
    guest(
      "overshoot", .pages, .greatest,
      """
      the furthest that T was, at a decision, beyond the goal of the decision before, on the other side of it than then
      """
    ) { guest, _ in Double(guest.meter.stability.overshoot) },
    guest(
      "settling_mean", .seconds, .typical,
      """
      mean length of the episodes from a decision with T further from its goal than 2% of it (and 8 pages) to the first \
      within; absent if none ended
      """
    ) { guest, _ in guest.meter.stability.meanSettling },
    guest(
      "half_life_down", .seconds, .typical,
      """
      mean interval of the worker * ln 2 / -ln(1 - s), where s is the share of all distances of T above its goal that was \
      gone at the next decision; decisions whose target the floor held up do not count; 0: all at once; absent if T never \
      came nearer
      """
    ) { guest, _ in guest.meter.stability.halfLifeDown },
    guest(
      "half_life_down_law", .seconds, .typical,
      """
      what the control law predicts with the tunables at the end: period * ln 2 / -ln(1 - 1/d) for a hysteresis d, where \
      the period is that of section 1: 5.12 s for an interval of 5 s
      """
    ) { guest, _ in guest.law?.down },
    guest("half_life_up", .seconds, .typical, "as `half_life_down`, below the goal") { guest, _ in
      guest.meter.stability.halfLifeUp
    },
    guest("half_life_up_law", .seconds, .typical, "as `half_life_down_law`, below the goal") {
      guest, _ in guest.law?.up
    },
    guest(
      "half_life_frontswap_law", .seconds, .typical,
      """
      as `half_life_down_law`, of pages in frontswap, with the period times `frontswap_inertia` (3.6: the period), as long \
      as nothing is stored
      """
    ) { guest, _ in guest.law?.frontswap },
    guest(
      "balloon_reversals_hourly", .perHour, .ratio,
      "`balloon_reversals` over the length of the run"
    ) { guest, run in Double(guest.meter.reversals) / (run.divisor / 3_600) },
    guest(
      "balloon_churn", .ratio, .ratio,
      """
      pages that the balloon moved, in and out, to one of net change; absent without a net change
      """
    ) { guest, _ in
      let (out, back) = (guest.kernel.counters[.balloonOut], guest.kernel.counters[.balloonIn])
      return out == back ? nil : Double(out + back) / Double(abs(out - back))
    },
    guest(
      "hunting_swings", .count, .sum,
      """
      swings of T that committed memory did not ask for, in rows of at least 4 (two periods). A swing is the way of T, at \
      the worker's decisions, from one turning point to the next; T has turned when it has come back by a 256th of the goal \
      or 8 pages. It was asked for if committed memory moved by at least half as much between the decision before its \
      beginning and its end. 0: the guest does not hunt. Definition of ours
      """
    ) { guest, _ in Double(guest.meter.stability.huntingSwings) },
    guest(
      "hunting_period", .seconds, .typical,
      "the mean length of two such swings; absent if the guest does not hunt"
    ) { guest, _ in guest.meter.stability.huntingPeriod },
    guest(
      "hunting_amplitude", .pages, .typical,
      "half their mean width; absent if the guest does not hunt"
    ) { guest, _ in guest.meter.stability.huntingAmplitude },
    guest(
      "work_elapsed", .seconds, .greatest,
      "when the last closed-loop access was over; absent without closed-loop work"
    ) { guest, _ in guest.meter.workDone?.seconds },
  ]
}

extension SimulatedGuest {
  /// What a counter of free page reporting says; nil without it.
  fileprivate func counted(_ counter: VMCounter) -> Double? {
    spec.kernel.reportsFreePages ? Double(kernel.counters[counter]) : nil
  }

  /// Whether one of its file streams reads ahead.
  fileprivate var readsAhead: Bool { spec.files.contains { $0.readAhead > .zero } }
}
