import Testing

@testable import Statistics

@Suite("Statistics of runs")
struct AnalysisTests {
  @Test(
    "Student's t has the bounds that its tables print",
    arguments: [
      (0.95, 1, 12.70620), (0.95, 4, 2.776445), (0.95, 30, 2.042272), (0.99, 10, 3.169273),
      (0.95, 100_000, 1.959988),
    ])
  func studentBounds(_ confidence: Double, _ degrees: Int, _ bound: Double) {
    #expect(abs(StudentT.bound(confidence: confidence, degrees: degrees) - bound) < 5e-6 * bound)
  }

  @Test("The interval of a mean is as computed by hand, and one value has none")
  func meanInterval() {
    let five = MeanInterval([1, 2, 3, 4, 5])
    let one = MeanInterval([7])

    // Variance 2.5, standard error sqrt(2.5 / 5), t 2.776445.
    #expect(five.mean == 3 && five.count == 5)
    #expect(abs((five.halfWidth ?? 0) - 1.963243) < 1e-5)
    #expect(one.mean == 7 && one.halfWidth == nil)
  }

  @Test("The front has the points that nothing beats, equal ones together")
  func paretoFront() {
    let points: [[Double]] = [
      [6, 1], [1, 9], [2, 5], [2, 6], [3, 4], [4, 4], [5, 1], [2, 5], [.nan, 0],
    ]

    #expect(ParetoFront.indices(of: points) == [1, 2, 7, 4, 6])
    #expect(ParetoFront.indices(of: []) == [])
    #expect(ParetoFront.indices(of: [[3, 3], [3, 3]]) == [0, 1])
  }

  @Test("The knee lies farthest below the line between the ends of the front")
  func knee() {
    // Scaled: (0, 1), (0.25, 0.5), (0.5, 0.375), (1, 0), so 0, 0.25, 0.125 and 0 below the line.
    #expect(ParetoFront.knee(of: [(1, 9), (2, 5), (3, 4), (5, 1)]) == 1)
    // Two points, a straight line, and one that bends outwards have none.
    #expect(ParetoFront.knee(of: [(1, 9), (5, 1)]) == nil)
    #expect(ParetoFront.knee(of: [(0, 2), (1, 1), (2, 0)]) == nil)
    #expect(ParetoFront.knee(of: [(0, 10), (9, 9), (10, 0)]) == nil)
    #expect(ParetoFront.knee(of: [(3, 3)]) == nil)
  }

  @Test("Distances on a front are in shares of its ranges")
  func frontDistance() throws {
    let scale = try #require(FrontScale([(100, 9), (500, 1)]))

    // 40 of 400 and 0.8 of 8: a tenth of each range.
    #expect(abs(scale.distance((300, 5), (340, 5.8)) - 0.1 * 2.0.squareRoot()) < 1e-12)
    let flat = try #require(FrontScale([(100, 3), (500, 3)]))
    #expect(flat.distance((100, 3), (140, 3)) == 0.1)
    #expect(flat.distance((100, 3), (140, 4)) == .infinity)
    #expect(FrontScale([(3, 3), (3, 3)]) == nil)
  }

  @Test("Shares of variance are those of an analysis worked by hand")
  func varianceShares() throws {
    let levels = [[0, 0], [0, 0], [0, 1], [0, 1], [1, 0], [1, 0], [1, 1], [1, 1]]

    let shares = try #require(
      VarianceShares(levels: levels, values: [1, 3, 5, 7, 3, 5, 11, 13]))

    // Sums of squares: 32 and 72 alone, 8 together, 8 within the points, 120 in all.
    #expect(shares.mains.map(\.means) == [[4, 8], [3, 9]])
    #expect(abs(shares.mains[0].share - 32.0 / 120) < 1e-12)
    #expect(abs(shares.mains[1].share - 72.0 / 120) < 1e-12)
    #expect(shares.interactions.map(\.factors) == [[0, 1]])
    #expect(abs(shares.interactions[0].share - 8.0 / 120) < 1e-12)
    #expect(abs(shares.rest - 8.0 / 120) < 1e-12)
  }

  @Test("An incomplete or unequal grid, or a figure that does not change, has no shares")
  func noShares() {
    #expect(VarianceShares(levels: [[0, 0], [0, 1], [1, 0]], values: [1, 2, 3]) == nil)
    #expect(VarianceShares(levels: [[0], [0], [1]], values: [1, 2, 3]) == nil)
    #expect(VarianceShares(levels: [[0], [1]], values: [0.1, 0.1]) == nil)
    #expect(VarianceShares(levels: [], values: []) == nil)
  }
}
