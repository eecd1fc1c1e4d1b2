private import Foundation

/// How figures of one unit are shown to people: pages as MiB, nanoseconds as what fits, thousands apart.
public struct UnitScale: Hashable, Sendable {
  /// The unit shown; empty for counts and ratios.
  public var unit: String
  private var divisor: Double
  private var decimals: Int

  /// The scale for figures in `unit`, one of `Metric.unit`, of which `largest` is the largest.
  ///
  /// 256 pages are a MiB.
  public init(unit: String, largest: Double) {
    switch unit {
    case "pages": self.init(unit: "MiB", divisor: 256, decimals: 1)
    case "bytes" where largest >= 10 * 0x1p30:
      self.init(unit: "GiB", divisor: 0x1p30, decimals: 1)
    case "bytes": self.init(unit: "MiB", divisor: 0x1p20, decimals: 1)
    case "ns": self.init(nanosecondsIn: 1, largest: largest)
    case "s": self.init(nanosecondsIn: 1e9, largest: largest)
    case "GiB*h": self.init(unit: "GiB·h", divisor: 1, decimals: 3)
    case "%": self.init(unit: "%", divisor: 1, decimals: 1)
    case "count":
      self.init(unit: "", divisor: 1, decimals: largest == largest.rounded() ? 0 : 2)
    case "ratio": self.init(unit: "", divisor: 1, decimals: 3)
    case "1/h": self.init(unit: "1/h", divisor: 1, decimals: 1)
    default: self.init(unit: unit, divisor: 1, decimals: 3)
    }
  }

  /// The scale for figures of which those that differ by `step` are to look different: with up to six more
  /// decimals than usual.
  public init(unit: String, largest: Double, resolving step: Double) {
    self.init(unit: unit, largest: largest)
    let usual = decimals
    while step > 0, step / divisor < pow(10, -Double(decimals)), decimals < usual + 6 {
      decimals += 1
    }
  }

  /// The scale for figures that are to be told apart: a hundredth of their range can be seen.
  public init(unit: String, spreading figures: [Double]) {
    let range = (figures.max() ?? 0) - (figures.min() ?? 0)
    self.init(unit: unit, largest: figures.map(abs).max() ?? 0, resolving: range / 100)
  }

  /// A figure in the unit shown.
  public func value(_ figure: Double) -> Double { figure / divisor }

  private init(unit: String, divisor: Double, decimals: Int) {
    self.unit = unit
    self.divisor = divisor
    self.decimals = decimals
  }

  /// A length of time in a unit that is `scale` nanoseconds long: hours from two hours on, and zero in seconds.
  private init(nanosecondsIn scale: Double, largest: Double) {
    let (unit, nanoseconds, decimals) =
      switch largest * scale {
      case 0: ("s", 1e9, 1)
      case ..<1e3: ("ns", 1.0, 0)
      case ..<1e6: ("us", 1e3, 1)
      case ..<1e9: ("ms", 1e6, 1)
      case ..<7.2e12: ("s", 1e9, 1)
      default: ("h", 3.6e12, 2)
      }
    self.init(unit: unit, divisor: nanoseconds / scale, decimals: decimals)
  }

  /// A figure without its unit, as in `1,234.5`; `-` where there is none. What rounds to nothing has no sign.
  public func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "-" : "\(value)" }
    let digits = String(format: "%.\(decimals)f", value / divisor)
    let isNegative = digits.hasPrefix("-")
    let sign = isNegative && digits.contains { ("1"..."9").contains($0) } ? "-" : ""
    let parts = digits.dropFirst(isNegative ? 1 : 0).split(separator: ".")
    var whole = ""
    for (index, digit) in parts[0].reversed().enumerated() {
      if index > 0, index % 3 == 0 { whole.append(",") }
      whole.append(digit)
    }
    return sign + String(whole.reversed()) + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// One figure with its unit, as in `461.0 MiB`.
  public static func text(_ value: Double, unit: String) -> String {
    let scale = UnitScale(unit: unit, largest: abs(value))
    return scale.unit.isEmpty ? scale.text(value) : "\(scale.text(value)) \(scale.unit)"
  }
}
