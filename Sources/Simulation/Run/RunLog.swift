package import Units

/// Everything that a run said, kept in memory: for runs that are short or are looked at at once.
package final class RunLog: RunObserver {
  /// By guest, the values of every tick in the order of `TickColumn`.
  package private(set) var ticks: [[[Int64]]] = []
  /// The workers' runs.
  package private(set) var decisions: [DecisionRecord] = []
  /// What happened once.
  package private(set) var events: [EventRecord] = []

  /// An empty log.
  package init() {}

  package func wantsTick(at time: SimTime) -> Bool { true }

  package func tick(guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) {
    while ticks.count <= guest { ticks.append([]) }
    ticks[guest].append(Array(values))
  }

  package func decision(_ record: DecisionRecord) { decisions.append(record) }

  package func event(_ record: EventRecord) { events.append(record) }
}
