/// The clock of a guest's kernel: how long a jiffy is, and when a delay given to a timer is over.
///
/// Jiffies count from 0 at boot. Since Linux 4.8 timers stand on a wheel, whose places are coarser the further away they
/// are: a delay is never too short, and up to an eighth too long. Before, it ended at its jiffy.
///
/// Source: Docs/kernel.md 1.5a; Linux 4.19 and 6.1, kernel/time/timer.c, calc_wheel_index().
public struct KernelTimers: Hashable, Sendable {
  /// `HZ`: jiffies a second.
  public var hz: UInt32 { didSet { length = Self.length(hz) } }
  /// Whether delays go through the wheel of Linux 4.8 and later, or end at their jiffy.
  public var hasWheel: Bool

  /// The length of a jiffy, in ns: kept, for a division takes as long as the rest.
  private var length: Int64

  /// What `HZ` can be: the choices of a kernel's configuration (Linux, kernel/Kconfig.hz).
  public static let frequencies: [UInt32] = [100, 250, 300, 1000]

  /// A kernel's clock. 250 jiffies a second are the usual default (Docs/kernel.md 0.1).
  public init(hz: UInt32 = 250, hasWheel: Bool = true) {
    self.hz = hz
    self.hasWheel = hasWheel
    length = Self.length(hz)
  }

  private static func length(_ hz: UInt32) -> Int64 {
    (1_000_000_000 + Int64(hz) / 2) / Int64(hz)
  }

  /// `TICK_NSEC`, the length of a jiffy in whole nanoseconds, rounded to the nearest.
  ///
  /// With 300 a second it is 3,333,333 ns, so that 300 jiffies are 100 ns short of a second, as in the kernel.
  /// Source: Linux, include/linux/jiffies.h and include/linux/timex.h.
  public var jiffy: SimDuration { .nanoseconds(length) }

  /// `seconds * HZ` as drivers form it: an unsigned 32-bit product, widened afterwards.
  ///
  /// With 250 a second, 17,179,870 s give 204 jiffies. Source: Docs/kernel.md 1.5.
  @inlinable
  public func jiffies(seconds: UInt32) -> UInt64 { UInt64(seconds &* hz) }

  /// msecs_to_jiffies(): so many milliseconds in jiffies, rounded up.
  @inlinable
  public func jiffies(milliseconds: UInt64) -> UInt64 { (milliseconds * UInt64(hz) + 999) / 1000 }

  /// When a delay of so many jiffies ends that a timer is given at `start`; nil: beyond the end of time.
  ///
  /// It counts from the last whole jiffy. A delay of 0 needs no timer.
  public func end(of delay: UInt64, since start: SimTime) -> SimTime? {
    if delay == 0 { return start }
    let now = UInt64(start.nanoseconds / length)
    let (due, isTooFar) = now.addingReportingOverflow(delay)
    // With a wheel too: what was asked for lies beyond the end of time.
    guard !isTooFar, let exact = time(due) else { return nil }
    return hasWheel ? time(Self.place(of: delay, since: now, levels: levels)) : exact
  }

  /// A jiffy as a time; nil: beyond the end of time.
  @inline(__always)
  private func time(_ jiffy: UInt64) -> SimTime? {
    let (time, isTooLong) = jiffy.multipliedReportingOverflow(by: UInt64(length))
    return isTooLong || time > Int64.max ? nil : SimTime(nanoseconds: Int64(time))
  }

  /// The time between two runs of what asks for the same delay again at the end of each, and takes less than a jiffy.
  ///
  /// A timer of the wheel runs at a multiple of its level's granularity g, so from the second run on d jiffies take
  /// `(d / g + 1) * g`.
  public func period(of delay: UInt64) -> Double {
    let jiffies =
      hasWheel && delay > 0 ? Self.place(of: delay, since: 0, levels: levels) : delay
    return Double(jiffies) * jiffy.seconds
  }

  /// `LVL_DEPTH`: the levels of the wheel.
  private var levels: Int { hz > 100 ? 9 : 8 }

  /// The jiffy at which the wheel has a timer run: the multiple of its level's granularity behind the one it asked for.
  ///
  /// Level n holds delays below 63 * 8^n jiffies, in steps of 8^n. What is beyond the last level ends where that does: with
  /// 250 jiffies a second after 49 days.
  private static func place(of delay: UInt64, since now: UInt64, levels: Int) -> UInt64 {
    var shift = 0
    while shift < 3 * (levels - 1), delay >= 63 << shift { shift += 3 }
    let most = (63 as UInt64) << shift
    let due = now + (delay < most ? delay : most - 1 << shift)
    return (due >> shift + 1) << shift
  }
}
