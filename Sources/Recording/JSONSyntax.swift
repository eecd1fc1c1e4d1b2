/// Whether bytes are JSON.
///
/// Source: RFC 8259.
struct JSONSyntax<Bytes: Sequence> where Bytes.Element == UInt8 {
  /// More levels are refused, here as by most who would read it.
  private static var depthLimit: Int { 200 }
  private var rest: Bytes.Iterator
  /// The byte at hand; nothing behind the last one.
  private var next: UInt8?

  /// Whether UTF-8 is one value of JSON, with nothing but space around it.
  static func isValid(_ bytes: Bytes) -> Bool {
    var syntax = Self(rest: bytes.makeIterator())
    syntax.advance()
    guard syntax.takeValue(depth: 0) else { return false }
    syntax.skipSpace()
    return syntax.next == nil
  }

  private init(rest: Bytes.Iterator) { self.rest = rest }

  private mutating func advance() { next = rest.next() }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { advance() }
  }

  /// Takes a sign if it is the next.
  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: sign) else { return false }
    advance()
    return true
  }

  private mutating func takeValue(depth: Int) -> Bool {
    guard depth < Self.depthLimit else { return false }
    skipSpace()
    switch next.map(Unicode.Scalar.init) {
    case "{":
      return takeList(endingWith: "}") { syntax in
        syntax.skipSpace()
        guard syntax.takeString() else { return false }
        syntax.skipSpace()
        return syntax.take(":") && syntax.takeValue(depth: depth + 1)
      }
    case "[": return takeList(endingWith: "]") { $0.takeValue(depth: depth + 1) }
    case "\"": return takeString()
    case "t": return takeWord("true")
    case "f": return takeWord("false")
    case "n": return takeWord("null")
    default: return takeNumber()
    }
  }

  private mutating func takeList(
    endingWith end: Unicode.Scalar, _ takeItem: (inout Self) -> Bool
  ) -> Bool {
    advance()
    skipSpace()
    if take(end) { return true }
    while takeItem(&self) {
      skipSpace()
      if take(end) { return true }
      guard take(",") else { return false }
    }
    return false
  }

  private mutating func takeWord(_ word: String) -> Bool {
    word.unicodeScalars.allSatisfy { take($0) }
  }

  private mutating func takeString() -> Bool {
    guard take("\"") else { return false }
    while let byte = next, byte >= 0x20 {
      advance()
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\"), !takeEscape() { return false }
    }
    return false
  }

  private mutating func takeEscape() -> Bool {
    if take("u") {
      for _ in 0..<4 {
        guard let byte = next, Character(Unicode.Scalar(byte)).isHexDigit else { return false }
        advance()
      }
      return true
    }
    guard let byte = next, "\"\\/bfnrt".utf8.contains(byte) else { return false }
    advance()
    return true
  }

  private mutating func takeNumber() -> Bool {
    _ = take("-")
    if !take("0"), !takeDigits() { return false }
    if take("."), !takeDigits() { return false }
    guard take("e") || take("E") else { return true }
    if !take("+") { _ = take("-") }
    return takeDigits()
  }

  private mutating func takeDigits() -> Bool {
    var hasOne = false
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      hasOne = true
      advance()
    }
    return hasOne
  }
}
