import Testing
import Units

@Suite("A kernel's timers")
struct KernelTimersTests {
  /// A row of the table of Docs/kernel.md 1.5a.
  struct Row: Sendable {
    let seconds: UInt32
    let hz: UInt32
    let delay: UInt64
    let period: Double
  }

  static let table = [
    Row(seconds: 1, hz: 250, delay: 250, period: 1.024),
    Row(seconds: 2, hz: 250, delay: 500, period: 2.016),
    Row(seconds: 5, hz: 250, delay: 1_250, period: 5.12),
    Row(seconds: 10, hz: 250, delay: 2_500, period: 10.24),
    Row(seconds: 60, hz: 250, delay: 15_000, period: 61.44),
    Row(seconds: 1, hz: 1000, delay: 1_000, period: 1.024),
    Row(seconds: 2, hz: 1000, delay: 2_000, period: 2.048),
    Row(seconds: 5, hz: 1000, delay: 5_000, period: 5.12),
    Row(seconds: 10, hz: 1000, delay: 10_000, period: 10.24),
    Row(seconds: 60, hz: 1000, delay: 60_000, period: 61.44),
    Row(seconds: 1, hz: 100, delay: 100, period: 1.04),
    Row(seconds: 2, hz: 100, delay: 200, period: 2.08),
    Row(seconds: 5, hz: 100, delay: 500, period: 5.04),
    Row(seconds: 10, hz: 100, delay: 1_000, period: 10.24),
    Row(seconds: 60, hz: 100, delay: 6_000, period: 61.44),
  ]

  @Test("What asks again at each end has the period of the table", arguments: table)
  func periods(row: Row) throws {
    let timers = KernelTimers(hz: row.hz)

    // 10 us of work between an end and the next delay, as a worker has.
    var ends = [SimTime.zero]
    for _ in 1...40 {
      let next = timers.end(of: row.delay, since: ends[ends.count - 1] + .microseconds(10))
      ends.append(try #require(next))
    }

    #expect(timers.jiffies(seconds: row.seconds) == row.delay)
    #expect(abs(timers.period(of: row.delay) - row.period) < 1e-12)
    for (number, end) in ends.enumerated() {
      #expect(abs(end.seconds - row.period * Double(number)) < 1e-9, "run \(number)")
    }
  }

  /// A delay asked for at a jiffy, and the jiffy at which it ends, by hand: level, then `(e / g + 1) * g`.
  @Test(
    "A delay ends at the next multiple of its level's granularity",
    arguments: [
      // Level 0: one jiffy late.
      (0, 1, 2), (7, 62, 70),
      // Level 1, g 8: 63 / 8 = 7; 64 is a multiple and ends a whole 8 late; 100 + 400 = 500, 62.5.
      (0, 63, 64), (0, 64, 72), (100, 400, 504), (1, 503, 512),
      // Level 2, g 64: 504 / 64 = 7.9; 1250 / 64 = 19.5; 1280 is a multiple; 107520 + 1250 = 108770, 1699.5.
      (0, 504, 512), (0, 1_250, 1_280), (30, 1_250, 1_344), (107_520, 1_250, 108_800),
      // Level 3, g 512: 4032 / 512 = 7.9; 8000 / 512 = 15.6; 192 + 8000 = 8192 is 16 * 512.
      (0, 4_032, 4_096), (0, 8_000, 8_192), (192, 8_000, 8_704),
      // Level 4, g 4096: 32256 / 4096 = 7.9.
      (0, 32_255, 32_256), (0, 32_256, 32_768),
    ] as [(Int64, UInt64, Int64)])
  func places(now: Int64, delay: UInt64, end: Int64) {
    let timers = KernelTimers()
    // Within the jiffy: the last whole one counts.
    for part in [0, 1, 3_999_999] as [Int64] {
      #expect(
        timers.end(of: delay, since: SimTime(nanoseconds: now * 4_000_000 + part))
          == SimTime(nanoseconds: end * 4_000_000))
    }
  }

