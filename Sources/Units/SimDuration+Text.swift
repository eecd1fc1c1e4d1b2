extension SimDuration {
  /// The units a duration is written with, longest first.
  package static let units: [(suffix: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000),
    ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]

  /// Reads a duration as people write it: a number with one unit, `90us`, `1.5s`, `10min`, `24h`.
  ///
  /// Nothing if there is no unit, the unit is unknown, the number is negative or not exact in whole
  /// nanoseconds, or the length is beyond 292 years.
  public init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = text.dropFirst(digits.count)
    guard let unit = Self.units.first(where: { $0.suffix == suffix }),
      let product = product(of: digits, and: unit.nanoseconds),
      let total = Int64(exactly: product)
    else { return nil }
    self.init(nanoseconds: total)
  }

  /// The shortest exact text that `init(_:)` reads back: `5s`, `1500us`, `10min`.
  public var text: String {
    if nanoseconds == 0 { return "0s" }
    let unit = Self.units.first { nanoseconds % $0.nanoseconds == 0 } ?? ("ns", 1)
    return "\(nanoseconds / unit.nanoseconds)\(unit.suffix)"
  }
}
