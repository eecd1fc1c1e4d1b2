/// A number of a scenario with its unit, so that it can be compared and counted with.
public struct Quantity: Hashable, Sendable {
  /// What is counted, and in what `count` counts it.
  public enum Kind: String, Sendable {
    /// A plain number, in millionths.
    case number = "a number"
    /// A length of time, in nanoseconds.
    case time = "a time"
    /// A size, in bytes.
    case size = "a size"
    /// A bandwidth, in bytes a second.
    case bandwidth = "a bandwidth"
    /// A rate, in counts a second.
    case rate = "a rate"
  }

  /// What is counted.
  public var kind: Kind
  /// How many of the kind's own unit.
  public var count: Int64
  /// The unit it was written in, in the kind's own.
  var unit: Int64
  /// Whether it was written with a decimal point.
  public var hasDecimals: Bool

  /// Every way to write a unit.
  private static let units: [(suffix: String, kind: Kind, factor: Int64)] =
    [("", .number, 1_000_000), ("/s", .rate, 1), ("p", .size, 4_096)]
    + [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)].map { ($0.0, .size, 1 << $0.1) }
    + SimDuration.units.map { ($0.suffix, .time, $0.nanoseconds) }
    + bandwidthUnits.map { ($0.name, .bandwidth, $0.factor) }

  /// Reads a number with at most six decimals and one of the units of scenarios, exactly; nothing otherwise.
  public init?(_ text: String) {
    let number = text.prefix { $0 == "-" || $0 == "." || ($0.isASCII && $0.isNumber) }
    let suffix = text.dropFirst(number.count)
    guard let unit = Self.units.first(where: { $0.suffix == suffix }),
      let millionths = decimalMillionths(String(number))
    else { return nil }
    let (whole, rest) = (Int128(millionths) * Int128(unit.factor)).quotientAndRemainder(
      dividingBy: 1_000_000)
    guard rest == 0, let count = Int64(exactly: whole) else { return nil }
    self.init(
      kind: unit.kind, count: count, unit: unit.factor, hasDecimals: number.contains("."))
  }

  /// Whether a text is a whole number of a known unit, but one that is too large to be counted with.
  public static func isTooLarge(_ text: String) -> Bool {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let suffix = text.dropFirst(digits.count)
    return Quantity(text) == nil && digits.first.map { $0 != "0" } == true
      && units.contains { $0.suffix == suffix }
  }

  private init(kind: Kind, count: Int64, unit: Int64, hasDecimals: Bool) {
    self.kind = kind
    self.count = count
    self.unit = unit
    self.hasDecimals = hasDecimals
  }

  /// As many of the same kind as `count` says.
  public func with(count: Int64) -> Quantity {
    Quantity(kind: kind, count: count, unit: unit, hasDecimals: hasDecimals)
  }

  /// The steps in which values between two such numbers lie: the unit it was written in, and finer if it was written
  /// with decimals.
  public var grain: Int64 {
    switch kind {
    case .number: hasDecimals ? 1 : unit
    case .size: max(hasDecimals ? unit / 1_024 : unit, 4_096)
    case .time, .bandwidth, .rate: max(hasDecimals ? unit / 1_000 : unit, 1)
    }
  }

  /// The text that scenarios have for it.
  public var text: String {
    switch kind {
    case .number: decimalText(count)
    case .time: SimDuration.nanoseconds(count).text
    case .size: PageCount(Int(count / 4_096)).text
    case .bandwidth: bandwidthText(count)
    case .rate: "\(count)/s"
    }
  }
}
