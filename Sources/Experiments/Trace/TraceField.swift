/// A part of a line of a trace: bytes, and where they stand. Valid while the file's bytes are.
struct TraceField {
  /// The bytes.
  var bytes: UnsafeBufferPointer<UInt8>.SubSequence
  /// The line, counted from 1.
  var line: Int
  /// Where the line begins in the file.
  var lineStart: Int

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

  func contains(_ byte: UInt8) -> Bool { bytes.contains(byte) }

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

/// The lines of a trace, without their ends; a byte-order mark at the start is skipped.
struct TraceLines {
  private let buffer: UnsafeBufferPointer<UInt8>
  private var position: Int
  private var line = 0

  /// The lines of `buffer`.
  init(_ buffer: UnsafeBufferPointer<UInt8>) {
    self.buffer = buffer
    position = buffer.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next line; nothing at the end.
  mutating func next() -> TraceField? {
    if position >= buffer.count { return nil }
    line += 1
    let start = position
    let end = buffer[start...].firstIndex(of: 0x0A) ?? buffer.count
    position = end + 1
    let hasReturn = end > start && buffer[end - 1] == 0x0D
    return TraceField(
      bytes: buffer[start..<(hasReturn ? end - 1 : end)], line: line, lineStart: start)
  }
}
