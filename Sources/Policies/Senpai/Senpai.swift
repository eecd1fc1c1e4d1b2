// The law.
//
// Senpai holds a control group's `memory.high` so low that its tasks stall a little. It adds up the time in which some
// task stalled for memory. More than the target since the last adjustment: it loosens the limit at once. No more than the
// target when its ticks are over: it tightens it. Either step grows with the square of the ratio, up to a most.
//
// Its quirks are kept. The sum since the last adjustment counts, not that of a second. At exactly the target it still
// tightens. A stall of up to a tenth of the target counts as none. What another hand writes into `memory.high` is noticed
// at the next adjustment only, and that one then takes what is used instead.
//
// Source: facebookincubator/senpai c51e8e21de5c (2019-09-03), senpai.py; restated in `Docs/policies.md`, section "Senpai".

/// The arithmetic of `senpai.py`, which squeezes a control group until it stalls a little.
public struct Senpai: Hashable, Sendable {
  /// What the program remembers from tick to tick.
  public struct State: Hashable, Sendable {
    /// Bytes it wrote last into `memory.high`.
    public var limit: Int64
    /// The stall read last, in us.
    public var lastTotal: Int64
    /// Stall since the last adjustment, in us; below zero where the total fell.
    public var integral: Int64
    /// Ticks until it may tighten.
    public var graceTicks: Int64

    /// A state.
    public init(limit: Int64, lastTotal: Int64, integral: Int64, graceTicks: Int64) {
      self.limit = limit
      self.lastTotal = lastTotal
      self.integral = integral
      self.graceTicks = graceTicks
    }
  }

  /// What it reads in a tick.
  public struct Sight: Hashable, Sendable {
    /// `total` of the line `some` of `memory.pressure`, in us.
    public var total: Int64
    /// `memory.current`, in bytes.
    public var current: Int64
    /// `memory.high`, in bytes; nil: `max`.
    public var high: Int64?

    /// What is read.
    public init(total: Int64, current: Int64, high: Int64?) {
      self.total = total
      self.current = current
      self.high = high
    }
  }

  /// What a tick led to.
  public struct Outcome: Hashable, Sendable {
    /// The factor of the adjustment, below zero to tighten, as the program logs it; nil: no adjustment.
    public var adjustment: Double?
    /// Bytes written into `memory.high`, a multiple of 4,096; nil: nothing was written.
    public var high: Int64?
    /// Whether `memory.high` was not what it wrote last, so that what is used was taken instead.
    public var isReset = false
  }

  /// Its arguments.
  public let settings: Settings
  /// What it remembers.
  public private(set) var state: State

  /// The program amid its life.
  public init(_ settings: Settings, _ state: State) {
    self.settings = settings
    self.state = state
  }

  /// The program starts: the limit becomes what is used.
  ///
  /// Nothing was written yet, so that whatever `memory.high` holds is another hand's.
  public static func start(_ settings: Settings, _ sight: Sight) -> (Senpai, Outcome) {
    let limit = settings.bounded(sight.current)
    let state = State(
      limit: limit, lastTotal: sight.total, integral: 0, graceTicks: settings.interval)
    return (Senpai(settings, state), Outcome(high: limit, isReset: true))
  }

  /// A tick, about a second after the last.
  public mutating func tick(_ sight: Sight) -> Outcome {
    state.integral &+= sight.total &- state.lastTotal
    state.lastTotal = sight.total
    if state.integral > settings.pressure {
      let error = Double(state.integral) / Double(settings.pressure)
      return adjust(
        Self.factor(error, by: settings.backoffCoefficient, most: settings.maxBackoff), sight)
    }
    if state.graceTicks != 0 {
      state.graceTicks &-= 1
      return Outcome()
    }
    let error = Double(settings.pressure) / Double(max(state.integral, 1))
    return adjust(
      -Self.factor(error, by: settings.probeCoefficient, most: settings.maxProbe), sight)
  }

  /// The square of the ratio's part of its coefficient, as a part of `most`.
  ///
  /// A ratio of whole numbers up to 2^53 is that of Python, which rounds it once.
  private static func factor(_ error: Double, by coefficient: Double, most: Double) -> Double {
    let square = LibraryPower.square(error / coefficient)
    let factor = square * most
    return most < factor ? most : factor
  }

  /// Scales what `memory.high` holds now; the sum and the ticks begin again.
  private mutating func adjust(_ factor: Double, _ sight: Sight) -> Outcome {
    var wanted = sight.current
    let isReset = sight.high != state.limit
    if let high = sight.high, !isReset {
      wanted = Int64(cut: Double(high) + Double(high) * factor)
    }
    state.limit = settings.bounded(wanted)
    state.integral = 0
    state.graceTicks = settings.interval &- 1
    return Outcome(adjustment: factor, high: state.limit, isReset: isReset)
  }
}