  @Test("The wheel is never early, and late by an eighth and a jiffy at most")
  func bounds() throws {
    for hz in KernelTimers.frequencies {
      let timers = KernelTimers(hz: hz)
      for delay in (0..<27).map({ (UInt64(1) << $0) + 5 }) {
        for jiffy in [0, 1, 777, 123_456] as [Int64] {
          let start = SimTime.zero + timers.jiffy * jiffy
          let took = try #require(timers.end(of: delay, since: start)) - start
          let asked = timers.jiffy * Int64(delay)
          #expect(took > asked)
          #expect(took <= asked + timers.jiffy + .nanoseconds(asked.nanoseconds / 7), "\(delay)")
        }
      }
    }
  }

  @Test("Before Linux 4.8 a delay ends at its jiffy")
  func exact() {
    let timers = KernelTimers(hasWheel: false)
    let start = SimTime.zero + .seconds(5) + .microseconds(10)

    #expect(timers.end(of: 1_250, since: start) == .zero + .seconds(10))
    #expect(timers.end(of: 1, since: start) == .zero + .milliseconds(5_004))
    #expect(timers.period(of: 1_250) == 5)
  }

  @Test("No delay is over at once; what ends beyond the end of time never does")
  func extremes() {
    for hasWheel in [true, false] {
      let timers = KernelTimers(hasWheel: hasWheel)
      let start = SimTime(nanoseconds: 1_234_567)

      #expect(timers.end(of: 0, since: start) == start)
      #expect(timers.period(of: 0) == 0)
      #expect(timers.end(of: .max, since: start) == nil)
      #expect(timers.end(of: .max - 1, since: .zero) == nil)
      #expect(timers.end(of: UInt64(Int64.max) / 4_000_000 + 1, since: .zero) == nil)
    }
    // The last whole jiffy of all time, which the wheel would have passed.
    let late = SimTime(nanoseconds: .max - 4_000_000)
    #expect(KernelTimers(hasWheel: false).end(of: 1, since: late) != nil)
    #expect(KernelTimers().end(of: 1, since: late) == nil)
  }

  /// LVL_DEPTH is 9 above 100 jiffies a second, 8 at 100: the longest delays are 63 * 8^8 and 63 * 8^7 jiffies.
  @Test("A delay beyond the wheel ends where the wheel does, after 49 or 15 days")
  func capacity() throws {
    let end = try #require(KernelTimers().end(of: 4_000_000_000, since: .zero))
    let slow = try #require(KernelTimers(hz: 100).end(of: 4_000_000_000, since: .zero))

    #expect(end.nanoseconds == 63 << 24 * 4_000_000)
    #expect(slow.nanoseconds == 63 << 21 * 10_000_000)
    #expect(
      KernelTimers(hasWheel: false).end(of: 4_000_000_000, since: .zero)
        == .zero + .seconds(16_000_000))
  }

  @Test("A jiffy is TICK_NSEC: at 300 a second a third of a nanosecond short")
  func jiffy() throws {
    #expect(
      KernelTimers.frequencies.map { KernelTimers(hz: $0).jiffy.nanoseconds }
        == [10_000_000, 4_000_000, 3_333_333, 1_000_000])
    // 1500 jiffies, level 2: 1500 / 64 = 23.4, so 24 * 64 = 1536 of 3,333,333 ns.
    let timers = KernelTimers(hz: 300)
    let end = try #require(timers.end(of: timers.jiffies(seconds: 5), since: .zero))
    #expect(end.nanoseconds == 1_536 * 3_333_333)
    #expect(abs(timers.period(of: 1_500) - 5.119999488) < 1e-12)
  }

  @Test("Seconds become jiffies in 32 bits, milliseconds are rounded up")
  func products() {
    // 17179870 * 250 = 2^32 + 204; * 1000 = 4 * 2^32 + 816.
    #expect(KernelTimers().jiffies(seconds: 17_179_870) == 204)
    #expect(KernelTimers(hz: 1000).jiffies(seconds: 17_179_870) == 816)
    #expect(
      KernelTimers.frequencies.map { KernelTimers(hz: $0).jiffies(milliseconds: 100) }
        == [10, 25, 30, 100])
    // 33 ms: 3.3, 8.25, 9.9 and 33 jiffies.
    #expect(
      KernelTimers.frequencies.map { KernelTimers(hz: $0).jiffies(milliseconds: 33) }
        == [4, 9, 10, 33])
  }
}
