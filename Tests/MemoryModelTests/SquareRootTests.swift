import MemoryModel
import SimulationEngine
import Testing
import Units

@Suite("Integer square root")
struct SquareRootTests {
  @Test("The root is the largest integer whose square is at most the number")
  func exact() {
    var random = RandomStream(seed: 1, purpose: "square root")
    var numbers = Array(0..<1000)
    for _ in 0..<10_000 { numbers.append(Int(random.next() >> (1 + random.below(62)))) }
    for root in stride(from: 1, to: 3_037_000_499, by: 1_000_003) {
      let square: Int = root * root
      numbers += [square - 1, square, square + 1]
    }

    for x in numbers {
      let root = squareRoot(x)

      #expect(root * root <= x)
      let (above, overflow) = (root + 1).multipliedReportingOverflow(by: root + 1)
      #expect(overflow || above > x)
    }
  }

  @Test("Known roots")
  func known() {
    #expect(squareRoot(16_382_464) == 4047)
    #expect(squareRoot(Int.max) == 3_037_000_499)
  }
}
