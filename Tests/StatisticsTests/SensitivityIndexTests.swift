import Foundation
import Testing

@testable import Statistics

@Suite("Indices of sensitivity")
struct SensitivityIndexTests {
  @Test("Elementary effects of two trajectories are as computed by hand")
  func elementaryEffects() throws {
    let design = [
      [0.25, 0.25], [0.75, 0.25], [0.75, 0.75],
      [0.75, 0.75], [0.75, 0.25], [0.25, 0.25],
    ]

    let effects = MorrisEffects(design: design, values: [1, 3, 2, 5, 4, 6]).effects

    // 2 / 0.5 and 2 / -0.5 along the first; -1 / 0.5 and -1 / -0.5 along the second.
    let (first, second) = (try #require(effects[0]), try #require(effects[1]))
    #expect(first.mean == 0 && first.absoluteMean == 4 && first.count == 2)
    #expect(second.mean == 0 && second.absoluteMean == 2)
    #expect(abs((first.deviation ?? 0) - 32.0.squareRoot()) < 1e-12)
    #expect(abs((second.deviation ?? 0) - 8.0.squareRoot()) < 1e-12)
    #expect(first.interval == 4...4)
  }

  @Test("A step without one of its ends has no effect")
  func missingEnds() throws {
    let design = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75]]

    let effects = MorrisEffects(design: design, values: [nil, 3, 2]).effects

    #expect(effects[0] == nil)
    #expect(try #require(effects[1]).mean == -2)
    #expect(try #require(effects[1]).interval == nil)
  }

  @Test("A linear figure has its coefficients as effects, with no spread")
  func linearEffects() throws {
    let design = UnitDesign.morris(trajectories: 20, dimensions: 3, seed: 3)

    let effects = MorrisEffects(design: design, values: design.map { 3 * $0[0] - 2 * $0[1] })
      .effects

    for (effect, coefficient) in zip(effects, [3.0, -2, 0]) {
      let effect = try #require(effect)
      #expect(abs(effect.mean - coefficient) < 1e-12)
      #expect(abs(effect.absoluteMean - abs(coefficient)) < 1e-12)
      #expect((effect.deviation ?? 1) < 1e-12)
    }
  }

  @Test("The Sobol indices of the Ishigami function are those known")
  func ishigami() throws {
    // Saltelli et al., "Global Sensitivity Analysis. The Primer", 2008, section 4.6: a = 7, b = 0.1.
    func function(_ u: [Double]) -> Double {
      let x = u.map { Double.pi * (2 * $0 - 1) }
      return sin(x[0]) + 7 * sin(x[1]) * sin(x[1]) + 0.1 * x[2] * x[2] * x[2] * x[2] * sin(x[0])
    }

    let indices = try indices(of: function, dimensions: 3, samples: 2048)

    check(indices, first: [0.3139, 0.4424, 0], total: [0.5576, 0.4424, 0.2437], within: 0.02)
  }

  @Test("The Sobol indices of the g function are those known")
  func sobolG() throws {
    // Sobol 2003: a parameter's partial variance is 1 / (3 (1 + a)^2), the whole is the product of 1 + V less 1.
    let a: [Double] = [0, 1, 4.5, 9, 99, 99]
    let partial = a.map { 1 / (3 * (1 + $0) * (1 + $0)) }
    let product = partial.reduce(1) { $0 * (1 + $1) }

    let indices = try indices(
      of: { u in zip(u, a).reduce(1) { $0 * (abs(4 * $1.0 - 2) + $1.1) / (1 + $1.1) } },
      dimensions: 6, samples: 2048)

    check(
      indices, first: partial.map { $0 / (product - 1) },
      total: partial.map { $0 * product / (1 + $0) / (product - 1) }, within: 0.02)
  }

  @Test("Values that do not change, or one row, have no indices")
  func noIndices() {
    #expect(SobolIndices(rows: [[2, 2, 2], [2, 2, 2]]) == nil)
    #expect(SobolIndices(rows: [[1, 2, 3]]) == nil)
  }

  private func indices(
    of function: ([Double]) -> Double, dimensions: Int, samples: Int
  ) throws -> [SobolIndices.Index] {
    let values = UnitDesign.saltelli(samples: samples, dimensions: dimensions, seed: 1)
      .map(function)
    let rows = stride(from: 0, to: values.count, by: dimensions + 2)
      .map { Array(values[$0..<$0 + dimensions + 2]) }
    return try #require(SobolIndices(rows: rows, resamples: 60)).indices
  }

  private func check(
    _ indices: [SobolIndices.Index], first: [Double], total: [Double], within tolerance: Double
  ) {
    for (place, index) in indices.enumerated() {
      #expect(abs(index.first - first[place]) < tolerance, "first order of \(place)")
      #expect(abs(index.total - total[place]) < tolerance, "total of \(place)")
      #expect(
        index.firstInterval.contains(index.first) && index.totalInterval.contains(index.total))
    }
  }
}
