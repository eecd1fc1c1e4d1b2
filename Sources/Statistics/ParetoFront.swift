/// Which of several points no other one beats.
public enum ParetoFront {
  /// The places of the points that are not dominated, in lexicographic order of their coordinates.
  ///
  /// Smaller is better in every coordinate. A point is dominated by one that is nowhere worse and somewhere
  /// better, so equal points stay together. A point with a coordinate that is not a number is left out. Takes
  /// time in proportion to the points and the front.
  public static func indices(of points: [[Double]]) -> [Int] {
    let order = points.indices.filter { points[$0].allSatisfy { !$0.isNaN } }
      .sorted { points[$0].lexicographicallyPrecedes(points[$1]) }
    var front: [Int] = []
    // Who dominates a point comes before it.
    for index in order where !front.contains(where: { dominates(points[$0], points[index]) }) {
      front.append(index)
    }
    return front
  }

  /// Whether `first` is nowhere worse than `second` and somewhere better.
  static func dominates(_ first: [Double], _ second: [Double]) -> Bool {
    first != second && zip(first, second).allSatisfy { $0 <= $1 }
  }

  /// The place in `front` of its knee: the point farthest below the line between its two ends.
  ///
  /// Both coordinates are scaled to the front's own range first, so the units do not matter. Nil if no point
  /// lies below that line: then each step of one objective costs as much as the one before, or more.
  ///
  /// Source: Das, "On characterizing the 'knee' of the Pareto curve based on Normal-Boundary Intersection",
  /// Structural Optimization 18 (1999), for two objectives.
  ///
  /// - Parameter front: Points of two coordinates, none of which dominates another, smaller being better.
  public static func knee(of front: [(x: Double, y: Double)]) -> Int? {
    guard let scale = FrontScale(front) else { return nil }
    // Scaled, the ends are (0, 1) and (1, 0), and x + y = 1 is the line between them.
    let depths = front.map { point in
      let (x, y) = scale.scaled(point)
      return 1 - x - y
    }
    guard let deepest = depths.max(), deepest > 1e-9 else { return nil }
    return depths.firstIndex(of: deepest)
  }
}

/// The scale on which both coordinates of points run from 0, the best of them, to 1, the worst.
public struct FrontScale {
  private let origin: (x: Double, y: Double)
  private let span: (x: Double, y: Double)

  /// The scale of some points; nil if they are all one point.
  public init?(_ front: [(x: Double, y: Double)]) {
    guard let left = front.map(\.x).min(), let right = front.map(\.x).max(),
      let low = front.map(\.y).min(), let high = front.map(\.y).max(), right > left || high > low
    else { return nil }
    origin = (left, low)
    span = (right - left, high - low)
  }

  /// A point on that scale; beyond 1 if it is worse than all of them, and without bound where they are all alike.
  func scaled(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
    func share(_ distance: Double, of span: Double) -> Double {
      distance == 0 ? 0 : span > 0 ? distance / span : .infinity
    }
    return (share(point.x - origin.x, of: span.x), share(point.y - origin.y, of: span.y))
  }

  /// The distance of two points on that scale.
  public func distance(_ first: (x: Double, y: Double), _ second: (x: Double, y: Double)) -> Double
  {
    let (a, b) = (scaled(first), scaled(second))
    return ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }
}
