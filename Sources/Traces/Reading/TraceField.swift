internal import Foundation
internal import Text

/// A part of a line of a trace: bytes, and where they stand. Valid while the file's bytes are.
struct TraceField {
  /// The bytes.
  var bytes: UnsafeBufferPointer<UInt8>.SubSequence
  /// The line, counted from 1.
  var line: Int
  /// Where the line begins in the file.
  var lineStart: Int

  /// No field: the beginning of a file.
  static var nowhere: TraceField {
    TraceField(bytes: UnsafeBufferPointer(start: nil, count: 0)[...], line: 1, lineStart: 0)
  }

  /// What is wrong with this field.
  func fault(_ message: String) -> TraceFault {
    TraceFault(line: line, column: bytes.startIndex - lineStart + 1, message: message)
  }

  var isEmpty: Bool { bytes.isEmpty }
  var first: UInt8? { bytes.first }
  /// The bytes as text; what is not UTF-8 is replaced.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  func hasPrefix(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes.starts(with: $0) }
  }

  func equals(_ text: StaticString) -> Bool {
    bytes.count == text.utf8CodeUnitCount && hasPrefix(text)
  }

  func equals(_ text: String) -> Bool { bytes.elementsEqual(text.utf8) }

  func contains(_ byte: UInt8) -> Bool {
    guard let base = bytes.base.baseAddress else { return false }
    return memchr(base + bytes.startIndex, Int32(byte), bytes.count) != nil
  }

  /// Whether `text` stands somewhere in it.
  func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return true }
    var rest = bytes
    while let place = rest.firstIndex(of: first) {
      rest = rest[place...]
      if rest.starts(with: wanted) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// Whether it stands for a value that is not there.
  var isMissing: Bool {
    switch bytes.count {
    case 0: true
    case 1: bytes.first == UInt8(ascii: "?") || bytes.first == UInt8(ascii: "-")
    case 2...4: ["nan", "na", "n/a", "null", "none"].contains(text.lowercased())
    default: false
    }
  }

  /// Without the quotes around it.
  func unquoted() -> TraceField {
    let quote = UInt8(ascii: "\"")
    guard bytes.count >= 2, bytes.first == quote, bytes.last == quote else { return self }
    var field = self
    field.bytes = bytes.dropFirst().dropLast()
    return field
  }

  /// Without blanks and tabs at both ends.
  func trimmed() -> TraceField {
    var field = self
    while let byte = field.bytes.first, byte == 0x20 || byte == 0x09 { field.bytes.removeFirst() }
    while let byte = field.bytes.last, byte == 0x20 || byte == 0x09 { field.bytes.removeLast() }
    return field
  }

  /// The parts between `separator`s; always at least one.
  func split(at separator: UInt8) -> [TraceField] {
    bytes.split(separator: separator, omittingEmptySubsequences: false).map {
      TraceField(bytes: $0, line: line, lineStart: lineStart)
    }
  }

  /// The parts between blanks.
  func words() -> [TraceField] {
    bytes.split { $0 == 0x20 || $0 == 0x09 }.map {
      TraceField(bytes: $0, line: line, lineStart: lineStart)
    }
  }

  /// A decimal number without an exponent times 10^`places`, further decimals cut off; nothing for anything else.
  ///
  /// A number too large for 64 bits reads as the largest.
  func decimal(places: Int) -> Int64? {
    var rest = bytes[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    var (value, digits, decimals, hasPoint) = (Int64(0), 0, 0, false)
    for byte in rest {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
        continue
      }
      guard (0x30...0x39).contains(byte) else { return nil }
      digits += 1
      if hasPoint {
        if decimals == places { continue }
        decimals += 1
      }
      value = Self.shifted(value, adding: Int64(byte - 0x30))
    }
    if digits == 0 { return nil }
    while decimals < places {
      value = Self.shifted(value, adding: 0)
      decimals += 1
    }
    return isNegative ? -value : value
  }

  private static func shifted(_ value: Int64, adding digit: Int64) -> Int64 {
    let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, isTooLarge) = tenfold.addingReportingOverflow(digit)
    return overflow || isTooLarge ? .max : sum
  }

  /// A number, also with an exponent, or with a decimal comma unless that could as well separate thousands.
  func number() -> Double? {
    if let whole = decimal(places: 0), !contains(UInt8(ascii: ".")), abs(whole) < 1 << 53 {
      return Double(whole)
    }
    // `Double` also reads hexadecimal numbers, and words.
    guard bytes.count <= 64, bytes.allSatisfy(Self.isNumeric) else { return nil }
    var text = text
    if let comma = bytes.firstIndex(of: UInt8(ascii: ",")) {
      if bytes.endIndex - comma == 4 { return nil }
      text = text.replacing(",", with: ".", maxReplacements: 1)
    }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// Whether a byte can be part of a number.
  static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// An amount of memory in units of `unit` bytes as kB, rounded; nothing if the value is missing.
  func memory(_ column: String, unit: Double) throws(TraceFault) -> Int64? {
    if isMissing { return nil }
    guard let value = number() else {
      throw fault("\(column): expected a number, found \(quoted(text))")
    }
    if value < 0 { throw fault("\(column) is negative: \(quoted(text))") }
    let kilobytes = (value * unit / 1_024).rounded()
    if kilobytes > Double(TraceReader.kilobyteLimit) {
      throw fault("\(column) is beyond 2^40 kB: \(quoted(text))")
    }
    return Int64(kilobytes)
  }

  /// A count that only rises; nothing if the value is missing.
  func counter(_ column: String) throws(TraceFault) -> Int64? {
    if isMissing { return nil }
    if let whole = decimal(places: 0), !contains(UInt8(ascii: ".")), abs(whole) < 1 << 60 {
      return whole
    }
    guard let value = number(), abs(value) < 1e18 else {
      throw fault("\(column): expected a number, found \(quoted(text))")
    }
    return Int64(value)
  }

  /// The value of a column in kB, or of a counter as it is.
  func value(of quantity: TraceQuantity, _ column: String) throws(TraceFault) -> Int64? {
    try quantity.isCounter ? counter(column) : memory(column, unit: 1_024)
  }

  /// An amount of memory in kB, decimals cut off: 0 to 2^40.
  func kilobytes(of column: String) throws(TraceFault) -> Int64 {
    if isEmpty { throw fault("\(column) is empty") }
    guard let value = decimal(places: 0) else {
      throw fault("\(column): expected a number of kB, found \(quoted(text))")
    }
    if bytes.first == UInt8(ascii: "-") { throw fault("\(column) is negative: \(quoted(text))") }
    if value > TraceReader.kilobyteLimit {
      throw fault("\(column) is beyond 2^40 kB: \(quoted(text))")
    }
    return value
  }
}
