/// A whole number in decimal digits without a leading zero; nothing for anything else.
public func wholeNumber<Number: FixedWidthInteger>(_ text: String) -> Number? {
  let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
  guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
    digits.count == 1 || digits.first != "0"
  else { return nil }
  if let number = Number(text) { return number }
  // Too long for a type whose ends no range includes: the nearest end, so that the message is about the range.
  guard Number.isSigned else { return nil }
  return text.hasPrefix("-") ? Number.min : Number.max
}

/// A decimal number without an exponent and with at most six places, in millionths.
public func decimalMillionths(_ text: String) -> Int64? {
  let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
  let hasLeadingZero = digits.first == "0" && digits.dropFirst().first.map { $0 != "." } ?? false
  guard text.utf8.count <= 24, !hasLeadingZero,
    let total = product(of: digits, and: 1_000_000), total < 1_000_000_000_001_000_000
  else { return nil }
  return text.hasPrefix("-") ? -Int64(total) : Int64(total)
}

/// A decimal number - digits, and after a point more of them - times a whole one; nothing if that is no whole number.
func product(of number: some StringProtocol, and unit: Int64) -> Int128? {
  let parts = number.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
  var (value, divisor, isTooLong) = (Int128(0), Int128(1), false)
  func times(_ factor: Int128, _ number: Int128) -> Int128 {
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    if overflow { isTooLong = true }
    return product
  }
  for (place, part) in parts.enumerated() {
    for byte in part.utf8 {
      guard (0x30...0x39).contains(byte), !isTooLong else { return nil }
      value = times(10, value) &+ Int128(byte - 0x30)
      if place == 1 { divisor = times(10, divisor) }
    }
  }
  let (whole, rest) = times(Int128(unit), value).quotientAndRemainder(dividingBy: divisor)
  return isTooLong || rest != 0 ? nil : whole
}

/// The shortest decimal of a number of millionths: `0.05` for 50,000.
public func decimalText(_ millionths: Int64) -> String {
  let (whole, part) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
  var digits = String(part + 1_000_000).dropFirst()
  while digits.last == "0" { digits = digits.dropLast() }
  return (millionths < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : ".\(digits)")
}

/// The units of a bandwidth, those of thousands largest first.
public let bandwidthUnits: [(name: String, factor: Int64)] = [
  ("GB/s", 1_000_000_000), ("MB/s", 1_000_000), ("kB/s", 1_000),
  ("GiB/s", 1 << 30), ("MiB/s", 1 << 20), ("KiB/s", 1 << 10), ("B/s", 1),
]

/// A bandwidth in the largest unit that divides it.
public func bandwidthText(_ bytes: Int64) -> String {
  let unit = bandwidthUnits.first { bytes % $0.factor == 0 } ?? ("B/s", 1)
  return "\(bytes / unit.factor)\(unit.name)"
}
