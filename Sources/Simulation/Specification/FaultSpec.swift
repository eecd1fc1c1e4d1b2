public import Units

/// A fault that an event brings about for some time: in a guest's balloon, its worker, its tmem pools, or the host.
public enum FaultSpec: Hashable, Sendable {
  /// No page moves in or out: every try of the balloon worker fails.
  case balloonStuck
  /// A batch of the balloon takes so many times longer, 2 to 1,000.
  case balloonSlow(factor: Int64)
  /// The balloon is stuck in the first part of each period.
  case balloonIntermittent(stuck: SimDuration, period: SimDuration)
  /// The host refuses growth of the domain above a size.
  case balloonRefusing(above: PageCount)
  /// Every run of the selfballoon worker begins so much later than it is due.
  case workerLate(by: SimDuration)
  /// Another user of the host takes all memory that no guest holds, and all that is given back.
  case hostOutOfMemory
  /// Another user of the host takes memory, as far as it can be had.
  case hostDemand(PageCount)
  /// A guest's pools take a page only in the place of one that has left them.
  case tmemFull
  /// A guest's pools take no page.
  case tmemFrozen

  /// What kinds there are.
  public enum Kind: String, CaseIterable, Sendable {
    case balloonStuck = "balloon_stuck"
    case balloonSlow = "balloon_slow"
    case balloonIntermittent = "balloon_intermittent"
    case balloonRefusing = "balloon_refusing"
    case workerLate = "worker_late"
    case tmemFull = "tmem_full"
    case tmemFrozen = "tmem_frozen"
    case hostOutOfMemory = "host_out_of_memory"
    case hostDemand = "host_demand"
  }

  /// Its kind.
  public var kind: Kind {
    switch self {
    case .balloonStuck: .balloonStuck
    case .balloonSlow: .balloonSlow
    case .balloonIntermittent: .balloonIntermittent
    case .balloonRefusing: .balloonRefusing
    case .workerLate: .workerLate
    case .hostOutOfMemory: .hostOutOfMemory
    case .hostDemand: .hostDemand
    case .tmemFull: .tmemFull
    case .tmemFrozen: .tmemFrozen
    }
  }

  /// The name in the `events` table and, after `fault_`, of the metric.
  public var name: String { kind.rawValue }

  /// Whether it is the host's and no guest's.
  public var isOfHost: Bool {
    switch self {
    case .hostOutOfMemory, .hostDemand: true
    case .balloonStuck, .balloonSlow, .balloonIntermittent, .balloonRefusing, .workerLate,
      .tmemFull,
      .tmemFrozen:
      false
    }
  }

  /// What it takes hold of: two faults of one place cannot be there at once.
  public enum Place {
    case balloonMotion, balloonSpeed, balloonLimit, worker, hostMemory, poolSize, poolPuts
  }

  /// What it takes hold of.
  public var place: Place {
    switch self {
    case .balloonStuck, .balloonIntermittent: .balloonMotion
    case .balloonSlow: .balloonSpeed
    case .balloonRefusing: .balloonLimit
    case .workerLate: .worker
    case .hostOutOfMemory, .hostDemand: .hostMemory
    case .tmemFull: .poolSize
    case .tmemFrozen: .poolPuts
    }
  }
}
