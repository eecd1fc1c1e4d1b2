public import Units

/// The kernel's averages of the time in which tasks stalled for one resource, as a file of /proc/pressure shows them.
///
/// Fixed point throughout: 2,048 are one percent. About every two seconds the share of the time since the last update is
/// taken **in whole percent, cut**, so a stall of less than 20 ms in two seconds never shows in an average.
///
/// Source: Linux 6.1.192, kernel/sched/psi.c, `update_averages()`, `calc_avgs()`, `psi_show()`.
public struct PressureAverages: Hashable, BitwiseCopyable, Sendable {
  /// Stall so far, in ns; both only grow.
  public struct Totals: Hashable, BitwiseCopyable, Sendable {
    /// Time in which at least one task stalled.
    public var some: UInt64
    /// Time in which no task got on.
    public var full: UInt64

    /// Totals.
    public init(some: UInt64 = 0, full: UInt64 = 0) {
      self.some = some
      self.full = full
    }
  }

  /// One line of the file: three averages, each of 2,048 a percent.
  public struct Averages: Hashable, BitwiseCopyable, Sendable {
    /// Over ten seconds.
    public var avg10: UInt64
    /// Over sixty seconds.
    public var avg60: UInt64
    /// Over three hundred seconds.
    public var avg300: UInt64

    /// Averages.
    public init(avg10: UInt64 = 0, avg60: UInt64 = 0, avg300: UInt64 = 0) {
      self.avg10 = avg10
      self.avg60 = avg60
      self.avg300 = avg300
    }
  }

  /// `psi_period`: ns between two updates of the averages, 2 HZ + 1 jiffies in whole microseconds.
  public let period: UInt64
  /// `avg_last_update`: ns since boot.
  public private(set) var lastUpdate: UInt64
  /// `avg_next_update`: ns since boot; always after the last.
  public private(set) var nextUpdate: UInt64
  /// `avg_total`: the stall that went into the averages.
  ///
  /// A period takes no more than its own length. What is above waits for the next.
  public private(set) var averaged: Totals
  /// The line `some`.
  public private(set) var some: Averages
  /// The line `full`.
  public private(set) var full: Averages

  /// Averages of a kernel that boots at `start`.
  public init(since start: SimTime = .zero, _ timers: KernelTimers) {
    period = Self.period(hz: timers.hz)
    lastUpdate = UInt64(start.nanoseconds)
    nextUpdate = lastUpdate &+ period
    (averaged, some, full) = (Totals(), Averages(), Averages())
  }

  /// Averages amid their life; nil: the next update is not after the last, or there is no HZ.
  public init?(
    hz: UInt32, lastUpdate: UInt64, nextUpdate: UInt64, averaged: Totals, some: Averages,
    full: Averages
  ) {
    if hz == 0 || lastUpdate >= nextUpdate { return nil }
    period = Self.period(hz: hz)
    self.lastUpdate = lastUpdate
    self.nextUpdate = nextUpdate
    self.averaged = averaged
    self.some = some
    self.full = full
  }

  private static func period(hz: UInt32) -> UInt64 {
    (2 * UInt64(hz) + 1) * 1_000_000 / UInt64(hz) * 1_000
  }

  /// A collection at `now`, by which time so much was stalled; whether it was time to update the averages.
  ///
  /// Periods that were missed count as still: they end the old averages before the sample goes in. The sample is of what
  /// is left of the time, which is less than two periods.
  public mutating func collect(_ totals: Totals, at now: SimTime) -> Bool {
    let now = UInt64(bitPattern: now.nanoseconds)
    if now < nextUpdate { return false }
    let missed = (now - nextUpdate) / period
    nextUpdate &+= (1 &+ missed) &* period
    let length = now - (lastUpdate + missed * period)
    lastUpdate = now
    some.update(Self.sample(totals.some, &averaged.some, length), of: length, missed)
    full.update(Self.sample(totals.full, &averaged.full, length), of: length, missed)
    return true
  }

  /// What a period of `length` takes of the stall; a difference has 32 bits, as in the kernel.
  private static func sample(_ total: UInt64, _ averaged: inout UInt64, _ length: UInt64) -> UInt64
  {
    let stalled = UInt64(UInt32(truncatingIfNeeded: total &- averaged))
    let sample = stalled > length ? UInt64(UInt32(truncatingIfNeeded: length)) : stalled
    averaged &+= sample
    return sample
  }

  /// The two lines of the file, `some` and `full`. The totals are in microseconds there, cut.
  public func lines(_ totals: Totals) -> [String] {
    ["some \(some) total=\(totals.some / 1_000)", "full \(full) total=\(totals.full / 1_000)"]
  }
}

extension PressureAverages.Averages: CustomStringConvertible {
  /// 2^11 are 1 in the kernel's averages (`FIXED_1`).
  private static let one: UInt64 = 2_048

  /// `calc_avgs()`: so many periods without stall, then one of `length` with a sample of it.
  fileprivate mutating func update(_ sample: UInt64, of length: UInt64, _ missed: UInt64) {
    // The kernel's parameter is an int.
    let missed = UInt32(truncatingIfNeeded: missed)
    let percent = sample * 100 / length * Self.one
    avg10 = Self.next(avg10, decay: 1_677, missed, percent)
    avg60 = Self.next(avg60, decay: 1_981, missed, percent)
    avg300 = Self.next(avg300, decay: 2_034, missed, percent)
  }

  /// One average; the decay is that of a period of 2 s, exp(-2/10) and so on, although the period is a jiffy longer.
  private static func next(
    _ average: UInt64, decay: UInt64, _ missed: UInt32, _ percent: UInt64
  ) -> UInt64 {
    let rested = missed == 0 ? average : mix(average, power(decay, missed), 0)
    return mix(rested, decay, percent)
  }

  /// `calc_load()`: rounds up while the average does not fall.
  private static func mix(_ average: UInt64, _ decay: UInt64, _ percent: UInt64) -> UInt64 {
    let sum = average &* decay &+ percent &* (one &- decay)
    return (percent >= average ? sum &+ (one - 1) : sum) / one
  }

  /// `fixed_power_int()`: a power by squaring, rounded to 11 bits at each step.
  private static func power(_ base: UInt64, _ exponent: UInt32) -> UInt64 {
    var (result, square, rest) = (one, base, exponent)
    while rest != 0 {
      if rest & 1 == 1 { result = (result * square + one / 2) / one }
      square = (square * square + one / 2) / one
      rest >>= 1
    }
    return result
  }

  /// As the kernel prints them: two digits after the dot, cut.
  public var description: String {
    "avg10=\(Self.text(avg10)) avg60=\(Self.text(avg60)) avg300=\(Self.text(avg300))"
  }

  private static func text(_ average: UInt64) -> String {
    let hundredths = average % one * 100 / one
    return "\(average / one).\(hundredths < 10 ? "0" : "")\(hundredths)"
  }
}
