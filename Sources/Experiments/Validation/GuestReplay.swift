internal import MemoryModel
internal import SimulationEngine

/// A recorded guest simulated: its state at each sample, and what came of each line of its script.
struct GuestReplay {
  /// What is compared at each sample, in pages.
  let totalRAM: [Double], free: [Double], committed: [Double], fileCache: [Double]
  let swapUsed: [Double], activeFile: [Double], activeAnon: [Double]
  /// What the kernel counted in the whole run.
  let counters: VMCounters
  /// What came of each line of the script; nothing for a line that was not reached.
  let outcomes: [ScriptedProcess.Outcome?]

  /// Simulates the recording.
  ///
  /// - Throws: `SimulationError`.
  init(_ recording: GuestRecording) throws {
    let (script, places) = recording.workload
    let scenario = recording.scenario(script)
    let log = SampleLog()
    var simulation = try Simulation(
      scenario,
      demands: [CommittedDemand([CommittedPoint(at: .zero, committed: .zero, touched: nil)])],
      observer: log)
    // No limit of the host on what is swapped.
    simulation.host.setMaxPages(scenario.host.memory, of: 0)
    let rest = recording.initialCondition
    if rest.restCommitted > 0 {
      simulation.guests[0].kernel.begin(at: .zero)
      simulation.guests[0].kernel.holdRegion(
        PageCount(rest.restCommitted), touched: PageCount(rest.restTouched),
        active: PageCount(rest.restActive), storedPPM: GuestRecording.restStored,
        &simulation.host)
    }
    _ = try simulation.run()
    let processes = simulation.guests[0].processes
    outcomes = places.map { place in
      guard let place, place.step < processes[place.process].outcomes.count else { return nil }
      return processes[place.process].outcomes[place.step]
    }
    func column(_ columns: TickColumn...) -> [Double] {
      log.rows.map { row in columns.reduce(0) { $0 + Double(row[$1.rawValue]) } }
    }
    totalRAM = column(.totalRamPages)
    free = column(.freePages)
    committed = column(.committedPages)
    fileCache = column(.activeFilePages, .inactiveFilePages)
    swapUsed = column(.swapUsedPages)
    activeFile = column(.activeFilePages)
    activeAnon = column(.activeAnonPages)
    counters = simulation.guests[0].kernel.counters
  }
}

/// Keeps what a run says at its ticks.
private final class SampleLog: RunObserver {
  var rows: [[Int64]] = []

  func wantsTick(at time: SimTime) -> Bool { true }
  func tick(guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) {
    rows.append(Array(values))
  }
  func hostTick(tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) {}
  func worker(_ record: WorkerRecord) {}
  func event(_ record: EventRecord) {}
}

/// The mean of some values; 0 of none.
func mean(_ values: [Double]) -> Double {
  values.reduce(0, +) / Double(max(values.count, 1))
}
