internal import SimulationEngine

/// Designs of experiments in the unit cube: which points of a space of parameters are run.
///
/// Every design is a list of points, each with a coordinate in [0, 1) for every dimension, and is determined
/// by its seed. What a coordinate means is left to the space: a value of a list of n is that at `floor(n * u)`.
public enum UnitDesign {
  /// Independent uniform points.
  ///
  /// - Parameters:
  ///   - samples: How many points.
  ///   - dimensions: Coordinates of a point.
  ///   - seed: A different seed gives an unrelated design; more samples of one seed continue it.
  public static func random(samples: Int, dimensions: Int, seed: UInt64) -> [[Double]] {
    var stream = RandomStream(seed: seed, purpose: "random design")
    return (0..<samples).map { _ in (0..<dimensions).map { _ in stream.unit() } }
  }

  /// A Latin hypercube: in every dimension one point in each of `samples` equal intervals.
  ///
  /// The intervals are combined by independent random permutations, and a point is uniform in its cell.
  /// Source: McKay, Beckman, Conover, "A comparison of three methods for selecting values of input variables",
  /// Technometrics 21 (1979).
  public static func latinHypercube(samples: Int, dimensions: Int, seed: UInt64) -> [[Double]] {
    var stream = RandomStream(seed: seed, purpose: "latin hypercube design")
    let columns = (0..<dimensions).map { _ in
      var cells = Array(0..<samples)
      cells.shuffle(using: &stream)
      return cells.map { cell in
        // The sum can round up to the end of the cell.
        min(
          (Double(cell) + stream.unit()) / Double(samples),
          (Double(cell + 1) / Double(samples)).nextDown)
      }
    }
    return (0..<samples).map { row in columns.map { $0[row] } }
  }
}
