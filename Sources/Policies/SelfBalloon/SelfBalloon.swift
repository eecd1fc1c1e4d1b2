public import Units

/// The selfballoon driver as a policy: `SelfBalloonDriver` with a card, its turns and its rows.
///
/// Three generations of it; the law is in `SelfBalloonDriver+Worker.swift`.
public struct SelfBalloon: GuestPolicy {
  /// The driver.
  public private(set) var driver: SelfBalloonDriver

  /// The driver of a kernel, such as `4.19`, before its init.
  public init?(version: String) {
    guard let generation = DriverGeneration(rawValue: version) else { return nil }
    driver = SelfBalloonDriver(generation: generation)
  }

  /// The text of an attribute, without its newline.
  public func read(_ setting: String) -> String? {
    driver.read(setting).map { String($0.dropLast()) }
  }

  /// What a user's `echo` into an attribute does.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    let outcome = driver.write(setting, text: Array(text.utf8))
    return WriteOutcome(outcome.status, wake: outcome.queuedDelay.map { .jiffies($0) } ?? .never)
  }

  /// Runs the driver's init as the boot options say; with options that cannot be read it does not start.
  public mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart {
    let generation = driver.generation
    driver.hz = boot.timers.hz
    guard
      let options = try? BootOptions(commandLine: boot.commandLine, generation: generation)
    else { return PolicyStart(wake: .never, notices: [("status", .text("EINVAL"))]) }
    let outcome = driver.initialise(
      options.initFlags(isInitialDomain: boot.isInitialDomain), totalRAM: guest.totalRAM)
    var start = PolicyStart(wake: outcome.queuedDelay.map { .jiffies($0) } ?? .never)
    start.notices = [
      ("status", .text(outcome.status.rawValue)),
      ("reserved_mb", .number(Int64(driver.tunables.reservedMB))),
    ]
    for notice in outcome.notices { start.notices.append((notice.rawValue, .number(1))) }
    return start
  }

  /// A run of the worker.
  public mutating func decide(
    _ guest: GuestView, into row: inout DecisionRow, _ asks: inout Asks
  ) {
    var decision = WorkerDecision()
    driver.beginRun(guest, into: &decision)
    row.fault = decision.fault == nil ? nil : .divideByZero
    if let part = decision.balloon { Self.fill(&row, part, &asks) }
    if let part = decision.shrink {
      row.shrunk = 0
      row[Term.shrinkFrontswap] = bits(part.frontswap)
      row[Term.shrinkPrevious] = bits(part.previousFrontswap)
      row[Term.counterBefore] = bits(part.counterBefore)
      row[Term.counterAfter] = bits(part.counterAfter)
      row[Term.shrinkTarget] = part.shrinkTarget.map(bits)
      if let target = part.shrinkTarget, decision.fault == nil {
        asks.append(
          .shrinkFrontswap(to: target, sparesAll: !driver.generation.canShrinkToZero))
      }
    }
  }

  /// The worker ends, and is queued again if a part of it ran.
  public mutating func finish() -> Wake { driver.endRun().map { .jiffies($0) } ?? .never }

  /// Docs/kernel.md 1.3, 1.4.
  public func law(_ timers: KernelTimers) -> PolicyLaw? {
    let tunables = driver.tunables
    let isOn = (tunables.isSelfballooning, tunables.isSelfshrinking)
    // 3.6 does not start its countdown again: once quiet, every run shrinks.
    let isEveryRun = !driver.generation.reloadsCountdownAfterShrink
    return PolicyLaw(
      interval: timers.period(of: timers.jiffies(seconds: tunables.interval)),
      down: isOn.0 ? PolicyLaw.share(tunables.downHysteresis) : nil,
      up: isOn.0 ? PolicyLaw.share(tunables.upHysteresis) : nil,
      frontswap: isOn.1 ? PolicyLaw.share(tunables.frontswapHysteresis) : nil,
      turnsOfShrink: isEveryRun ? 1 : max(1, Int(tunables.frontswapInertia)))
  }

  /// A reserve or a floor, then quicker steps up, then slower ones down.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    let tunables = driver.tunables
    func relief(_ attribute: SelfBalloonAttribute, _ values: [Int]) -> PolicyRelief? {
      PolicyRelief(attribute.rawValue, values)
    }
    return [
      relief(
        driver.generation.hasReserve ? .reservedMB : .minUsableMB,
        PolicyRelief.sizes(upTo: mebibytes)),
      relief(.interval, PolicyRelief.below(tunables.interval)),
      relief(.upHysteresis, PolicyRelief.below(tunables.upHysteresis)),
      relief(.downHysteresis, PolicyRelief.above(tunables.downHysteresis)),
    ].compactMap(\.self)
  }

  @inline(__always)
  private static func fill(
    _ row: inout DecisionRow, _ part: WorkerDecision.BalloonPart, _ asks: inout Asks
  ) {
    row.current = bits(part.current)
    row.goal = bits(part.goal)
    row[Term.committed] = bits(part.committed)
    row[Term.totalReserve] = bits(part.totalReserve)
    row[Term.reserved] = bits(part.reserved)
    row[Term.frontswap] = bits(part.frontswap)
    row[Term.gap] = bits(part.gap)
    row[Term.divisor] = part.divisor.map(bits)
    guard let outcome = part.outcome else { return }
    row.target = bits(outcome.target)
    row.isBound = outcome.target != outcome.unflooredTarget
    row.rule = outcome.floor.rule.name
    row[Term.unflooredTarget] = bits(outcome.unflooredTarget)
    row[Term.floor] = bits(outcome.floor.pages)
    row[Term.balloonTarget] = bits(outcome.balloonTarget)
    asks.append(.balloonTarget(outcome.balloonTarget))
  }
}

/// The kernel's number as a row keeps it.
@inline(__always)
func bits(_ number: UInt64) -> Int64 { Int64(bitPattern: number) }
