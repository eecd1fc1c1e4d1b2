/// A call that the daemon carries out: it looks at the host, sets maxmem and targets, waits, and looks again.
///
/// A call begins with no memory of earlier ones, and has no end of rounds: it ends because every guest moves, arrives, or
/// is stuck after 5 s.
public struct SqueezeCall: Hashable, Sendable {
  /// What is asked.
  public enum Request: Hashable, Sendable {
    /// So much more is to be free than the reserve.
    case free(Int64)
    /// As much as a guest between these sizes would be given by the rule, at least the first.
    case freeRange(Int64, Int64)
    /// What is free beyond the reserve is to be shared out.
    case balance
  }

  /// How a call ended.
  public enum Ending: Hashable, Sendable {
    /// As wanted.
    case success
    /// A range was asked for, and so much of it is free.
    case reserved(Int64)
    /// Nobody is to blame: not so much can be freed.
    case cannotFree(needed: Int64, free: Int64)
    /// These domains did not do as told.
    case refused([Int64])
  }

  /// What to do after a look, in this order, and what comes then.
  public struct Step: Hashable, Sendable {
    /// maxmem of every domain, the oldest domain first.
    public var maxmem: [Squeezed.Setting] = []
    /// Balloon targets to be set. Quirk: those that do not change as well.
    public var targets: [Squeezed.Setting] = []
    /// What comes then.
    public var next: Next

    /// Nothing is set.
    public init(next: Next) { self.next = next }
  }

  /// What comes after a step.
  public enum Next: Hashable, Sendable {
    /// Look again at once.
    case look
    /// Look again after a round's interval of 1 s.
    case wait
    /// Nothing; the call has ended.
    case end(Ending)
  }

  /// What the next look is for.
  private enum Stage { case ideal, check, round, result }

  private let squeezed: Squeezed
  private let request: Request
  private var stage: Stage
  private var required: Int64
  private var condition: Squeezed.Condition
  private var rounds = SqueezeRounds()

  /// A call that has not looked yet.
  public init(_ request: Request, _ squeezed: Squeezed) {
    self.request = request
    self.squeezed = squeezed
    stage = .check
    switch request {
    case .free(let size):
      required = size &+ squeezed.reserve
      condition = .atLeast(required)
    case .freeRange(let least, _):
      required = 0
      condition = .atLeast(least &+ squeezed.reserve)
      stage = .ideal
    case .balance:
      required = squeezed.reserve
      condition = squeezed.balance
    }
  }

  /// Goes on with a look at the host, `now` in seconds by any clock.
  public mutating func look(_ host: Squeezed.Host, at now: Double) -> Step {
    switch stage {
    case .ideal:
      required = ideal(host) &+ squeezed.reserve
      stage = .check
      return Step(next: .look)
    case .check:
      return Step(next: isDone(host) ? finish() : go(on: .round))
    case .round:
      return round(host, at: now)
    case .result:
      guard case .freeRange(let least, let most) = request else {
        return Step(next: .end(.success))
      }
      let usable = host.free &- squeezed.reserve
      return Step(next: .end(.reserved(max(least, min(usable, most)))))
    }
  }

  private mutating func go(on stage: Stage) -> Next {
    self.stage = stage
    return .look
  }

  /// The wanted memory is free; who asked for a range is told how much, after another look.
  private mutating func finish() -> Next {
    if case .freeRange = request { return go(on: .result) }
    return .end(.success)
  }

  /// What the rule would give to one more guest of the wanted range. Quirk: it minds no switches.
  private func ideal(_ host: Squeezed.Host) -> Int64 {
    guard case .freeRange(let least, let most) = request else { return 0 }
    let guest = Squeezed.Domain(
      id: -1, canBalloon: true, least: least, most: most, target: least, actual: 0)
    let targets = Squeezed.targets(
      [guest] + host.domains, free: host.free, required: squeezed.reserve)
    return targets[0].value
  }

  /// Whether nothing has to be done: not to balance, enough is free, and all that can balloon are on target.
  private func isDone(_ host: Squeezed.Host) -> Bool {
    required != squeezed.reserve && required <= host.free
      && host.domains.allSatisfy { !$0.canBalloon || $0.direction(to: $0.target) == nil }
  }

  private mutating func round(_ host: Squeezed.Host, at now: Double) -> Step {
    let outcome = rounds.round(
      host, required: required, until: condition, at: now, switches: squeezed.switches)
    var step = Step(next: .wait)
    if case .adjust(let targets) = outcome.decision { step.targets = targets }
    step.maxmem = maxmem(host.domains, outcome, step.targets)
    switch outcome.decision {
    case .adjust: step.next = .wait
    case .success: step.next = finish()
    case .failed([]), .failed([0]):
      step.next = .end(.cannotFree(needed: required, free: host.free))
    case .failed(let domains): step.next = .end(.refused(domains))
    }
    return step
  }

  /// maxmem is the target, the new one if there is one. Who has just been declared inactive may shrink but not grow.
  private func maxmem(
    _ domains: [Squeezed.Domain], _ outcome: SqueezeRounds.Outcome, _ targets: [Squeezed.Setting]
  ) -> [Squeezed.Setting] {
    // Targets are in the order of the domains, some left out.
    var next = targets.startIndex
    var settings = domains.map { domain in
      var setting = Squeezed.Setting(id: domain.id, value: domain.target)
      if next < targets.endIndex && targets[next].id == domain.id {
        setting.value = targets[next].value
        next += 1
      }
      if outcome.declaredInactive.contains(domain.id) {
        setting.value = min(domain.most, max(domain.least, min(domain.target, domain.actual)))
      }
      return setting
    }
    settings.sort { $0.id < $1.id }
    return settings
  }
}
