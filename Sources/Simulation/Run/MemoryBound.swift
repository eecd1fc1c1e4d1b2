internal import MemoryModel
public import Traces
internal import Units

/// The least that a guest can be left at each instant so that no page is ever missed: what a policy that knew all accesses
/// beforehand would leave it.
///
/// It is made of a run in which the guest keeps all of its memory: at each tick its kernel's own pages, the anonymous pages that
/// programs hold, the file pages that were read and will be read again, and as much free as keeps kswapd asleep. Reclaimable slab is
/// no part of it. First reads are missed by everybody. A page that is read again
/// within a tick is not counted, so a policy may lie a little below it without harm.
public struct MemoryBound: Hashable, Sendable {
  /// The guest's name.
  public let guest: String
  /// The mean over the run, in pages that the domain holds.
  public let mean: Double
  /// Pages that even the guest with all of its memory swapped out or read again, and programs killed in it: if there are any, the
  /// bound is none.
  public let missed: Int64, kills: Int64

  /// The bounds of a scenario's guests, each run with all of its memory, without policies and without orders. Takes a run's time.
  ///
  /// - Returns: one of each guest; nothing if a guest follows a script, of which accesses are not looked at.
  /// - Throws: `SimulationError`.
  public static func bounds(
    of scenario: Scenario, demands: [CommittedDemand]
  ) throws -> [MemoryBound] {
    var scenario = scenario
    scenario.events = []
    scenario.host.policy = nil
    for index in scenario.guests.indices {
      scenario.guests[index].controller = .none
      scenario.guests[index].bootMemory = nil
    }
    let memory = scenario.guests.reduce(PageCount.zero) { $0 + $1.memory }
    scenario.host.memory = max(scenario.host.memory, memory + PageCount(memory.pages / 8))
    let levels = LevelObserver(guests: scenario.guests.count)
    var simulation = try Simulation(scenario, demands: demands, observer: levels)
    let logs = scenario.guests.indices.map { simulation.logAccesses(ofGuest: $0) }
    _ = try simulation.run()
    if logs.contains(where: { $0 == nil }) { return [] }
    return zip(scenario.guests.indices, logs.compactMap(\.self)).map { index, log in
      let (reserved, wanted) = simulation.look(atGuest: index) { kernel, _ in
        (kernel.balloonCurrent.pages - kernel.ram.pages, kernel.leastFree.pages)
      }
      let used = levels.used[index]
      let needed = zip(used, log.needed(ticks: used.count)).map {
        Double($0 + $1 + reserved + wanted)
      }
      let counters = simulation.counters(ofGuest: index)
      return MemoryBound(
        guest: scenario.guests[index].name,
        mean: needed.reduce(0, +) / Double(max(needed.count, 1)),
        missed: counters[.workingsetRefault] + counters[.pswpout] + counters[.frontswapStores],
        kills: counters[.oomKill])
    }
  }
}

/// What guests use besides the page cache, tick by tick.
private final class LevelObserver: RunObserver {
  /// By guest: RAM that is neither free nor page cache, in pages.
  private(set) var used: [[Int]]

  init(guests: Int) { used = Array(repeating: [], count: guests) }

  func wantsTick(at time: SimTime) -> Bool { true }

  func tick(guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) {
    func pages(_ column: TickColumn) -> Int { Int(values[column.place]) }
    used[guest].append(
      pages(.ramPages) - pages(.freePages) - pages(.activeFilePages) - pages(.inactiveFilePages))
  }
}

extension Simulation {
  /// Logs the accesses of a guest's file streams from now on; nil for a guest that follows a script.
  fileprivate mutating func logAccesses(ofGuest index: Int) -> AccessLog? {
    guard guests[index].spec.workload == nil else { return nil }
    let pages = guests[index].spec.files.reduce(0) { $0 + $1.size.pages }
    let first = guests[index].spec.files.isEmpty ? 0 : guests[index].kernel.firstPage(ofFileSet: 0)
    let log = AccessLog(firstPage: first, pages: pages, tick: scenario.tick)
    for stream in guests[index].files.indices { guests[index].files[stream].log = log }
    return log
  }
}
