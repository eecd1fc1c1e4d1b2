internal import MemoryModel
internal import SimulationEngine
internal import Units

extension Simulation {
  /// A fault begins; its end is scheduled.
  mutating func beginFault(_ fault: FaultSpec, order index: Int, for duration: SimDuration) throws {
    let guest = scenario.events[index].guest
    var detail: [(key: String, value: EventRecord.Value)] = [
      ("fault", .text(fault.name)), ("for_ns", .number(duration.nanoseconds)),
    ]
    switch fault {
    case .balloonStuck: guests[guest].kernel.balloonFault.isStuck = true
    case .balloonSlow(let factor):
      guests[guest].kernel.balloonFault.slowness = factor
      detail.append(("factor", .number(factor)))
    case .balloonIntermittent: turnIntermittent(index)
    case .balloonRefusing(let limit):
      guests[guest].kernel.balloonFault.limit = limit
      detail.append(("above_pages", .number(Int64(limit.pages))))
    case .workerLate(let delay):
      guests[guest].policy?.delay = delay
      detail.append(("by_ns", .number(delay.nanoseconds)))
    case .hostOutOfMemory:
      detail.append(("pages", .number(Int64(host.claimEverything().pages))))
    case .hostDemand(let size):
      detail.append(("pages", .number(Int64(host.claim(size).pages))))
    case .tmemFull: host.setFull(true, of: guest)
    case .tmemFrozen: host.setFrozen(true, of: guest)
    }
    schedule(.faultEnd(UInt32(index)), after: duration, .controller)
    try emit(.faultBegins, guest: fault.isOfHost ? nil : guest, detail)
  }

  /// The fault of an order ends. The guest is not told: it finds out at its next try.
  mutating func endFault(_ index: Int) throws {
    let guest = scenario.events[index].guest
    guard case .fault(let fault, _) = scenario.events[index].action else { return }
    switch fault {
    case .balloonStuck, .balloonIntermittent: guests[guest].kernel.balloonFault.isStuck = false
    case .balloonSlow: guests[guest].kernel.balloonFault.slowness = 1
    case .balloonRefusing: guests[guest].kernel.balloonFault.limit = nil
    case .workerLate: guests[guest].policy?.delay = nil
    case .hostOutOfMemory, .hostDemand: host.releaseClaim()
    case .tmemFull: host.setFull(false, of: guest)
    case .tmemFrozen: host.setFrozen(false, of: guest)
    }
    try emit(.faultEnds, guest: fault.isOfHost ? nil : guest, [("fault", .text(fault.name))])
  }

  /// An intermittent fault comes or goes: the balloon is stuck in the first part of each period.
  mutating func turnIntermittent(_ index: Int) {
    let order = scenario.events[index]
    guard case .fault(.balloonIntermittent(let stuck, let period), let duration) = order.action
    else { return }
    let passed = now - order.at
    guard passed < duration else { return }
    let phase = SimDuration.nanoseconds(passed.nanoseconds % period.nanoseconds)
    let isStuck = phase < stuck
    guests[order.guest].kernel.balloonFault.isStuck = isStuck
    let end = isStuck ? stuck : period
    schedule(.faultTurn(UInt32(index)), after: end - phase, .controller)
  }

  /// How long the faults of a guest, or of the host for -1, lasted within the run, by their kinds.
  func faultTimes(of index: Int) -> [FaultSpec.Kind: SimDuration] {
    var times: [FaultSpec.Kind: SimDuration] = [:]
    for order in scenario.events {
      guard case .fault(let fault, let duration) = order.action, order.at < now,
        (fault.isOfHost ? -1 : order.guest) == index
      else { continue }
      times[fault.kind, default: .zero] += min(duration, now - order.at)
    }
    return times
  }
}
