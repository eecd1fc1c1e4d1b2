extension UnitDesign {
  /// Saltelli's design for Sobol indices: two independent halves A and B of a scrambled Sobol design, and for
  /// every dimension i the points of A with coordinate i from B.
  ///
  /// Source: Saltelli et al., "Variance based sensitivity analysis of model output. Design and estimator for the
  /// total sensitivity index", Computer Physics Communications 181 (2010), section 4.
  ///
  /// - Parameters:
  ///   - samples: Rows of A, best a power of two; the design has `samples * (dimensions + 2)` points.
  ///   - dimensions: Coordinates of a point, at most half of `sobolDimensionLimit`.
  ///   - seed: As for `sobol`.
  /// - Returns: Row after row: A, then AB_1 ... AB_d, then B.
  public static func saltelli(samples: Int, dimensions: Int, seed: UInt64) -> [[Double]] {
    sobol(samples: samples, dimensions: 2 * dimensions, seed: seed).flatMap { row in
      let a = Array(row[..<dimensions])
      let b = Array(row[dimensions...])
      let mixed = (0..<dimensions).map { dimension in
        var point = a
        point[dimension] = b[dimension]
        return point
      }
      return [a] + mixed + [b]
    }
  }
}
