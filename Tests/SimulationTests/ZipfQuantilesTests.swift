import Foundation
import SimulationEngine
import Testing
import Units

@testable import Simulation

@Suite("Zipf by quantiles")
struct ZipfQuantilesTests {
  /// The exact probability of the ranks in `range` among `count`.
  private func share(_ range: Range<Int>, of count: Int, alpha: Double) -> Double {
    let weights = (0..<count).map { pow(Double($0 + 1), -alpha) }
    return weights[range].reduce(0, +) / weights.reduce(0, +)
  }

  @Test(
    "Draws fall on stretches of ranks as often as their weights say",
    arguments: [0.0, 0.7, 1.0, 1.3])
  func drawsFollowTheWeights(alpha: Double) {
    // One table of 100,000 ranks, cut to 60,000: a count that lies within a stretch.
    let zipf = ZipfQuantiles(ranks: 100_000, alpha: alpha)
    let count = 60_000
    var random = RandomStream(seed: 7, purpose: "zipf")
    var hits = [Int](repeating: 0, count: count)
    let draws = 400_000

    for _ in 0..<draws {
      hits[zipf.rank(random.unit(), of: count, total: zipf.weight(of: count))] += 1
    }

    for range in [0..<1, 1..<10, 10..<1_000, 1_000..<1_100, 1_100..<20_000, 20_000..<60_000] {
      let expected = share(range, of: count, alpha: alpha) * Double(draws)
      let found = Double(hits[range].reduce(0, +))
      // Five standard deviations of a count, and the 1/256 that a stretch may be off.
      #expect(abs(found - expected) <= 5 * expected.squareRoot() + expected * alpha / 256 + 1)
    }
  }

  @Test("Ranks stay below their count, at the ends of the unit interval too")
  func ranksStayInside() {
    for ranks in [1, 2, 1_023, 1_024, 1_025, 5_000] {
      let zipf = ZipfQuantiles(ranks: ranks, alpha: 0.9)
      for count in [1, ranks / 2, ranks] where count > 0 {
        let total = zipf.weight(of: count)
        #expect(zipf.rank(0, of: count, total: total) == 0)
        #expect(zipf.rank(1.0.nextDown, of: count, total: total) == count - 1)
      }
    }
  }
}
