internal import Simulation
private import Synchronization

/// What is kept of a plan's scenarios when their keys are made: the first ones themselves, so that they are not resolved a
/// second time, and what the largest takes to run.
///
/// About 15 KB each, up to 15 MB: a sweep takes no more memory the more runs it has. Safe to use from several threads.
final class KeptScenarios: Sendable {
  /// How many of a plan's first runs are kept.
  static let limit = 1024

  private let largest = Mutex(MemoryEstimate.none)
  private let scenarios = Mutex<[SweepPlan.Member: ResolvedScenario]>([:])

  /// What a run takes of memory, at most, of those that were noted.
  var memory: MemoryEstimate { largest.withLock { $0 } }

  /// Notes what a run takes; one that cannot be run fails by itself.
  func note(_ scenario: ResolvedScenario) {
    let demands = scenario.demands
    guard (try? Simulation.check(scenario.scenario, demands: demands)) != nil else { return }
    let estimate = MemoryEstimate(scenario.scenario, demands: demands)
    largest.withLock { $0.include(estimate) }
  }

  func keep(_ scenario: ResolvedScenario, of member: SweepPlan.Member) {
    scenarios.withLock { $0[member] = scenario }
  }

  /// The scenario of a run, which is given away; nothing if it was not kept.
  func take(_ member: SweepPlan.Member) -> ResolvedScenario? {
    scenarios.withLock { $0.removeValue(forKey: member) }
  }
}
