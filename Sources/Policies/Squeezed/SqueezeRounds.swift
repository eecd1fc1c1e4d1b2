/// What the daemon remembers from round to round of one call, and a round itself. Between calls all is forgiven.
public struct SqueezeRounds: Hashable, Sendable {
  /// What is remembered of a balloon driver.
  public struct Driver: Hashable, Sendable {
    /// The domain's number.
    public var id: Int64
    /// What it held in the last round.
    public var lastActual: Int64
    /// When it last moved towards its target, in seconds.
    public var lastProgress: Double
    /// Whether it is left out. A stuck one that reaches its target without a step in the right direction stays so.
    public var isStuck: Bool

    /// What is remembered.
    public init(id: Int64, lastActual: Int64, lastProgress: Double, isStuck: Bool) {
      self.id = id
      self.lastActual = lastActual
      self.lastProgress = lastProgress
      self.isStuck = isStuck
    }
  }

  /// Of each domain of the last round, in its order.
  public var drivers: [Driver] = []
  /// Domains that could not balloon or were stuck in the last round.
  public var inactive: [Int64] = []

  /// A call's beginning.
  public init() {}

  /// What a round decides.
  public enum Decision: Hashable, Sendable {
    /// These targets are to be set, even if they are what they were.
    case adjust([Squeezed.Setting])
    /// All are where they should be, and the condition holds.
    case success
    /// All are where they should be, and the condition does not hold; the domains are stuck ones that can balloon.
    case failed([Int64])
  }

  /// What came of a round.
  public struct Outcome: Hashable, Sendable {
    /// What is to be done.
    public var decision: Decision
    /// Domains that took part.
    public var active: [Int64]
    /// The rule's targets of those, whether they are to be set or not.
    public var proportional: [Squeezed.Setting]
    /// Domains that did not take part in the last round and do now, or are gone.
    public var declaredActive: [Int64]
    /// Domains that do not take part any more.
    public var declaredInactive: [Int64]
  }

  /// One round, so that `required` KiB become free; `now` in seconds by any clock.
  public mutating func round(
    _ host: Squeezed.Host, required: Int64, until condition: Squeezed.Condition, at now: Double,
    switches: Squeezed.Switches
  ) -> Outcome {
    watch(host.domains, at: now)
    var active: [Squeezed.Domain] = []
    var idle: [Squeezed.Domain] = []
    for (domain, driver) in zip(host.domains, drivers) {
      if domain.canBalloon && !driver.isStuck { active.append(domain) } else { idle.append(domain) }
    }
    let before = inactive
    inactive = idle.map(\.id)
    let proportional = Squeezed.targets(
      active, free: host.free, required: required, switches: switches)
    let kept = Self.phase(zip(active, proportional), switches)
    let decision: Decision =
      if !active.allSatisfy({ $0.direction(to: $0.target) == nil })
        || kept.contains(where: { $0.target != $1.value })
      {
        .adjust(kept.map(\.1))
      } else if condition.holds(host.free) {
        .success
      } else {
        .failed(idle.filter(\.canBalloon).map(\.id))
      }
    return Outcome(
      decision: decision, active: active.map(\.id), proportional: proportional,
      declaredActive: before.filter { !inactive.contains($0) },
      declaredInactive: inactive.filter { !before.contains($0) })
  }

  /// Only those that give, if any has to; else all.
  private static func phase(
    _ pairs: some Sequence<(Squeezed.Domain, Squeezed.Setting)>, _ switches: Squeezed.Switches
  ) -> [(Squeezed.Domain, Squeezed.Setting)] {
    let all = Array(pairs)
    if switches.contains(.onePhase) { return all }
    let giving = all.filter { $0.direction(to: $1.value) == .shrink }
    return giving.isEmpty ? all : giving
  }

  /// Notes who moves towards its target, and who has not for too long.
  private mutating func watch(_ domains: [Squeezed.Domain], at now: Double) {
    let before = drivers
    for (index, domain) in domains.enumerated() {
      // As a rule the domains are those of the last round.
      let known =
        index < before.count && before[index].id == domain.id
        ? before[index] : before.first { $0.id == domain.id }
      var driver =
        known
        ?? Driver(id: domain.id, lastActual: domain.actual, lastProgress: now, isStuck: false)
      let direction = domain.direction(to: domain.target)
      let delta = domain.actual &- driver.lastActual
      driver.lastActual = domain.actual
      if delta > 0 && direction == .grow || delta < 0 && direction == .shrink {
        driver.lastProgress = now
        driver.isStuck = false
      }
      if direction != nil && now - driver.lastProgress > Squeezed.patience { driver.isStuck = true }
      if index < drivers.count { drivers[index] = driver } else { drivers.append(driver) }
    }
    drivers.removeLast(max(0, drivers.count - domains.count))
  }
}
