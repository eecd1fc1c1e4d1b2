import MemoryModel
import Testing
import Units

@testable import Simulation

/// What is held over time, noted step by step and in one go.
@Suite("Guest meter")
struct GuestMeterTests {
  @Test("A staircase of batches noted at once integrates as its steps do", arguments: [-512, 512])
  func staircase(step: Int) {
    var single = GuestMeter(memory: 100_000, held: 100_000, isStatic: false)
    var bulk = GuestMeter(memory: 100_000, held: 100_000, isStatic: false)
    single.moved(300, held: PageCount(90_000), at: SimTime(nanoseconds: 1_000))
    bulk.moved(300, held: PageCount(90_000), at: SimTime(nanoseconds: 1_000))

    for count in 1...40 {
      let now = SimTime(nanoseconds: 5_000 + Int64(count) * 700)
      single.moved(step, held: PageCount(90_000 + count * step), at: now)
    }
    bulk.moved(
      step, times: 40, lasting: .nanoseconds(700), held: PageCount(90_000 + 40 * step),
      at: SimTime(nanoseconds: 5_000 + 40 * 700))
    single.close(at: SimTime(nanoseconds: 50_000))
    bulk.close(at: SimTime(nanoseconds: 50_000))

    #expect(bulk.heldPageSeconds == single.heldPageSeconds)
    #expect(bulk.savedPageSeconds == single.savedPageSeconds)
    #expect(bulk.peakHeld == single.peakHeld)
    #expect(bulk.leastHeld == single.leastHeld)
    #expect(bulk.reversals == (step < 0 ? 1 : 0))
  }

  @Test("What did not change is counted until the account is closed")
  func unchanged() {
    var meter = GuestMeter(memory: 1_000, held: 1_000, isStatic: false)

    meter.hold(PageCount(1_000), at: SimTime(nanoseconds: 500_000_000))
    meter.hold(PageCount(400), at: SimTime(nanoseconds: 1_000_000_000))
    meter.hold(PageCount(400), at: SimTime(nanoseconds: 2_000_000_000))
    meter.close(at: SimTime(nanoseconds: 3_000_000_000))

    // One second of 1000 pages and two of 400.
    #expect(meter.heldPageSeconds == 1_800)
    #expect(meter.savedPageSeconds == 1_200)
  }
}
