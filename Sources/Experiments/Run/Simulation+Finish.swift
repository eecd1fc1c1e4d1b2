import MemoryModel
import SimulationEngine

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
    var metrics = MetricList(seconds: Double(now.nanoseconds) / 1e9)
    for index in 0..<guestCount { metrics.add(guests[index], host) }
    metrics.add(host, hostMeter)
    metrics.add("simulated", Double(now.nanoseconds) / 1e9, "s")
    metrics.add("events", Double(events), "count")

    var draws = Fingerprint()
    for index in 0..<guestCount {
      for file in guests[index].files { draws.combine(file.drawState) }
      if let anon = guests[index].anon { draws.combine(anon.drawState) }
    }
    var summary = Fingerprint()
    for metric in metrics.metrics { summary.combine(metric.value.bitPattern) }
    var whole = Fingerprint()
    let parts = [
      ("events", eventPrint), ("samples", samplePrint), ("draws", draws), ("summary", summary),
    ]
    for (_, part) in parts { whole.combine(part.value) }
    try emit(.runEnded, guest: nil, [("events", .number(events))])
    return RunSummary(
      simulated: now - .zero, fingerprint: whole.hexadecimal,
      ingredients: parts.map { ($0.0, $0.1.hexadecimal) }, metrics: metrics.metrics)
  }
}

/// The figures of a run in the order in which they are shown.
private struct MetricList {
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
    let boot = Double(guest.meter.bootPages)
    let held = guest.meter.heldPageSeconds
    let span = max(seconds, 1e-9)
    add("memory_held_mean_pages", held / span, "pages", of: name)
    add("memory_held_peak_pages", Double(guest.meter.peakHeld), "pages", of: name)
    add("memory_held_least_pages", Double(guest.meter.leastHeld), "pages", of: name)
    add("memory_held", held / Self.gibibyteHour, "GiB*h", of: name)
    let saved = guest.meter.savedPageSeconds
    add("memory_saved", saved / Self.gibibyteHour, "GiB*h", of: name)
    add("memory_saved_percent", 100 * saved / (boot * span), "%", of: name)
    addCounters(guest.kernel.counters, name)
    add("accesses_deferred", Double(guest.deferredAccesses), "count", of: name)
    let counters = guest.kernel.counters
    let stalls = [
      ("stall_reclaim", counters.stallReclaim), ("stall_disk", counters.stallDisk),
      ("stall_swap", counters.stallSwap), ("stall_tmem", counters.stallTmem),
    ]
    add("stall", Double(stalls.reduce(0) { $0 + $1.1 }) / 1e9, "s", of: name)
    for (cause, value) in stalls { add(cause, Double(value) / 1e9, "s", of: name) }
    add("allocation_stalls", Double(guest.meter.stallCount), "count", of: name)
    for percent in [50.0, 99, 99.9] {
      let label = percent == 99.9 ? "p999" : "p\(Int(percent))"
      add(
        "allocation_stall_\(label)", guest.meter.stallPercentile(percent), "s", of: name)
    }
    add("balloon_out", Double(counters.balloonOut), "pages", of: name)
    add("balloon_in", Double(counters.balloonIn), "pages", of: name)
    add("balloon_reversals", Double(guest.meter.reversals), "count", of: name)
    add("balloon_backoffs", Double(guest.meter.backoffs), "count", of: name)
    add("frontswap_shrunk", Double(guest.meter.shrunk), "pages", of: name)
    add("worker_runs", Double(guest.invocations), "count", of: name)
    add("tracking_error_mean", guest.meter.trackingError, "pages", of: name)
    add("shortfall_deepest", Double(guest.meter.deepestShortfall), "pages", of: name)
    add("overshoot", Double(guest.meter.overshoot), "pages", of: name)
    if let settling = guest.meter.meanSettling { add("settling_mean", settling, "s", of: name) }
    if let done = guest.meter.workDone {
      add("work_elapsed", Double(done.nanoseconds) / 1e9, "s", of: name)
    }
  }

  private mutating func addCounters(_ counters: VMCounters, _ name: String) {
    let counts: [(String, Int64, String)] = [
      ("disk_reads", counters.pgpgin, "pages"), ("disk_writes", counters.pgpgout, "pages"),
      ("swap_ins", counters.pswpin, "pages"), ("swap_outs", counters.pswpout, "pages"),
      ("frontswap_stores", counters.frontswapStores, "pages"),
      ("frontswap_failed_stores", counters.frontswapFailedStores, "pages"),
      ("frontswap_loads", counters.frontswapLoads, "pages"),
      ("cleancache_puts", counters.cleancachePuts, "pages"),
      ("cleancache_hits", counters.cleancacheGets, "pages"),
      ("refaults", counters.workingsetRefault, "pages"),
      ("major_faults", counters.pgmajfault, "count"), ("faults", counters.pgfault, "count"),
      ("oom_kills", counters.oomKill, "count"), ("accesses", counters.accesses, "count"),
    ]
    for (label, value, unit) in counts { add(label, Double(value), unit, of: name) }
  }

  mutating func add(_ host: borrowing Host, _ meter: HostMeter) {
    let span = max(seconds, 1e-9)
    add("host_free_mean_pages", meter.freePageSeconds / span, "pages")
    add("host_free_least_pages", Double(meter.leastFree), "pages")
    add("ephemeral_evictions", Double(host.ephemeralEvictions), "pages")
  }
}
