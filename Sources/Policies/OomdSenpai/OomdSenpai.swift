// The law.
//
// oomd's plugin does what senpai.py does, in runs of oomd and in whole numbers where that has fractions, or, with
// `immediate_backoff`, keeps no limit at all and asks for a little reclaim whenever pressure is low.
//
// Quirks of the limit mode: at exactly the target it already loosens; the ratio is a whole number, so that from the target
// to just below twice the target it is 1; the most is counted from what is used now, so that a limit far above comes down
// also when it is to go up; the limit is cut to a page last and may lie just below the least.
//
// Quirks of the reclaim mode: averages are read into floats of 32 bits and compared with a double, so that 0.10 is not
// below 0.1, and 0.70 is below 0.7; where pressure is too high it looks again in the next run. `swap_validation` asks for
// swap to be full to its threshold, although the comment in the source says the opposite.
//
// Source: facebookincubator/oomd 88c28fdedcf7 (v0.5.0), Senpai.cpp, CgroupContext.cpp; restated in `Docs/policies.md`,
// section "oomd's Senpai".

/// The arithmetic of oomd's plugin `senpai` on one control group.
public struct OomdSenpai: Hashable, Sendable {
  /// What the plugin remembers of a control group.
  public struct State: Hashable, Sendable {
    /// Bytes it wrote last into `memory.high`; 0 in reclaim mode.
    public var limit: Int64
    /// The stall read last, in us. In reclaim mode that of the first run.
    public var lastTotal: Int64
    /// Stall since the last adjustment, in us.
    public var cumulative: Int64 = 0
    /// Runs until it may tighten or reclaim.
    public var ticks: Int64
    /// Bytes by which it tightened or that it asked to reclaim; for oomd's log alone, which begins anew each 60 runs.
    public var probeBytes: Int64 = 0
    /// How often it did; for the log alone.
    public var probeCount: Int64 = 0

    /// A state.
    public init(limit: Int64, lastTotal: Int64, ticks: Int64) {
      self.limit = limit
      self.lastTotal = lastTotal
      self.ticks = ticks
    }
  }

  /// What a run led to.
  public struct Outcome: Hashable, Sendable {
    /// Bytes written into `memory.high`; nil: nothing was written.
    public var high: Int64?
    /// Bytes written into `memory.reclaim`, a multiple of 4,096; nil: nothing was written.
    public var reclaim: Int64?
    /// Whether the group was new, or `memory.high` not what was written last, so that all began anew from what is used.
    public var isReset = false
  }

  /// The plugin's arguments.
  public let settings: Settings
  /// What it remembers; nil: the control group is new to it.
  public private(set) var state: State?

  /// The plugin, amid its life or new to the control group.
  public init(_ settings: Settings, _ state: State? = nil) {
    self.settings = settings
    self.state = state
  }

  /// A run of oomd, by default 5 s after the last.
  public mutating func run(_ sight: Sight) -> Outcome {
    guard var state else { return begin(sight) }
    if settings.reclaims {
      let outcome = reclaim(&state, sight)
      self.state = state
      return outcome
    }
    if sight.high ?? .max != state.limit { return begin(sight) }
    let outcome = adjust(&state, sight)
    self.state = state
    return outcome
  }

  /// The first run, or a new beginning: the limit is what is used, unchecked.
  private mutating func begin(_ sight: Sight) -> Outcome {
    let limit = settings.reclaims ? 0 : sight.current
    state = State(limit: limit, lastTotal: sight.total, ticks: settings.interval)
    return Outcome(high: settings.reclaims ? nil : limit, isReset: true)
  }

  // MARK: Limit mode

  private func adjust(_ state: inout State, _ sight: Sight) -> Outcome {
    state.cumulative &+= sight.total &- state.lastTotal
    state.lastTotal = sight.total
    let before = state.limit
    if state.cumulative >= settings.pressure {
      let error = Double(state.cumulative / settings.pressure)
      let factor = error / settings.backoffCoefficient
      return scale(&state, by: settings.backoff(factor * factor), sight)
    }
    if state.ticks != 0 {
      state.ticks &-= 1
      return Outcome()
    }
    let error = Double(settings.pressure / max(state.cumulative, 1))
    let factor = error / settings.probeCoefficient
    let outcome = scale(&state, by: -settings.probe(factor * factor), sight)
    if state.limit < before {
      state.probeCount &+= 1
      state.probeBytes &+= before &- state.limit
    }
    return outcome
  }

  private func scale(_ state: inout State, by factor: Double, _ sight: Sight) -> Outcome {
    let limit = Double(state.limit)
    let wanted = Self.whole(limit + limit * factor)
    state.limit = max(least(sight), min(most(sight), wanted)) & ~4_095
    state.ticks = settings.interval
    state.cumulative = 0
    return Outcome(high: state.limit)
  }

  /// The least: what cannot be reclaimed and `limit_min_bytes` more, or `memory.min`.
  private func least(_ sight: Sight) -> Int64 {
    max(settings.leastLimit &+ (sight.current &- sight.reclaimable), sight.memoryMin)
  }

  /// The most: what is used and `limit_max_bytes` more, up to `memory.max` and the host's memory.
  private func most(_ sight: Sight) -> Int64 {
    min(sight.hostTotal, settings.mostLimit &+ sight.current, sight.memoryMax ?? .max)
  }

  /// A double as amd64 makes a whole number of it: cut; the least number where it does not fit.
  private static func whole(_ double: Double) -> Int64 {
    Int64(exactly: double.rounded(.towardZero)) ?? .min
  }

  // MARK: Reclaim mode

  private func reclaim(_ state: inout State, _ sight: Sight) -> Outcome {
    if state.ticks != 0 {
      state.ticks &-= 1
      return Outcome()
    }
    let least = least(sight)
    guard isCalm(sight), !settings.validatesSwap || isSwapValid(sight.swap), sight.current > least
    else { return Outcome() }
    let size = Self.whole(Double(sight.current &- least) * settings.maxProbe) & ~4_095
    state.probeCount &+= 1
    state.probeBytes &+= size
    state.ticks = settings.interval
    return Outcome(reclaim: size)
  }

  private func isCalm(_ sight: Sight) -> Bool {
    Double(max(sight.memory.avg10, sight.memory.avg60)) < settings.pressurePercent
      && Double(max(sight.io.avg10, sight.io.avg60)) < settings.ioPressurePercent
  }

  /// Whether so much of the swap is used as the threshold says, or there is none to use.
  private func isSwapValid(_ swap: Sight.Swap) -> Bool {
    swap.total == 0 || swap.swappiness == 0 || swap.most == 0
      || swap.utilisation >= settings.swapThreshold
  }

  /// What the plugin would multiply vm.swappiness with during its reclaim, with `modulate_swappiness`; 0 to 1.
  ///
  /// Nothing swaps where swap is full to its threshold, or was written faster than its threshold in one of two windows.
  public func swappinessFactor(_ swap: Sight.Swap) -> Double {
    if settings.swapThreshold <= 0 { return 0 }
    let rate = max(swap.outRate60, swap.outRate300)
    if rate >= settings.swapOutThreshold { return 0 }
    let utilisation = swap.utilisation
    if utilisation >= settings.swapThreshold { return 0 }
    return min(1 - rate / settings.swapOutThreshold, 1 - utilisation / settings.swapThreshold)
  }
}
