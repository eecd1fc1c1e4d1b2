import MemoryModel
import SimulationEngine
import Units

extension Simulation {
  /// Ends the run: the last integrals, the figures, the fingerprint.
  mutating func finish() throws -> RunSummary {
    for index in 0..<guestCount {
      // A run of the worker that the end cuts short has decided all the same.
      if let run = guests[index].workerRun { try recordWorker(index, run) }
      guests[index].kernel.begin(at: now)
      guests[index].meter.hold(host.held(by: index), at: now)
      guests[index].meter.close(at: now)
    }
    hostMeter.note(free: host.free, at: now)
    hostMeter.close(at: now)
    var metrics = MetricList(seconds: now.seconds)
    for index in 0..<guestCount { metrics.add(guests[index], host) }
    metrics.add(host, hostMeter)
    addFaultTimes(&metrics)
    metrics.add("simulated", now.seconds, "s")
    metrics.add("events", Double(events), "count")

    var draws = Fingerprint()
    for index in 0..<guestCount {
      for file in guests[index].files { draws.combine(file.drawState) }
      if let anon = guests[index].anon { draws.combine(anon.drawState) }
    }
    var whole = Fingerprint()
    let parts = [("events", eventPrint), ("samples", samplePrint), ("draws", draws)]
    for (_, part) in parts { whole.combine(part.value) }
    try emit(.runEnded, guest: nil, [("events", .number(events))])
    return RunSummary(
      simulated: now - .zero, fingerprint: whole.hexadecimal,
      ingredients: parts.map { ($0.0, $0.1.hexadecimal) }, metrics: metrics.metrics)
  }
}

/// The figures of a run in the order in which they are shown.
struct MetricList {
  let seconds: Double
  var metrics: [Metric] = []

  init(seconds: Double) { self.seconds = seconds }

  mutating func add(_ name: String, _ value: Double, _ unit: String, of guest: String? = nil) {
    metrics.append(Metric(guest: guest, name: name, value: value, unit: unit))
  }

  /// Pages in a GiB, and seconds in an hour.
  private static let gibibyteHour = 262_144.0 * 3_600

  mutating func add(_ guest: borrowing SimulatedGuest, _ host: borrowing Host) {
    let name = guest.spec.name
    let memory = Double(guest.meter.memory)
    let held = guest.meter.heldPageSeconds
    let span = max(seconds, 1e-9)
    add("memory_held_mean_pages", held / span, "pages", of: name)
    add("memory_held_peak_pages", Double(guest.meter.peakHeld), "pages", of: name)
    if let peak = guest.meter.settledPeak {
      add("memory_held_peak_settled_pages", Double(peak), "pages", of: name)
    }
    add("memory_held_least_pages", Double(guest.meter.leastHeld), "pages", of: name)
    add("memory_held", held / Self.gibibyteHour, "GiB*h", of: name)
    let saved = guest.meter.savedPageSeconds
    add("memory_saved", saved / Self.gibibyteHour, "GiB*h", of: name)
    add("memory_saved_percent", 100 * saved / (memory * span), "%", of: name)
    addCounters(guest.kernel.counters, name)
    add("accesses_deferred", Double(guest.deferredAccesses), "count", of: name)
    let counters = guest.kernel.counters
    let stalls = [
      ("stall_reclaim", counters[.stallReclaim]), ("stall_disk", counters[.stallDisk]),
      ("stall_swap", counters[.stallSwap]), ("stall_tmem", counters[.stallTmem]),
    ]
    add("stall", Double(stalls.reduce(0) { $0 + $1.1 }) / 1e9, "s", of: name)
    for (cause, value) in stalls { add(cause, Double(value) / 1e9, "s", of: name) }
    if guest.spec.files.contains(where: { $0.readAhead > .zero }) {
      add("file_read_ahead", Double(counters[.fileRa]), "pages", of: name)
      add("file_read_ahead_hits", Double(counters[.fileRaHit]), "pages", of: name)
    }
    if guest.spec.kernel.pageCluster > 0 {
      add("swap_read_ahead", Double(counters[.swapRa]), "pages", of: name)
      add("swap_read_ahead_hits", Double(counters[.swapRaHit]), "pages", of: name)
    }
    if counters[.throttled] > 0 {
      add("stall_throttled", Double(counters[.throttled]) / 1e9, "s", of: name)
    }
    add("allocation_stalls", Double(guest.meter.stallCount), "count", of: name)
    for percent in [50.0, 99, 99.9] {
      let label = percent == 99.9 ? "p999" : "p\(Int(percent))"
      add(
        "allocation_stall_\(label)", guest.meter.stallPercentile(percent), "s", of: name)
    }
    add("balloon_out", Double(counters[.balloonOut]), "pages", of: name)
    add("balloon_in", Double(counters[.balloonIn]), "pages", of: name)
    add("balloon_reversals", Double(guest.meter.reversals), "count", of: name)
    add("balloon_backoffs", Double(guest.meter.backoffs), "count", of: name)
    if guest.meter.mostUngranted > 0 {
      add("balloon_ungranted_peak_pages", Double(guest.meter.mostUngranted), "pages", of: name)
      add("balloon_ungranted", Double(guest.meter.ungrantedTime) / 1e9, "s", of: name)
    }
    add("frontswap_shrunk", Double(guest.meter.shrunk), "pages", of: name)
    add("worker_runs", Double(guest.invocations), "count", of: name)
    if guest.spec.kernel.overcommit != .granted {
      add("commit_refusals", Double(guest.meter.refusals), "count", of: name)
      add("commit_refused_pages", Double(guest.meter.refusedPages), "pages", of: name)
    }
    addStability(guest, name)
    if let done = guest.meter.workDone {
      add("work_elapsed", done.seconds, "s", of: name)
    }
  }

