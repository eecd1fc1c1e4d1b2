/// A length of simulated time in whole nanoseconds; negative lengths are allowed.
///
/// Range: about 292 years either way; overflow traps.
public struct SimDuration: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// The length in nanoseconds.
  public var nanoseconds: Int64

  /// A length of `nanoseconds` ns.
  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// No time at all.
  public static let zero = SimDuration(nanoseconds: 0)
  /// Longer than any run, 146 years, and still to be added to an instant of one.
  public static let forever = SimDuration(nanoseconds: .max / 2)

  /// `count` nanoseconds.
  @inlinable
  public static func nanoseconds(_ count: Int64) -> SimDuration { SimDuration(nanoseconds: count) }
  /// `count` microseconds.
  @inlinable
  public static func microseconds(_ count: Int64) -> SimDuration {
    SimDuration(nanoseconds: count * 1_000)
  }
  /// `count` milliseconds.
  @inlinable
  public static func milliseconds(_ count: Int64) -> SimDuration {
    SimDuration(nanoseconds: count * 1_000_000)
  }
  /// `count` seconds.
  @inlinable
  public static func seconds(_ count: Int64) -> SimDuration {
    SimDuration(nanoseconds: count * 1_000_000_000)
  }

  /// Which of two lengths is shorter.
  @inlinable
  public static func < (a: SimDuration, b: SimDuration) -> Bool { a.nanoseconds < b.nanoseconds }
  /// The sum of two lengths.
  @inlinable
  public static func + (a: SimDuration, b: SimDuration) -> SimDuration {
    SimDuration(nanoseconds: a.nanoseconds + b.nanoseconds)
  }
  /// The difference of two lengths.
  @inlinable
  public static func - (a: SimDuration, b: SimDuration) -> SimDuration {
    SimDuration(nanoseconds: a.nanoseconds - b.nanoseconds)
  }
  /// A length repeated `count` times.
  @inlinable
  public static func * (a: SimDuration, count: Int64) -> SimDuration {
    SimDuration(nanoseconds: a.nanoseconds * count)
  }
  /// The `count`-th part of a length, cut off to a whole nanosecond.
  @inlinable
  public static func / (a: SimDuration, count: Int64) -> SimDuration {
    SimDuration(nanoseconds: a.nanoseconds / count)
  }
  /// How often `step` must follow itself to be at least as long as this; both are positive.
  @inlinable
  public func dividedRoundingUp(by step: SimDuration) -> Int64 {
    (nanoseconds + step.nanoseconds - 1) / step.nanoseconds
  }
  /// The length in seconds, for figures and people.
  @inlinable
  public var seconds: Double { Double(nanoseconds) / 1e9 }
  /// Lengthens a duration in place.
  @inlinable
  public static func += (a: inout SimDuration, b: SimDuration) { a = a + b }
}

/// An instant of simulated time: nanoseconds since the guests booted, never negative.
public struct SimTime: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Nanoseconds since boot.
  public var nanoseconds: Int64

  /// The instant `nanoseconds` ns after boot.
  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The instant of boot.
  public static let zero = SimTime(nanoseconds: 0)
  /// The last instant that can be named, 292 years after boot.
  public static let endOfTime = SimTime(nanoseconds: .max)

  /// Seconds since boot, for figures and people.
  @inlinable
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// Which of two instants is earlier.
  @inlinable
  public static func < (a: SimTime, b: SimTime) -> Bool { a.nanoseconds < b.nanoseconds }
  /// The instant a while later.
  @inlinable
  public static func + (a: SimTime, d: SimDuration) -> SimTime {
    SimTime(nanoseconds: a.nanoseconds + d.nanoseconds)
  }
  /// How long `a` is after `b`.
  @inlinable
  public static func - (a: SimTime, b: SimTime) -> SimDuration {
    SimDuration(nanoseconds: a.nanoseconds - b.nanoseconds)
  }
}
