internal import Units

extension GuestKernel {
  /// schedule_timeout(): how long it takes until a timer runs that is given so many milliseconds now.
  ///
  /// Source: Docs/kernel.md 1.5a.
  func timeout(milliseconds: UInt64) -> SimDuration {
    timeout(jiffies: timers.jiffies(milliseconds: milliseconds))
  }

  /// msleep(): as `timeout`, one jiffy longer, so that it is never too short (Linux 6.1, kernel/time/timer.c).
  func sleep(milliseconds: UInt64) -> SimDuration {
    timeout(jiffies: timers.jiffies(milliseconds: milliseconds) + 1)
  }

  private func timeout(jiffies: UInt64) -> SimDuration {
    let start = now + elapsed
    return timers.end(of: jiffies, since: start).map { $0 - start } ?? .forever
  }
}
