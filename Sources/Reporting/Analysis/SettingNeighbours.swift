internal import Recording

/// How far settings of a sweep lie from each other: in steps from one tested value to the next.
struct SettingNeighbours {
  private let levels: [[String: Int]]

  /// The steps between the values of some points.
  init(_ points: [Advice.Point], dimensions: Int) {
    levels = (0..<dimensions).map { dimension in
      let values = Dictionary(
        points.map { (Self.text($0.values[dimension]), $0.values[dimension]?.number) },
        uniquingKeysWith: { first, _ in first })
      let order = values.sorted {
        ($0.value ?? .infinity, $0.key) < ($1.value ?? .infinity, $1.key)
      }
      return Dictionary(uniqueKeysWithValues: zip(order.map(\.key), 0...))
    }
  }

  /// How many steps lead from one point to another.
  func steps(_ first: Advice.Point, _ second: Advice.Point) -> Int {
    levels.indices.reduce(0) { sum, place in
      let levels = levels[place]
      let ends = [first, second].map { levels[Self.text($0.values[place])] ?? 0 }
      return sum + abs(ends[0] - ends[1])
    }
  }

  /// Of some points the one that is nearest to a point; of several the first.
  func nearest(to point: Advice.Point, among others: [Advice.Point]) -> Advice.Point? {
    others.min { steps(point, $0) < steps(point, $1) }
  }

  private static func text(_ value: Parameter?) -> String { value?.value ?? "" }
}
