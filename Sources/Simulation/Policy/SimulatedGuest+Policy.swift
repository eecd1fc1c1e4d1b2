import MemoryModel
import Policies
import Units

extension SimulatedGuest {
  /// What a policy may see of the guest.
  var view: GuestView {
    @inline(__always) get {
      GuestView(
        totalRAM: UInt64(kernel.memTotal.pages),
        totalReserve: UInt64(kernel.zones.totalReserve.pages),
        maxPFN: UInt64(kernel.zones.maxPFN.pages), committed: UInt64(kernel.committed.pages),
        frontswap: UInt64(kernel.frontswapPages.pages), hasFrontswap: kernel.frontswapEnabled,
        balloonCurrent: UInt64(kernel.balloonCurrent.pages), free: UInt64(kernel.freePages.pages))
    }
  }

  /// A turn of its policy: it decides, and what it asks for is begun.
  ///
  /// - Returns: when the next turn begins if this one is over; whether a shrink has to go on; whether the balloon worker
  ///   has to start.
  @inline(__always)
  mutating func takeTurn(
    at now: SimTime
  ) -> (wake: Wake?, shrinkIsDue: Bool, balloonIsDue: Bool) {
    kernel.begin(at: now)
    let view = view
    let wake = policy?.begin(view, at: now)
    var balloonIsDue = false
    for place in 0..<(policy?.asks.count ?? 0) {
      switch policy?.asks[place] {
      case .balloonTarget(let target):
        noteTarget(committed: Int64(view.committed), at: now)
        balloonIsDue = kernel.setBalloonTarget(target)
      case .shrinkFrontswap(let target, let sparesAll):
        let shrink = kernel.beginShrink(
          to: PageCount(Int(clamping: target)), allMeansNothing: sparesAll)
        if let shrink { policy?.shrink = shrink }
      case .maximum, .tmemCapacity, .reclaim, .pageOut, nil: break
      }
    }
    return (wake ?? nil, policy?.shrink != nil, balloonIsDue)
  }

  /// Takes note of a decision of the host's policy that has a target.
  mutating func noteTarget(_ row: DecisionRow, at now: SimTime) {
    guard let current = row.current, let goal = row.goal, let target = row.target else { return }
    note(
      current: current, goal: goal, target: target, isBound: row.isBound,
      committed: Int64(kernel.committed.pages), at: now)
  }

  /// Takes note of a target and its goal, before the balloon has it.
  @inline(__always)
  private mutating func noteTarget(committed: Int64, at now: SimTime) {
    // Field by field: a row is too large to be copied at every turn.
    guard let current = policy?.row.current, let goal = policy?.row.goal,
      let target = policy?.row.target, let isBound = policy?.row.isBound
    else { return }
    note(
      current: current, goal: goal, target: target, isBound: isBound, committed: committed, at: now)
  }

  @inline(__always)
  private mutating func note(
    current: Int64, goal: Int64, target: Int64, isBound: Bool, committed: Int64, at now: SimTime
  ) {
    self.goal = goal
    self.target = target
    meter.stability.record(
      goal: goal, current: current, committed: committed, isFloored: isBound, at: now)
    // Memory is near its goal for the first time, or near its target where a bound holds that up.
    if !meter.hasSettled, StabilityMeter.isNear(current, isBound ? target : goal) {
      meter.settle()
    }
  }
}
