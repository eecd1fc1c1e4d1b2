private import Synchronization

/// Scenarios of runs that are soon to be made, so that they are not resolved a second time.
///
/// About 15 KB each, up to 15 MB: a sweep takes no more memory the more runs it has. Safe to use from several threads.
final class KeptScenarios: Sendable {
  /// How many of a plan's first runs are kept.
  static let limit = 1024

  private let scenarios = Mutex<[SweepPlan.Member: ResolvedScenario]>([:])

  func keep(_ scenario: ResolvedScenario, of member: SweepPlan.Member) {
    scenarios.withLock { $0[member] = scenario }
  }

  /// The scenario of a run, which is given away; nothing if it was not kept.
  func take(_ member: SweepPlan.Member) -> ResolvedScenario? {
    scenarios.withLock { $0.removeValue(forKey: member) }
  }
}
