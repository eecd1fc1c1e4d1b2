internal import MemoryModel
internal import Simulation
internal import Traces
internal import Units

/// A recorded guest of Xen's simulated: its state at the instant of each sample, and what was counted between the first and the last.
struct XenBalloonReplay {
  /// What is seen of the guest at a sample.
  struct Sample {
    var time: Double
    /// B, the target, and the ballooned list, in pages.
    var current: Double, target: Double, ballooned: Double
    /// `retry_count`, and `schedule_delay` in seconds.
    var retries: Double, delay: Double
    /// Total RAM, free pages, and free pages of the hypervisor.
    var ram: Double, free: Double, hypervisorFree: Double
    /// The four lists.
    var activeFile: Double, inactiveFile: Double, activeAnon: Double, inactiveAnon: Double
  }

  let samples: [Sample]
  /// What came of each line of the script; nil for a line that was not reached.
  let outcomes: [ScriptedProcess.Outcome?]
  /// What was counted by the first sample and by the last.
  private let first: VMCounters
  private let last: VMCounters

  /// Simulates the recording from its initial condition.
  ///
  /// - Throws: `SimulationError`.
  init(_ recording: GuestRecording, domain: GuestRecording.XenDomain) throws {
    let condition = try GuestReplay.condition(of: recording)
    let (script, places) = recording.workload
    let scenario = recording.scenario(script, kernelPages: condition.kernel)
    var simulation = try Simulation(
      scenario,
      demands: [CommittedDemand([CommittedPoint(at: .zero, committed: .zero, touched: nil)])])
    simulation.hold(condition, atMost: PageCount(domain.maximum))
    simulation.prepare(guest: 0) { kernel, _ in
      kernel.adopt(
        marksOf: domain.zones, maxPFN: domain.maxPFN.map { PageCount($0) },
        boost: PageCount(domain.boost))
    }
    var claims = recording.claims[...]
    let early = recording.controllerDelay
    var samples: [Sample] = []
    var first = VMCounters()
    for time in recording.series["t"] ?? [] {
      while let claim = claims.first, claim.at <= time - early {
        try simulation.run(until: SimTime(seconds: claim.at))
        simulation.changeHost { host in
          if claim.pages > 0 {
            host.claim(PageCount(claim.pages))
          } else {
            host.release(PageCount(-claim.pages))
          }
        }
        claims.removeFirst()
      }
      try simulation.run(until: SimTime(seconds: time - early))
      samples.append(
        simulation.look(atGuest: 0) { kernel, host in Sample(kernel, host, at: time) })
      if samples.count == 1 { first = simulation.counters(ofGuest: 0) }
    }
    self.samples = samples
    self.first = first
    last = simulation.counters(ofGuest: 0)
    let outcomes = simulation.outcomes(ofGuest: 0)
    self.outcomes = places.map { place in
      guard let place, place.step < outcomes[place.process].count else { return nil }
      return outcomes[place.process][place.step]
    }
  }

  /// Reads of file pages that were not in memory.
  func misses(of recording: GuestRecording) -> Int64 {
    zip(recording.lines, outcomes).reduce(0) { sum, line in
      sum + (line.0.split(separator: " ").dropFirst(2).first == "fzipf" ? line.1?.misses ?? 0 : 0)
    }
  }

  /// By how much some counts together rose from the first sample to the last.
  func growth(_ counters: VMCounter...) -> Double {
    Double(counters.reduce(0) { $0 + last[$1] - first[$1] })
  }
}

extension XenBalloonReplay.Sample {
  fileprivate init(_ kernel: borrowing GuestKernel, _ host: borrowing Host, at time: Double) {
    let tries = kernel.balloonTries
    let levels = kernel.levels
    self.init(
      time: time, current: Double(kernel.balloonCurrent.pages),
      target: Double(kernel.balloonTarget), ballooned: Double(kernel.ballooned.pages),
      retries: Double(tries.count), delay: tries.delay.seconds, ram: Double(kernel.ram.pages),
      free: Double(kernel.freePages.pages), hypervisorFree: Double(host.free.pages),
      activeFile: Double(levels.activeFile), inactiveFile: Double(levels.inactiveFile),
      activeAnon: Double(levels.activeAnon), inactiveAnon: Double(levels.inactiveAnon))
  }
}

extension SimTime {
  /// A recorded time, cut off at 0 and a day.
  fileprivate init(seconds: Double) {
    self.init(nanoseconds: Int64((min(max(seconds, 0), 86_400) * 1e9).rounded()))
  }
}
