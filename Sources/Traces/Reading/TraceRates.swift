internal import Text
internal import Units

/// Counters made of rates: each rate times its interval, added up.
struct TraceRates {
  private var sums = [Double](repeating: 0, count: TraceQuantity.allCases.count)

  /// The counter after `amount` more.
  mutating func add(_ quantity: TraceQuantity, _ amount: Double) -> Int64 {
    sums[quantity.rawValue] += max(0, amount)
    return Int64(min(sums[quantity.rawValue], 1e18))
  }
}

extension TraceField {
  /// A rate that is no less than zero; nothing if it is missing.
  func rate(_ column: String) throws(TraceFault) -> Double? {
    if isMissing { return nil }
    guard let value = number() else {
      throw fault("\(column): expected a number, found \(quoted(text))")
    }
    if value < 0 { throw fault("\(column) is negative: \(quoted(text))") }
    return value
  }

  /// An amount of memory that may end in K, M, G or T (powers of 1,024; `B` and `i` after it do not matter), else
  /// in units of `unit` bytes, as kB.
  func humanMemory(_ column: String, unit: Double) throws(TraceFault) -> Int64? {
    var field = self
    if field.bytes.count > 1, field.bytes.last == UInt8(ascii: "B") { field.bytes.removeLast() }
    if field.bytes.count > 1, field.bytes.last == UInt8(ascii: "i") { field.bytes.removeLast() }
    let scale: Double? =
      switch field.bytes.last.map({ $0 | 0x20 }) {
      case UInt8(ascii: "k"): 1_024
      case UInt8(ascii: "m"): 1_048_576
      case UInt8(ascii: "g"): 1_073_741_824
      case UInt8(ascii: "t"): 1_099_511_627_776
      default: nil
      }
    guard let scale else {
      return try field.memory(column, unit: bytes.count > field.bytes.count ? 1 : unit)
    }
    field.bytes.removeLast()
    return try field.memory(column, unit: scale)
  }
}

extension SimDuration {
  /// So many steps in nanoseconds.
  func times(_ count: Int64, at place: TraceField) throws(TraceFault) -> Int64 {
    let (time, isTooLong) = nanoseconds.multipliedReportingOverflow(by: count)
    if isTooLong { throw place.fault("the time is too far from the first") }
    return time
  }
}
