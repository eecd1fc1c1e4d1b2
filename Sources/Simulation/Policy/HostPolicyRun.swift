import Policies
import SimulationEngine
import Units

/// A host's policy at work. Never copied.
struct HostPolicyRun: ~Copyable {
  private var policy: any HostPolicy
  /// What there is to know of it.
  let type: any HostPolicy.Type
  /// What it saw last.
  var view: HostView
  /// The last decision of each guest, and what it asks for.
  private(set) var rows: [DecisionRow]
  private(set) var asks: [Asks]
  /// Turns in which something was decided.
  private(set) var turns: Int64 = 0

  /// A policy that has not started, and the host as it is built.
  init(_ policy: any HostPolicy, _ view: HostView) {
    self.policy = policy
    self.view = view
    type = Swift.type(of: policy)
    rows = Array(repeating: DecisionRow(), count: view.guests.count)
    asks = Array(repeating: Asks(), count: view.guests.count)
  }

  /// Seconds between two polls of guests' reports; nil: it reads none.
  var reportInterval: Int64? { policy.reportInterval }
  /// Whether it asks which pages of its guests are touched.
  var readsTouchedPages: Bool { policy.readsTouchedPages }

  /// The guests have booted.
  mutating func start() -> PolicyStart { policy.start(view) }

  /// A turn.
  ///
  /// - Returns: when the next one begins.
  mutating func turn() -> Wake {
    for place in rows.indices {
      rows[place].clear()
      asks[place].removeAll()
    }
    Self.decide(&policy, view, &rows, &asks)
    if rows.contains(where: { $0.current != nil }) { turns += 1 }
    return policy.finish()
  }

  /// Opens the policy's box once.
  private static func decide(
    _ policy: inout some HostPolicy, _ view: HostView, _ rows: inout [DecisionRow],
    _ asks: inout [Asks]
  ) {
    policy.decide(view, into: &rows, &asks)
  }

  /// What was decided of a guest in pages of its total RAM, which are less than its size by `offset`; nil: nothing.
  func row(ofGuest place: Int, offset: Int64) -> DecisionRow? {
    guard let current = rows[place].current else { return nil }
    var row = rows[place]
    row.guest = place
    row.current = current &- offset
    row.goal = row.goal.map { $0 &- offset }
    row.target = row.target.map { $0 &- offset }
    return row
  }
}
