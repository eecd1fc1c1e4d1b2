public import Units

/// The background reclaimer of a guest: what it is doing, and where it is in it.
///
/// Source: Docs/kernel.md 6.3.
struct Kswapd {
  enum Activity {
    /// Asleep until an allocation wakes it.
    case asleep
    /// A wake-up is on its way: the run is to schedule its first step.
    case woken
    /// In a run.
    case running
    /// Asleep for a tenth of a second between two runs.
    case napping
  }

  var activity = Activity.asleep
  var priority = GuestKernel.defaultPriority
  var pass: ReclaimPass?
  /// By how many pages marks were raised when this run began, and how many of them it is still to free besides.
  var raised = 0
  var boost = 0
  /// Pages freed in this run.
  var reclaimed = 0
  /// Runs in a row that freed nothing.
  var failures = 0
  /// How far the operation under way had come when it was woken.
  var wokenAfter = SimDuration.zero
  /// Steps scheduled for an earlier number are void.
  var token: UInt32 = 0

  /// Runs in vain after which it gives up until direct reclaim succeeds.
  static let failuresBeforeGivingUp = 16
  /// The nap between two runs in milliseconds (Docs/kernel.md 6.3), given to a timer.
  static let nap: UInt64 = 100
  /// The least time that a step takes; assumed.
  static let leastStep = SimDuration.microseconds(1)
}

extension GuestKernel {
  /// pgdat_balanced(): whether the guest has more free than its high mark.
  var isBalanced: Bool { free > highLimit }

  /// wakeup_kswapd(): wakes kswapd unless it runs, has given up, or has nothing to do.
  mutating func wakeKswapd() {
    guard kswapd.activity == .asleep || kswapd.activity == .napping else { return }
    guard kswapd.failures < Kswapd.failuresBeforeGivingUp, !isBalanced || fragments.boost > 0
    else { return }
    kswapd.activity = .woken
    kswapd.wokenAfter = elapsed
  }

  /// The number that kswapd's first step is to carry, if it was just woken, and how long after `begin(at:)` that was.
  public mutating func takeKswapdWakeUp() -> (token: UInt32, after: SimDuration)? {
    guard kswapd.activity == .woken else { return nil }
    startKswapdRun()
    kswapd.token &+= 1
    return (kswapd.token, kswapd.wokenAfter)
  }

  private mutating func startKswapdRun() {
    kswapd.activity = .running
    kswapd.priority = Self.defaultPriority
    kswapd.pass = nil
    kswapd.reclaimed = 0
    kswapd.raised = fragments.boost
    kswapd.boost = fragments.boost
  }

  /// balance_pgdat(), a step of it: up to 32 pages of each list.
  ///
  /// Returns after how long the next step is due; nil once it sleeps, or if `token` is void.
  public mutating func kswapdStep(token: UInt32, _ host: inout Host) -> SimDuration? {
    guard token == kswapd.token else { return nil }
    if kswapd.activity == .napping {
      if (isBalanced && fragments.boost == 0) || kswapd.failures >= Kswapd.failuresBeforeGivingUp {
        kswapd.activity = .asleep
        return nil
      }
      startKswapdRun()
    }
    if kswapd.pass == nil {
      let isBalanced = isBalanced
      if isBalanced && kswapd.boost == 0 { return endKswapdRun() }
      if !isBalanced && kswapd.boost > 0 {
        // What is missing comes first; the marks stay up.
        kswapd.boost = 0
        kswapd.priority = Self.defaultPriority
      }
      if kswapd.priority < 1 {
        if kswapd.reclaimed == 0 { kswapd.failures += 1 }
        return endKswapdRun()
      }
      if isInactiveLow(file: false) { shrinkActive(.activeAnon, Self.reclaimBatch) }
      kswapd.pass = planPass(
        priority: kswapd.priority, goal: kswapdGoal, isKswapd: true,
        maySwap: kswapd.boost == 0)
    }
    if var pass = kswapd.pass {
      let goesOn = advance(&pass, &host)
      kswapd.pass = goesOn ? pass : nil
      if !goesOn {
        let freed = pass.reclaimed + shrinkSlab(priority: kswapd.priority)
        kswapd.reclaimed += freed
        if freed > 0 { kswapd.failures = 0 }
        let isBoost = kswapd.boost > 0
        kswapd.boost -= min(kswapd.boost, freed)
        // For raised marks alone nothing is swapped out, nor looked for at any price.
        if kswapd.boost > 0 && freed == 0 {
          if kswapd.reclaimed == 0 { kswapd.failures += 1 }
          return endKswapdRun()
        }
        let mayHurry = !isBoost || kswapd.priority != Self.defaultPriority - 2
        if (pass.scanned < pass.goal && mayHurry) || freed == 0 { kswapd.priority -= 1 }
      }
    }
    let time = max(elapsed, Kswapd.leastStep)
    note(.reclaim, from: .zero, to: time)
    return time
  }

  /// kswapd_shrink_node(), its goal: the pages that a pass of kswapd is to free, the high mark of every zone, at least 32 each (Docs/kernel.md 6.3).
  private var kswapdGoal: Int { zones.highMarks(atLeast: PageCount(Self.reclaimBatch)).pages }

  /// kswapd_try_to_sleep(): naps before it looks again.
  private mutating func endKswapdRun() -> SimDuration {
    note(.reclaim, from: .zero, to: elapsed)
    noteRound()
    endBoost(kswapd.raised)
    kswapd.activity = .napping
    return elapsed + timeout(milliseconds: Kswapd.nap)
  }
}
