// The law.
//
// The driver holds that what a guest needs is what its programs have been promised (Committed_AS), plus what
// the kernel keeps back, plus a reserve for the page cache, plus what waits in frontswap and may come home.
// That sum is the goal. Every run closes a part of the distance to it: one in `downhysteresis` on the way
// down, one in `uphysteresis` on the way up. All divisions truncate, so a guest settles up to
// `downhysteresis - 1` pages above its goal. Nothing below the floor is ever asked for. Free memory, the size
// of the page cache and the work of reclaim play no part.
//
// Frontswap is brought home when it lies still. Each run samples its size; growth or emptiness starts a
// countdown, a run without growth takes one off, and the run that reaches 0 asks for one part in
// `frontswap_hysteresis` and starts the countdown again. The size remembered is the one before the shrink, so
// that stores up to the amount just brought home do not count as growth.
//
// All numbers are unsigned 64-bit and wrap as they do in the kernel.
//
// Source: Linux 4.19, drivers/xen/xen-selfballoon.c, selfballoon_process() and frontswap_selfshrink(), as
// restated in Docs/kernel.md 1.3 to 1.5; 3.6 differs as in Docs/kernel.md 1.8.

extension SelfBalloonDriver {
  /// Begins a run of the worker, which leaves the queue, and returns what it decides.
  ///
  /// The caller sets the balloon target, does the shrink and then calls `endRun`. After a fault the guest's
  /// kernel is dead. Allocates nothing.
  public mutating func beginRun(_ guest: GuestView) -> WorkerDecision {
    var decision = WorkerDecision()
    beginRun(guest, into: &decision)
    return decision
  }

  /// Begins a run without a copy of the decision, which must be a new one. Inlined where a policy takes its turn, so that the
  /// decision is never built in memory there.
  @inline(__always)
  public mutating func beginRun(_ guest: GuestView, into decision: inout WorkerDecision) {
    dequeueWorker()
    unfinished = Unfinished()
    if tunables.isSelfballooning {
      decideBalloon(guest, into: &decision)
      if decision.fault != nil { return }
      unfinished.isRearmDue = true
    }
    if tunables.isSelfshrinking && (isFrontswapRegistered || !generation.asksForFrontswapBackend) {
      decideShrink(guest.frontswap, into: &decision)
      unfinished.isRearmDue = decision.fault == nil
    }
  }

  /// Ends a run, shrink included, and returns the delay in jiffies with which the worker is queued again.
  ///
  /// The interval and the inertia in force now count. Nil if neither part ran, after a fault, or if a
  /// write during the run has queued the worker already.
  public mutating func endRun() -> UInt64? {
    if unfinished.isCountdownReloadDue { countdown = UInt64(tunables.frontswapInertia) }
    let isRearmDue = unfinished.isRearmDue
    unfinished = Unfinished()
    return isRearmDue ? queueWorker() : nil
  }

  /// The balloon part: one step towards the goal (Docs/kernel.md 1.3).
  @inline(__always)
  private mutating func decideBalloon(
    _ guest: GuestView, into decision: inout WorkerDecision
  ) {
    let current = guest.totalRAM
    let reserved =
      generation.hasReserve ? SelfBalloonTunables.pages(fromMB: tunables.reservedMB) : 0
    let frontswap = tunables.isSelfshrinking ? guest.frontswap : 0
    let goal = guest.committed &+ guest.totalReserve &+ reserved &+ frontswap
    let isAbove = current > goal
    let gap = isAbove ? current - goal : goal - current
    let divisor = UInt64(isAbove ? tunables.downHysteresis : tunables.upHysteresis)

    var outcome: WorkerDecision.BalloonPart.Outcome?
    if gap == 0 || divisor != 0 {
      let step = gap == 0 ? 0 : gap / divisor
      let unfloored = isAbove ? current - step : current + step
      let floor = BalloonFloor(
        maxPFN: guest.maxPFN, totalReserve: guest.totalReserve, minUsableMB: tunables.minUsableMB)
      let target = max(unfloored, floor.pages)
      outcome = WorkerDecision.BalloonPart.Outcome(
        unflooredTarget: unfloored, floor: floor, target: target,
        balloonTarget: target &+ guest.balloonCurrent &- guest.totalRAM)
    } else {
      decision.fault = .divideByZero
    }
    decision.balloon = WorkerDecision.BalloonPart(
      current: current, committed: guest.committed, totalReserve: guest.totalReserve,
      reserved: reserved, frontswap: frontswap, goal: goal, gap: gap,
      divisor: gap == 0 ? nil : divisor, outcome: outcome)
  }

  /// The frontswap part: counts quiet runs and asks for a shrink when enough have passed (Docs/kernel.md 1.4).
  @inline(__always)
  private mutating func decideShrink(_ frontswap: UInt64, into decision: inout WorkerDecision) {
    let previous = previousFrontswap
    let counterBefore = countdown
    var shrinkTarget: UInt64?
    previousFrontswap = frontswap
    if frontswap == 0 || frontswap > previous {
      countdown = UInt64(tunables.frontswapInertia)
    } else {
      if countdown != 0 { countdown -= 1 }
      if countdown == 0 {
        let hysteresis = UInt64(tunables.frontswapHysteresis)
        if frontswap <= hysteresis {
          shrinkTarget = 0
        } else if hysteresis == 0 {
          decision.fault = .divideByZero
        } else {
          shrinkTarget = frontswap - frontswap / hysteresis
        }
      }
    }
    unfinished.isCountdownReloadDue =
      shrinkTarget != nil && generation.reloadsCountdownAfterShrink
    decision.shrink = WorkerDecision.ShrinkPart(
      frontswap: frontswap, previousFrontswap: previous, counterBefore: counterBefore,
      counterAfter: unfinished.isCountdownReloadDue ? UInt64(tunables.frontswapInertia) : countdown,
      shrinkTarget: shrinkTarget)
  }
}
