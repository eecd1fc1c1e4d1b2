public import Policies
public import Units

/// Something that is told what happens in a run, in the order of time, and cannot answer back.
///
/// A run's course and its fingerprint do not depend on who observes it. An error thrown here ends the run.
public protocol RunObserver: AnyObject {
  /// Whether to tell of the tick at `time`; asked at every tick, so that what nobody keeps is not collected.
  func wantsTick(at time: SimTime) throws -> Bool
  /// A guest's state at a tick; `values` is in the order of `TickColumn.all` and valid during the call.
  func tick(guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) throws
  /// The host's state at a tick; `values` is indexed by `HostTickColumn.rawValue`.
  func hostTick(tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) throws
  /// A turn of a policy for one guest, with every term of its decision.
  func decision(_ record: DecisionRecord) throws
  /// Something that happened once.
  func event(_ record: EventRecord) throws
}

extension RunObserver {
  /// Takes no interest in ticks.
  public func wantsTick(at time: SimTime) throws -> Bool { false }
  /// Passes over a guest's tick.
  public func tick(guest: Int, tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>)
    throws
  {}
  /// Passes over the host's tick.
  public func hostTick(tick: Int64, time: SimTime, values: UnsafeBufferPointer<Int64>) throws {}
  /// Passes over a turn of a policy.
  public func decision(_ record: DecisionRecord) throws {}
  /// Passes over an event.
  public func event(_ record: EventRecord) throws {}
}

/// One turn of a policy for one guest: its decision and what it led to.
public struct DecisionRecord: Sendable {
  /// Whose it is.
  public var policy: any MemoryPolicy.Type
  /// Counted from 1: a guest's policy's turns, or those of a host's policy in which it decided something.
  public var turn: Int64
  /// When the turn began.
  public var time: SimTime
  /// What was decided, with every term, and the guest's place in the scenario.
  public var row: DecisionRow
  /// How long the turn took, a shrink included.
  public var runTime: SimDuration

  /// A turn.
  public init(
    policy: any MemoryPolicy.Type, turn: Int64, time: SimTime, row: DecisionRow,
    runTime: SimDuration
  ) {
    self.policy = policy
    self.turn = turn
    self.time = time
    self.row = row
    self.runTime = runTime
  }
}

/// Something that happened once in a run.
public struct EventRecord: Sendable {
  /// What kinds of events there are; the raw value stands in the `events` table.
  public enum Kind: String, CaseIterable, Sendable {
    case runStarted = "run_started"
    case driverInit = "driver_init"
    case sysfsWrite = "sysfs_write"
    case balloonTarget = "balloon_target"
    case balloonBackoff = "balloon_backoff"
    case balloonCancelled = "balloon_cancelled"
    case balloonNoMorePages = "balloon_no_more_pages"
    case dropCaches = "drop_caches"
    case faultBegins = "fault_begins"
    case faultEnds = "fault_ends"
    case mappingRefused = "mapping_refused"
    case oomKill = "oom_kill"
    case kernelOops = "kernel_oops"
    case policyEnded = "policy_ended"
    case workDone = "work_done"
    case runEnded = "run_ended"
  }
  /// A value in an event's detail.
  public enum Value: Hashable, Sendable {
    case number(Int64)
    case text(String)
  }
  /// When.
  public var time: SimTime
  /// The guest's place in the scenario; nil: the whole run.
  public var guest: Int?
  /// What.
  public var kind: Kind
  /// What else is known, in a fixed order.
  public var detail: [(key: String, value: Value)]
}

/// A figure of a finished run.
public struct Metric: Hashable, Sendable {
  /// The guest's name; nil: the host or the whole run.
  public var guest: String?
  /// The name, which ends in its unit unless it is a plain count.
  public var name: String
  /// The value.
  public var value: Double
  /// The unit: `pages`, `s`, `ns`, `GiB*h`, `%`, `count`, `ratio`, `1/h`.
  public var unit: String

  /// A figure.
  public init(guest: String?, name: String, value: Double, unit: String) {
    self.guest = guest
    self.name = name
    self.value = value
    self.unit = unit
  }
}

/// How a run ended, and everything computed at its end.
public struct RunSummary: Sendable {
  /// How far it got.
  public var simulated: SimDuration
  /// The run's fingerprint, 16 hexadecimal digits: equal course, equal fingerprint.
  public var fingerprint: String
  /// The fingerprint's ingredients: events, samples, draws.
  public var ingredients: [(name: String, value: String)]
  /// The figures, in a fixed order.
  public var metrics: [Metric]

  /// A summary of these parts.
  package init(
    simulated: SimDuration, fingerprint: String, ingredients: [(name: String, value: String)],
    metrics: [Metric]
  ) {
    self.simulated = simulated
    self.fingerprint = fingerprint
    self.ingredients = ingredients
    self.metrics = metrics
  }
}
