internal import MemoryModel
internal import Simulation
internal import Traces
internal import Units

/// A recorded guest simulated: its state at each sample, and what came of each line of its script.
struct GuestReplay {
  /// What is compared at each sample, in pages.
  let totalRAM: [Double], free: [Double], committed: [Double], fileCache: [Double]
  let swapUsed: [Double], activeFile: [Double], activeAnon: [Double]
  /// How often a page refaulted and was activated at once in the whole run, and whether a process was killed.
  let anonRefaultActivations: Int64, isKilled: Bool
  /// What came of each line of the script; nil for a line that was not reached.
  let outcomes: [ScriptedProcess.Outcome?]
  /// The ticks that are held against samples.
  private let ticks: ArraySlice<[Int64]>

  /// Simulates the recording from its initial condition.
  ///
  /// - Throws: `SimulationError`.
  init(_ recording: GuestRecording) throws {
    let condition = try Self.condition(of: recording)
    let (script, places) = recording.workload
    let course = try Course(
      of: recording.scenario(script, kernelPages: condition.kernel), from: condition)
    outcomes = places.map { place in
      guard let place, place.step < course.outcomes[place.process].count else { return nil }
      return course.outcomes[place.process][place.step]
    }
    let ticks = course.ticks.dropFirst(recording.firstTick)
    func column(_ columns: TickColumn...) -> [Double] {
      ticks.map { row in columns.reduce(0) { $0 + Double(row[$1.place]) } }
    }
    totalRAM = column(.ramPages)
    free = column(.freePages)
    committed = column(.committedPages)
    fileCache = column(.activeFilePages, .inactiveFilePages)
    swapUsed = column(.swapUsedPages)
    activeFile = column(.activeFilePages)
    activeAnon = column(.activeAnonPages)
    anonRefaultActivations = course.counters[.workingsetActivateAnon]
    isKilled = course.counters[.oomKill] > 0
    self.ticks = ticks
  }

  /// The initial condition of a recording: its first sample, without what the script alone has come to hold by then.
  ///
  /// - Throws: `SimulationError`.
  static func condition(of recording: GuestRecording) throws -> GuestRecording.InitialCondition {
    let first = recording.firstTick
    let before = try Course(
      of: recording.scenario(
        recording.workloadBeforeFirstSample, kernelPages: 0, upToTick: first + 1))
    return recording.initialCondition(besides: before.share(atTick: first))
  }

  /// By how much some counts together rose from the first sample to the last.
  func growth(_ counters: VMCounter...) -> Int64 {
    counters.reduce(0) { sum, counter in
      let place = TickColumn.counter(counter).place
      return sum + (ticks.last?[place] ?? 0) - (ticks.first?[place] ?? 0)
    }
  }
}

extension Simulation {
  /// Lets the only guest, which the host gives `most` pages at most, hold what its recording's rest held.
  mutating func hold(_ condition: GuestRecording.InitialCondition, atMost most: PageCount) {
    prepare(guest: 0) { kernel, host in
      host.setMaxPages(most, of: 0)
      if condition.restCommitted > 0 {
        kernel.holdRegion(
          PageCount(condition.restCommitted), touched: PageCount(condition.restTouched),
          active: PageCount(condition.restActive), storedPPM: GuestRecording.restStored, &host)
      }
    }
  }
}

/// One simulation of a recorded guest, to its end.
private struct Course {
  let ticks: [[Int64]]
  let outcomes: [[ScriptedProcess.Outcome]]
  let counters: VMCounters

  /// Runs `scenario` with what the rest of the guest holds at its beginning.
  init(
    of scenario: Scenario,
    from condition: GuestRecording.InitialCondition = GuestRecording.InitialCondition()
  ) throws {
    let log = RunLog()
    var simulation = try Simulation(
      scenario,
      demands: [CommittedDemand([CommittedPoint(at: .zero, committed: .zero, touched: nil)])],
      observer: log)
    // No limit of the host on what is swapped.
    simulation.hold(condition, atMost: scenario.host.memory)
    _ = try simulation.run()
    ticks = log.ticks.first ?? []
    outcomes = simulation.outcomes(ofGuest: 0)
    counters = simulation.counters(ofGuest: 0)
  }

  /// What the script's processes hold at a tick, in a guest in which nobody else holds anything.
  func share(atTick index: Int) -> GuestRecording.ScriptShare {
    let row = ticks[index]
    func pages(_ column: TickColumn) -> Int { Int(row[column.place]) }
    let anon = pages(.activeAnonPages) + pages(.inactiveAnonPages)
    let file = pages(.activeFilePages) + pages(.inactiveFilePages)
    return GuestRecording.ScriptShare(
      committed: pages(.committedPages), activeAnon: pages(.activeAnonPages),
      inactiveAnon: pages(.inactiveAnonPages),
      locked: pages(.ramPages) - pages(.freePages) - anon - file, hasReadFiles: file > 0)
  }
}
