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
  let isNegative = text.hasPrefix("-")
  let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
  guard let first = parts.first, parts.count <= 2, text.utf8.count <= 24,
    let whole: Int64 = wholeNumber(String(first)), whole >= 0, whole <= 1_000_000_000_000
  else { return nil }
  var total = whole * 1_000_000
  if parts.count == 2 {
    guard (1...6).contains(parts[1].utf8.count) else { return nil }
    var scale: Int64 = 1_000_000
    for byte in parts[1].utf8 {
      guard (0x30...0x39).contains(byte) else { return nil }
      scale /= 10
      total += Int64(byte - 0x30) * scale
    }
  }
  return isNegative ? -total : total
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
