import MemoryModel
import SimulationEngine
import Units

extension Simulation {
  /// Ends the run where it is, and says what came of it: the last integrals, the figures, the fingerprint.
  ///
  /// Nothing may be done with the run afterwards. Throws what the observer throws.
  public mutating func finish() throws -> RunSummary {
    for index in 0..<guestCount {
      try recordUnfinishedTurn(index)
      guests[index].kernel.begin(at: now)
      guests[index].meter.hold(host.held(by: index), at: now)
      guests[index].meter.close(at: now)
    }
    hostMeter.note(free: host.free, at: now)
    hostMeter.close(at: now)
    var draws = Fingerprint()
    for index in 0..<guestCount {
      for file in guests[index].files { draws.combine(file.drawState) }
      if let anon = guests[index].anon { draws.combine(anon.drawState) }
    }
    var whole = Fingerprint()
    let parts = [("events", eventPrint), ("samples", samplePrint), ("draws", draws)]
    for (_, part) in parts { whole.combine(part.value) }
    let metrics = metrics()
    try emit(.runEnded, guest: nil, [("events", .number(events))])
    return RunSummary(
      simulated: now - .zero, fingerprint: whole.hexadecimal,
      ingredients: parts.map { ($0.0, $0.1.hexadecimal) }, metrics: metrics)
  }

  /// The figures of the run, in the order in which they are shown: of every guest, of the host, of what was injected.
  private func metrics() -> [Metric] {
    var context = FigureContext(span: now - .zero, events: events)
    var metrics: [Metric] = []
    func add(_ figure: Figure, _ value: Double?, of guest: String?) {
      guard let value else { return }
      metrics.append(
        Metric(guest: guest, name: figure.name, value: value, unit: figure.unit.rawValue))
    }
    for index in 0..<guestCount {
      for figure in figures {
        guard case .guest(let value) = figure.source else { continue }
        add(figure, value(guests[index], context), of: guests[index].spec.name)
      }
    }
    for figure in figures {
      guard case .host(let value) = figure.source else { continue }
      add(figure, value(host, hostMeter, context), of: nil)
    }
    for index in -1..<guestCount {
      context.faults = faultTimes(of: index)
      for figure in figures {
        guard case .fault(let value) = figure.source else { continue }
        add(figure, value(context), of: index < 0 ? nil : guests[index].spec.name)
      }
    }
    for figure in figures {
      guard case .run(let value) = figure.source else { continue }
      add(figure, value(context), of: nil)
    }
    return metrics
  }
}
