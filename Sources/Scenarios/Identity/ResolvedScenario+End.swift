internal import Simulation
internal import Traces
public import Units

extension ResolvedScenario {
  /// When the run is expected to end; closed-loop work may make it later.
  public var expectedEnd: SimTime {
    switch scenario.duration {
    case .time(let duration): .zero + duration
    case .trace:
      zip(scenario.guests, demands).map { guest, demand in
        let span = demand.points.last?.at ?? .zero
        return SimTime(nanoseconds: span.nanoseconds * Int64(guest.committed.times))
      }.max() ?? .zero
    }
  }
}
