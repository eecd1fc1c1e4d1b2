extension Collection<Double> {
  /// The arithmetic mean; zero of none.
  public var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}

extension [Double] {
  /// The value that a share of numbers in ascending order does not exceed, linear between neighbours; zero of none.
  public func quantile(_ share: Double) -> Double {
    guard let last else { return 0 }
    let place = share * Double(count - 1)
    let below = Int(place)
    if below + 1 >= count { return last }
    return self[below] + (place - Double(below)) * (self[below + 1] - self[below])
  }
}
