import TestSupport
import Testing

@testable import Scenarios

@Suite("A search for a threshold")
struct ThresholdSearchTests {
  @Test("The threshold is found wherever it lies, from either side, in few tries")
  func everyThreshold() {
    for count in [2, 3, 10, 1000] as [Int64] {
      for threshold in stride(from: 1, to: count, by: max(1, Int64.Stride(count / 37))) {
        let rising = ThresholdSearch(count: count) { $0 >= threshold }
        let falling = ThresholdSearch(count: count) { $0 < threshold }

        #expect(rising.answer == .threshold(holds: threshold, fails: threshold - 1))
        #expect(falling.answer == .threshold(holds: threshold - 1, fails: threshold))
        #expect(rising.isConsistent && falling.isConsistent)
        // Two ends, the halvings of 1,000, and the middles of two sides.
        #expect(rising.probes.count <= 2 + 10 + 2)
      }
    }
  }

  @Test("A property that holds at both ends or at neither has no threshold")
  func noThreshold() {
    let everywhere = ThresholdSearch(count: 100) { _ in true }
    let nowhere = ThresholdSearch(count: 100) { _ in false }

    #expect(everywhere.answer == .everywhere && everywhere.isConsistent)
    #expect(nowhere.answer == .nowhere && nowhere.isConsistent)
    #expect(everywhere.probes.map(\.place) == [0, 49, 99])
  }

  @Test("A property that comes and goes is noticed where it is tried")
  func comingAndGoing() {
    let island = ThresholdSearch(count: 100) { (40...60).contains($0) }
    // The bisection ends at 60; the middle of what lies below it, 30, does not fit.
    let gap = ThresholdSearch(count: 100) { $0 < 10 || (40...60).contains($0) }

    #expect(island.answer == .nowhere && !island.isConsistent)
    #expect(!gap.isConsistent)
  }

  @Test(
    "Numbers, sizes and times are searched in the unit they are written in, or in steps",
    arguments: [
      ("selfballoon_reserved_mb in 1..100", 100, ["1", "2", "100"]),
      ("guests.a.memory in 1GiB..2GiB step 256MiB", 5, ["1GiB", "1280MiB", "2GiB"]),
      ("memory in 128MiB..130MiB", 3, ["128MiB", "129MiB", "130MiB"]),
      ("events.0.at in 10s..12s", 3, ["10s", "11s", "12s"]),
    ])
  func axes(_ text: String, _ count: Int64, _ ends: [String]) throws {
    let axis = try SearchAxis(text)

    #expect(axis.count == count)
    #expect([axis.text(at: 0), axis.text(at: 1), axis.text(at: count - 1)] == ends)
  }

  @Test(
    "What is no range to search is refused with the mend",
    arguments: [
      ("selfballoon_reserved_mb 1..100", "expected 'PATH in LOWER..UPPER'"),
      ("selfballoon_reserved_mb in 0..100", "begin at 1"),
      ("a in 1..64 log 7", "'log' is for sweeps"),
      ("a in 5..1", "5"),
      ("a in x..y", "x"),
      ("a in 1..5 step 9", "one value"),
      ("a in -8000000TiB..8000000TiB", "too wide"),
    ])
  func refused(_ text: String, _ message: String) {
    let problems = #expect(throws: ScenarioProblems.self) { try SearchAxis(text) }

    #expect(problems?.description.contains(message) == true, "\(problems?.description ?? "")")
    #expect(problems?.description.hasPrefix("--find \(text)") == true)
  }
}
