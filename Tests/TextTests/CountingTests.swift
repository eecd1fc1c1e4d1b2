import Testing
import Text

/// Small pieces of text.
@Suite("Small texts")
struct CountingTests {
  @Test("One thing has no s")
  func plurals() {
    #expect([0, 1, 2].map { counted($0, "run") } == ["0 runs", "1 run", "2 runs"])
    #expect(plural("seed", UInt64(1)) + plural("seed", 3) == "seedseeds")
  }

  @Test("A bar is as long as it is told, whatever the share")
  func bars() {
    #expect(
      [-1, 0, 0.5, 1, 2].map { bar($0, cells: 4) } == [
        "[....]", "[....]", "[##..]", "[####]", "[####]",
      ])
  }

  @Test("A comparison is read with its sides; what is none is refused")
  func comparisons() throws {
    let read = try #require(Comparison.read(" a  b <= 2 "))
    #expect(read.left == "a b" && read.1 == .atMost && read.right == "2")
    for text in ["", "a", "a <", "< b", "a < b < c", "a =< b", "a <> b"] {
      #expect(Comparison.read(text) == nil, "\(text)")
    }
  }

  @Test("Each comparison holds of what it says, and of NaN only that it differs")
  func holds() {
    let pairs = [(1, 2), (2, 2), (3, 2)]
    let expected: [Comparison: [Bool]] = [
      .less: [true, false, false], .atMost: [true, true, false], .equal: [false, true, false],
      .different: [true, false, true], .atLeast: [false, true, true], .more: [false, false, true],
    ]
    for (sign, holds) in expected { #expect(pairs.map { sign.holds($0.0, $0.1) } == holds) }
    #expect(Comparison.allCases.filter { $0.holds(Double.nan, 1) } == [.different])
  }
}
