import MemoryModel
import Policies
import SimulationEngine
import Units

/// A guest's policy at work, and the state of its turn; the same for every policy. Never copied: that would take as long
/// as a decision.
struct PolicyRun: ~Copyable {
  private(set) var policy: any GuestPolicy
  /// What there is to know of it.
  let type: any GuestPolicy.Type
  /// Whether it looks at single pages.
  let looksAtPages: Bool
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
    looksAtPages = type.card.looksAtPages
  }

  /// The guest has booted.
  mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart {
    policy.start(guest, boot: boot)
  }

  /// One turn begins, and ends unless it has to wait for a shrink.
  ///
  /// - Returns: when the next one begins; nil: the turn waits, or a fault has ended the policy.
  @inline(__always)
  mutating func begin(_ guest: GuestView, at time: SimTime) -> Wake? {
    row.clear()
    asks.removeAll()
    turns += 1
    start = time
    return Self.turn(&policy, guest, &row, &asks)
  }

  /// Decides, and finishes if there is nothing to wait for; the policy's box is opened once.
  @inline(__always)
  private static func turn(
    _ policy: inout some GuestPolicy, _ guest: GuestView, _ row: inout DecisionRow,
    _ asks: inout Asks
  ) -> Wake? {
    policy.decide(guest, into: &row, &asks)
    return row.fault != nil || asks.haveShrink ? nil : policy.finish()
  }

  /// A turn of a policy that looks at pages: it sees them, decides, and does what it decided.
  mutating func begin(
    _ guest: GuestView, _ memory: inout some MonitoredMemory & ~Copyable, at time: SimTime
  ) -> Wake {
    row.clear()
    asks.removeAll()
    turns += 1
    start = time
    policy.look(at: &memory)
    policy.decide(guest, into: &row, &asks)
    policy.act(on: &memory, into: &row)
    return policy.finish()
  }

  /// A turn that waited for a shrink, or for one that had nothing to do, is over: when does the next one begin?
  mutating func end() -> Wake {
    shrink = nil
    isShrinkOver = false
    return policy.finish()
  }

  /// Writes a setting as root does.
  mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    policy.write(setting, text)
  }

  /// What is recorded of the turn, which is over at `end`.
  func record(guest: Int, end: SimTime) -> DecisionRecord {
    var row = row
    row.guest = guest
    if let shrink { row.shrunk = Int64(shrink.shrunk) }
    return DecisionRecord(
      policy: type, turn: turns, time: start, row: row, runTime: end - start)
  }

  /// What the law says with the settings of now, in a kernel with these timers.
  func law(_ timers: KernelTimers) -> PolicyLaw? { policy.law(timers) }
}
