/// How much DAMON may try to page out in a window of time: by the time that it takes, by bytes, and by goals.
///
/// Numbers are the kernel's unsigned 64 bits, and wrap as they do. Source: Linux 6.12, mm/damon/core.c,
/// damos_set_effective_quota(), damon_feed_loop_next_input(), damos_quota_score().
public struct DamonQuota: Hashable, Sendable {
  /// `quota_ms`: milliseconds of paging out a window; 0: no such limit. Default 10.
  public var milliseconds: UInt64 = 10
  /// `quota_sz`: bytes a window; 0: no such limit. Default 128 MiB.
  public var size: UInt64 = 128 << 20
  /// `quota_reset_interval_ms`: a window's length in milliseconds. Default 1,000.
  public var resetInterval: UInt64 = 1_000
  /// What the quota is tuned by; none by default.
  public var goals: [Goal] = []
  /// How heavy frequency and age count in the order of regions; by default age alone.
  public var weights = Weights()

  /// `esz`: the quota of this window in bytes. 0 means no limit: quirk, so it is until the first window has ended.
  public var effective: UInt64 = 0
  /// `esz_bp`: what tuning by goals has come to, in ten-thousandths of a byte.
  public var tuned: UInt64 = 0
  /// Bytes tried in all windows that have ended.
  public var totalCharged: UInt64 = 0
  /// Nanoseconds that paging out took in all. Quirk: by a coarse clock, so they come in ticks.
  public var totalNanoseconds: UInt64 = 0
  /// Bytes tried in this window. Quirk: tried, whether reclaimed or not.
  public var charged: UInt64 = 0
  /// Jiffy at which this window began.
  public var chargedFrom: UInt64 = 0
  /// Where a window goes on: the end of what was tried last when a quota was used up; nil: at the first region.
  ///
  /// It is forgotten when the last region is looked at.
  public var resumesAt: UInt64?
  /// The least score of a region that is paged out.
  public var leastScore: UInt32 = 0

  /// The defaults of DAMON_RECLAIM.
  public init() {}

  /// Weights of the order of regions.
  public struct Weights: Hashable, Sendable {
    /// Default 0.
    public var accesses: UInt32
    /// Default 1.
    public var age: UInt32

    /// Weights.
    public init(accesses: UInt32 = 0, age: UInt32 = 1) {
      self.accesses = accesses
      self.age = age
    }
  }

  /// A goal, which is met when its value is its target.
  public struct Goal: Hashable, Sendable {
    /// What a goal measures.
    public enum Metric: Hashable, Sendable {
      /// Whatever somebody writes: `quota_autotune_feedback`.
      case userInput
      /// `quota_mem_pressure_us`: microseconds of `some` memory pressure a window, since boot at first.
      case memoryPressure
    }

    /// What is measured.
    public var metric: Metric
    /// What it is to be. 0 is never met: the kernel refuses it.
    public var target: UInt64
    /// What it is.
    public var current: UInt64
    /// Pressure at the end of the last window, in microseconds.
    public var lastPressure: UInt64

    /// A goal.
    public init(metric: Metric, target: UInt64, current: UInt64 = 0, lastPressure: UInt64 = 0) {
      self.metric = metric
      self.target = target
      self.current = current
      self.lastPressure = lastPressure
    }

    /// The score, 10,000 if the goal is met; above it there is too much.
    mutating func score(pressure: UInt64) -> UInt64 {
      if metric == .memoryPressure {
        let now = pressure / 1_000
        current = now &- lastPressure
        lastPressure = now
      }
      return target == 0 ? .max : current &* 10_000 / target
    }
  }

  /// Whether there is a limit at all.
  var isLimited: Bool { effective != 0 || milliseconds != 0 || size != 0 || !goals.isEmpty }

  /// What a loop puts in next, when `last` led to a score: more below 10,000, less above, the least from twice that on.
  public static func feed(_ last: UInt64, score: UInt64) -> UInt64 {
    let goal: UInt64 = 10_000
    let least: UInt64 = 10_000
    if score == goal { return last }
    if score >= goal * 2 { return least }
    let distance = score > goal ? score - goal : goal - score
    let change =
      last < UInt64.max / distance ? last * distance / goal : last / goal &* distance
    if score > goal { return max(last &- change, least) }
    return last < UInt64.max - change ? last + change : .max
  }

  /// damos_set_effective_quota(): the quota of a window that begins; `pressure` in nanoseconds since boot.
  ///
  /// Until paging out has taken any time, 4 MiB a millisecond are assumed.
  public mutating func setEffective(pressure: UInt64) {
    if milliseconds == 0 && goals.isEmpty {
      effective = size
      return
    }
    var most = UInt64.max
    if !goals.isEmpty {
      var score: UInt64 = 0
      for index in goals.indices { score = max(score, goals[index].score(pressure: pressure)) }
      tuned = Self.feed(max(tuned, 10_000), score: score)
      most = tuned / 10_000
    }
    if milliseconds != 0 {
      let throughput =
        totalNanoseconds == 0 ? 4 << 20 : totalCharged &* 1_000_000 / totalNanoseconds
      most = max(DamonRegion.least, min(throughput &* milliseconds, most))
    }
    effective = size != 0 && size < most ? size : most
  }
}
