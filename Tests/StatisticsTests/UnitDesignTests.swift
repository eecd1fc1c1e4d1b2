import Testing

@testable import Statistics

@Suite("Designs in the unit cube")
struct UnitDesignTests {
  @Test("The Sobol sequence begins as published, in the order of the Gray code")
  func publishedPoints() {
    var sequence = SobolSequence(dimensions: 3)

    let points = (0..<10).map { _ in sequence.next().map { Double($0) * 0x1p-32 } }

    // The ten points that Joe and Kuo print beside their table.
    #expect(
      points == [
        [0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625], [0.875, 0.875, 0.125], [0.625, 0.125, 0.875],
        [0.125, 0.625, 0.375], [0.1875, 0.3125, 0.9375], [0.6875, 0.8125, 0.4375],
      ])
  }

  @Test("The thousand and first point is that of SciPy in every dimension")
  func laterPoint() {
    var sequence = SobolSequence(dimensions: SobolSequence.dimensionLimit)

    let point = (0...1000).map { _ in sequence.next() }[1000]

    // scipy.stats.qmc.Sobol(40, scramble=False).random(1001)[1000] * 1024
    #expect(
      point.map { $0 >> 22 } == [
        225, 99, 531, 693, 287, 929, 47, 921, 513, 71, 87, 261, 165, 393, 147, 379, 737, 353, 1015,
        743, 535, 563, 973, 553, 597, 929, 41, 1003, 61, 349, 151, 149, 303, 607, 821, 789, 869,
        851, 315, 491,
      ])
  }

  @Test("A scrambled Sobol design is a net: one point in every elementary interval")
  func netProperty() {
    let dimensions = 40
    for seed in UInt64(1)...3 {
      let points = UnitDesign.sobol(samples: 256, dimensions: dimensions, seed: seed)

      for dimension in 0..<dimensions {
        let cells = Set(points.map { Int($0[dimension] * 256) })
        #expect(cells.count == 256, "seed \(seed), dimension \(dimension)")
      }
      // The first two dimensions are a (0, 8, 2)-net.
      for bits in 0...8 {
        let (columns, rows) = (1 << bits, 1 << (8 - bits))
        let cells = Set(
          points.map { Int($0[0] * Double(columns)) * rows + Int($0[1] * Double(rows)) })
        #expect(cells.count == 256, "seed \(seed), \(columns) by \(rows)")
      }
    }
  }

  @Test("Scrambling makes a point uniform and keeps the beginning when samples are added")
  func scrambling() {
    let firsts = (0..<2000).map { UnitDesign.sobol(samples: 1, dimensions: 1, seed: $0)[0][0] }

    // The mean of 2,000 uniform numbers is 0.5 with a standard deviation of 0.29 / sqrt(2000) = 0.0065.
    #expect(abs(firsts.reduce(0, +) / 2000 - 0.5) < 0.026)
    #expect(firsts.count { $0 < 0.25 } > 400 && firsts.count { $0 < 0.25 } < 600)
    let long = UnitDesign.sobol(samples: 64, dimensions: 5, seed: 7)
    #expect(Array(long[..<10]) == UnitDesign.sobol(samples: 10, dimensions: 5, seed: 7))
    #expect(long != UnitDesign.sobol(samples: 64, dimensions: 5, seed: 8))
  }

  @Test("A Latin hypercube has one point in each of its intervals, in every dimension")
  func latinHypercubeStrata() {
    for seed in UInt64(0)..<50 {
      let count = 1 + Int(seed)

      let points = UnitDesign.latinHypercube(samples: count, dimensions: 6, seed: seed)

      for dimension in 0..<6 {
        let cells = Set(points.map { Int($0[dimension] * Double(count)) })
        #expect(cells == Set(0..<count), "seed \(seed), dimension \(dimension)")
      }
    }
  }

  @Test("Random points are in the cube, repeatable and continued by more samples")
  func randomPoints() {
    let points = UnitDesign.random(samples: 500, dimensions: 3, seed: 4)

    #expect(points.allSatisfy { $0.count == 3 && $0.allSatisfy { (0..<1).contains($0) } })
    #expect(Array(points[..<20]) == UnitDesign.random(samples: 20, dimensions: 3, seed: 4))
    #expect(points != UnitDesign.random(samples: 500, dimensions: 3, seed: 5))
  }

  @Test(
    "A Morris trajectory moves every dimension once by half of the range and stays on its levels")
  func trajectories() {
    for seed in UInt64(0)..<40 {
      let points = UnitDesign.morris(trajectories: 5, levels: 6, dimensions: 7, seed: seed)

      #expect(points.count == 5 * 8)
      let levels = Set((0..<6).map { (Double($0) + 0.5) / 6 })
      #expect(points.allSatisfy { $0.allSatisfy(levels.contains) })
      for start in stride(from: 0, to: points.count, by: 8) {
        let moved = (start..<start + 7).map { index in
          (0..<7).filter { points[index][$0] != points[index + 1][$0] }
        }
        #expect(moved.allSatisfy { $0.count == 1 } && Set(moved.map { $0[0] }).count == 7)
        for (index, dimension) in zip(start..., moved.map { $0[0] }) {
          let step = abs(points[index + 1][dimension] - points[index][dimension])
          #expect(abs(step - UnitDesign.morrisStep) < 1e-12, "seed \(seed)")
        }
      }
    }
  }

  @Test("A row of Saltelli's design is A, then A with each coordinate of B, then B")
  func saltelliRows() {
    let points = UnitDesign.saltelli(samples: 16, dimensions: 3, seed: 2)

    #expect(points.count == 16 * 5)
    let sobol = UnitDesign.sobol(samples: 16, dimensions: 6, seed: 2)
    for (row, whole) in sobol.enumerated() {
      let (a, b) = (Array(whole[..<3]), Array(whole[3...]))
      #expect(
        Array(points[row * 5..<row * 5 + 5]) == [
          a, [b[0], a[1], a[2]], [a[0], b[1], a[2]], [a[0], a[1], b[2]], b,
        ])
    }
  }
}
