extension Mom {
  /// What a round is about, for all guests.
  public struct Round: Hashable, Sendable {
    /// The host's free share: a mean over the window, divided by the last sample's memory.
    public var hostFree: Double
    /// The share of its size that a guest may keep free under pressure; below zero it gives up what it uses.
    ///
    /// vdsm's rules grow by it, too.
    public var guestFree: Double
    /// Whether guests shrink.
    public var isShrinking: Bool
    /// What ended the round; no guest gets anything then.
    public var fault: Fault?
  }

  /// What a round decided for a guest, in KiB.
  public struct Outcome: Hashable, Sendable {
    /// What the guest uses: the mean of its size less the mean of its free pages; nil: the rules did not ask.
    public var used: Double?
    /// What it should at least have; nil: the rules did not ask.
    public var least: Double?
    /// What the main rule set; nil: nothing.
    public var decided: Double?
    /// The guaranteed size, if vdsm's second rule set it: it wins, also over more.
    public var raised: Double?
    /// What is sent to the hypervisor; nil: nothing, and the target before stays.
    public var target: Int64?
  }

  /// Two values that Python does not compare.
  public struct Fault: Error, Hashable, Sendable {
    /// The operator.
    public var comparison: Comparison
    /// What is on its left.
    public var left: PythonType
    /// What is on its right.
    public var right: PythonType

    /// An operator.
    public enum Comparison: String, Sendable {
      case less = "<"
      case greater = ">"
    }

    /// A type by its name in Python.
    public enum PythonType: String, Sendable {
      case float, int
      case none = "NoneType"
      case string = "str"
    }

    /// What MOM writes to its log.
    public var text: String {
      "Unexpected error when evaluating policy: '\(comparison.rawValue)' not supported between instances of '\(left.rawValue)' and '\(right.rawValue)'"
    }
  }

  /// The main rule: a guest shrinks or grows by a twentieth, or to what it needs.
  func balance(_ guest: Guest, _ round: Round, into outcome: inout Outcome) throws(Fault) {
    // MOM's collectors leave nothing out; vdsm's rules pass over a guest without these two.
    guard let last = guest.window.last, let current = last.balloonCurrent, last.memoryUnused != nil
    else { return }
    let size = Double(current)
    var wish: Double
    if round.isShrinking {
      let least = try need(guest, last, free: round.guestFree * size, into: &outcome)
      wish = size * (1 - settings.largestChange)
      if wish < least { wish = least }
      if wish > size { return }
    } else {
      guard let most = last.balloonMax else {
        throw Fault(comparison: .less, left: .int, right: .none)
      }
      if current >= most { return }
      // Its own rules give a guest the same share whatever the host has; vdsm's go by the host.
      let share = variant == .mom ? settings.guestFree : round.guestFree
      let least = try need(guest, last, free: share * size, into: &outcome)
      wish = size * (1 + settings.largestChange)
      if wish < least { wish = least }
      if wish > Double(most) { wish = Double(most) }
    }
    if abs(wish - size) > settings.leastChange * size { outcome.decided = wish }
  }

  /// The larger of the guaranteed size and of what a guest uses with something free.
  private func need(
    _ guest: Guest, _ last: GuestSample, free: Double, into outcome: inout Outcome
  ) throws(Fault) -> Double {
    let used = guest.window.mean { $0.balloonCurrent } - guest.window.mean { $0.memoryUnused }
    let wanted = used + free
    outcome.used = used
    guard case .size(let guaranteed) = last.balloonMin else {
      throw Fault(comparison: .greater, left: .float, right: last.balloonMin.type)
    }
    let least = max(Double(guaranteed), wanted)
    outcome.least = least
    return least
  }

  /// vdsm's second rule: a guest below its guaranteed size is to have just that.
  ///
  /// It does not look whether there is information on the guest.
  func guarantee(_ guest: Guest, into outcome: inout Outcome) throws(Fault) {
    guard let last = guest.window.last else { return }
    guard let current = last.balloonCurrent, case .size(let guaranteed) = last.balloonMin else {
      throw Fault(
        comparison: .less, left: last.balloonCurrent == nil ? .none : .int,
        right: last.balloonMin.type)
    }
    if current < guaranteed { outcome.raised = Double(guaranteed) }
  }
}