  /// How memory follows its goal, beside what the law says of the tunables at the end.
  private mutating func addStability(_ guest: borrowing SimulatedGuest, _ name: String) {
    let stability = guest.meter.stability
    add("tracking_error_mean", stability.trackingError, "pages", of: name)
    add("shortfall_deepest", Double(stability.deepestShortfall), "pages", of: name)
    add("overshoot", Double(stability.overshoot), "pages", of: name)
    if let settling = stability.meanSettling { add("settling_mean", settling, "s", of: name) }
    let law = guest.driver.map(ControlLaw.init)
    let halfLives = [
      ("half_life_down", stability.halfLifeDown), ("half_life_down_law", law?.down ?? nil),
      ("half_life_up", stability.halfLifeUp), ("half_life_up_law", law?.up ?? nil),
      ("half_life_frontswap_law", law?.frontswap ?? nil),
    ]
    for (label, value) in halfLives {
      if let value { add(label, value, "s", of: name) }
    }
    let hours = max(seconds, 1e-9) / 3_600
    add("balloon_reversals_hourly", Double(guest.meter.reversals) / hours, "1/h", of: name)
    let counters = guest.kernel.counters
    let change = abs(counters[.balloonOut] - counters[.balloonIn])
    if change > 0 {
      let moved = counters[.balloonOut] + counters[.balloonIn]
      add("balloon_churn", Double(moved) / Double(change), "ratio", of: name)
    }
    add("hunting_swings", Double(stability.huntingSwings), "count", of: name)
    if let period = stability.huntingPeriod, let amplitude = stability.huntingAmplitude {
      add("hunting_period", period, "s", of: name)
      add("hunting_amplitude", amplitude, "pages", of: name)
    }
  }

  private mutating func addCounters(_ counters: VMCounters, _ name: String) {
    let counts: [(String, Int64, String)] = [
      ("disk_reads", counters[.pgpgin], "pages"), ("disk_writes", counters[.pgpgout], "pages"),
      ("swap_ins", counters[.pswpin], "pages"), ("swap_outs", counters[.pswpout], "pages"),
      ("frontswap_stores", counters[.frontswapStores], "pages"),
      ("frontswap_failed_stores", counters[.frontswapFailedStores], "pages"),
      ("frontswap_loads", counters[.frontswapLoads], "pages"),
      ("cleancache_puts", counters[.cleancachePuts], "pages"),
      ("cleancache_hits", counters[.cleancacheGets], "pages"),
      ("refaults", counters[.workingsetRefault], "pages"),
      ("major_faults", counters[.pgmajfault], "count"), ("faults", counters[.pgfault], "count"),
      ("oom_kills", counters[.oomKill], "count"), ("accesses", counters[.accesses], "count"),
    ]
    for (label, value, unit) in counts { add(label, Double(value), unit, of: name) }
  }

  mutating func add(_ host: borrowing Host, _ meter: HostMeter) {
    let span = max(seconds, 1e-9)
    add("host_free_mean_pages", meter.freePageSeconds / span, "pages")
    add("host_free_least_pages", Double(meter.leastFree), "pages")
    if let least = meter.settledLeastFree {
      add("host_free_least_settled_pages", Double(least), "pages")
    }
    if let held = meter.heldPageSeconds, let peak = meter.peakHeld {
      add("host_held_mean_pages", held / span, "pages")
      for percent in [50.0, 95, 99] {
        if let value = meter.held(percent: percent) {
          add("host_held_p\(Int(percent))_pages", value, "pages")
        }
      }
      add("host_held_peak_pages", Double(peak), "pages")
    }
    add("ephemeral_evictions", Double(host.ephemeralEvictions), "pages")
  }
}
