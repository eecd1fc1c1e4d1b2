import MemoryModel
import Testing
import Units

@Suite("Averages of pressure")
struct PressureAveragesTests {
  private let timers = KernelTimers()
  private let period: Int64 = 2_004_000_000

  /// avg10 of the line `some` after each period, in each of which so many ns were stalled.
  private func averages(_ stalls: [UInt64]) -> [String] {
    var averages = PressureAverages(timers)
    var totals = PressureAverages.Totals()
    return stalls.enumerated().map { index, stall in
      totals.some += stall
      let now = SimTime(nanoseconds: period * Int64(index + 1))
      let isUpdated = averages.collect(totals, at: now)
      #expect(isUpdated)
      return averages.lines(totals)[0].split(separator: " ")[1].description
    }
  }

  @Test("A stall of everything climbs by the decay of ten seconds")
  func everything() {
    let text = averages(Array(repeating: UInt64(period), count: 4))

    #expect(text == ["avg10=18.11", "avg10=32.94", "avg10=45.09", "avg10=55.04"])
  }

  @Test("One period with a percent of stall is above 0.1 for three periods")
  func once() {
    #expect(
      averages([20_040_000, 0, 0, 0])
        == ["avg10=0.18", "avg10=0.14", "avg10=0.12", "avg10=0.09"])
  }

  @Test("Less than a percent of each period never shows in an average, and grows in the total")
  func below() {
    #expect(Set(averages(Array(repeating: 20_039_999, count: 100))) == ["avg10=0.00"])
  }

  @Test("A collection before the next update leaves the averages; the total is told")
  func early() {
    var averages = PressureAverages(timers)
    let before = averages
    let totals = PressureAverages.Totals(some: 1_999_999, full: 999)

    let isUpdated = averages.collect(totals, at: SimTime(nanoseconds: period - 1))

    #expect(!isUpdated)
    #expect(averages == before)
    #expect(
      averages.lines(totals) == [
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=1999",
        "full avg10=0.00 avg60=0.00 avg300=0.00 total=0",
      ])
  }

  @Test("What a period cannot take waits for the next")
  func excess() {
    var averages = PressureAverages(timers)
    let totals = PressureAverages.Totals(some: UInt64(period) + 5)

    _ = averages.collect(totals, at: SimTime(nanoseconds: period))
    #expect(averages.averaged.some == UInt64(period))
    _ = averages.collect(totals, at: SimTime(nanoseconds: 2 * period))

    #expect(averages.averaged.some == UInt64(period) + 5)
  }

  @Test("Missed periods count as still, and updates stay on the grid of periods")
  func missed() {
    var averages = PressureAverages(timers)
    _ = averages.collect(.init(some: UInt64(period)), at: SimTime(nanoseconds: period))
    let late = SimTime(nanoseconds: period * 302 + 7)

    _ = averages.collect(.init(some: UInt64(period)), at: late)

    #expect(averages.some.avg10 == 0)
    #expect(averages.nextUpdate == UInt64(period * 303))
    #expect(averages.lastUpdate == UInt64(late.nanoseconds))
  }

  @Test("A period is two seconds and a jiffy")
  func periods() {
    let periods = KernelTimers.frequencies.map { PressureAverages(KernelTimers(hz: $0)).period }

    #expect(periods == [2_010_000_000, 2_004_000_000, 2_003_333_000, 2_001_000_000])
  }

  @Test("No numbers end the program")
  func oddNumbers() {
    let odd: [UInt64] = [0, 1, 2_047, 1 << 32, 1 << 62, .max - 1, .max]
    for total in odd {
      for average in odd {
        for last in odd {
          for next in odd {
            for now in [0, 1, 1 << 40, Int64.max] {
              let line = PressureAverages.Averages(avg10: average, avg60: total, avg300: last)
              let totals = PressureAverages.Totals(some: total, full: last)
              var averages = PressureAverages(
                hz: 250, lastUpdate: last, nextUpdate: next,
                averaged: .init(some: average, full: total), some: line, full: line)
              #expect((averages != nil) == (last < next))
              _ = averages?.collect(totals, at: SimTime(nanoseconds: now))
              _ = averages?.lines(totals)
            }
          }
        }
      }
    }
    let none = PressureAverages.Averages()
    let averages = PressureAverages(
      hz: 0, lastUpdate: 0, nextUpdate: 1, averaged: .init(), some: none, full: none)
    #expect(averages == nil)
  }
}
