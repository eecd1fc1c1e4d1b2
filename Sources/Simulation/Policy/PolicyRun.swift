import MemoryModel
import Policies
import SimulationEngine
import Units

/// A guest's policy at work, and the state of its turn; the same for every policy.
struct PolicyRun {
  private(set) var policy: any GuestPolicy
  /// What there is to know of it.
  let type: any GuestPolicy.Type
  /// The last decision and what it asks for.
  var row = DecisionRow()
  private(set) var asks = Asks()
  /// Turns so far.
  private(set) var turns: Int64 = 0
  /// When the last turn began.
  private(set) var start = SimTime.zero
  /// The shrink that the turn waits for; nil: the turn is over.
  var shrink: FrontswapShrink?
  /// Whether the shrink has brought home what it could; the time of its last step may not be over.
  var isShrinkOver = false
  /// Whether the time of the next turn came during this one.
  var isOverdue = false
  /// How much later than it is due a turn begins, while the policy is late.
  var delay: SimDuration?
  /// Whether the turn that is due was held up already.
  var isHeldUp = false

  /// A policy that has not started.
  init(_ policy: any GuestPolicy) {
    self.policy = policy
    type = Swift.type(of: policy)
  }

  /// The guest has booted.
  mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart {
    policy.start(guest, boot: boot)
  }

  /// One turn begins.
  @inline(__always)
  mutating func begin(_ guest: GuestView, at time: SimTime) {
    row.clear()
    asks.removeAll()
    turns += 1
    start = time
    policy.decide(guest, into: &row, &asks)
  }

  /// The turn is over: when does the next one begin?
  mutating func end() -> Wake {
    shrink = nil
    isShrinkOver = false
    return policy.finish()
  }

  /// Writes a setting as root does.
  mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    policy.write(setting, text)
  }

  /// What the law says with the settings of now.
  var law: PolicyLaw? { policy.law }
}
