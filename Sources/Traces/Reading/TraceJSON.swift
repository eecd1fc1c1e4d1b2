/// Reads a JSON document where it lies, one value after another, and knows the line of each.
///
/// Numbers and strings are given as they stand in the file. What is skipped is only checked for its brackets.
struct TraceJSON {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  private var line = 1
  private var lineStart = 0
  private var depth = 0
  /// So deep may objects and arrays lie in each other where they are read.
  private static let depthLimit = 64

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// What is wrong at the place that is read.
  func fault(_ message: String) -> TraceFault {
    TraceFault(line: line, column: place - lineStart + 1, message: message)
  }

  /// Reads `{...}`; `body` gets each key and reads (or skips) its value.
  mutating func object(
    _ body: (inout TraceJSON, String) throws(TraceFault) -> Void
  ) throws(TraceFault) {
    try sequence(open: UInt8(ascii: "{"), close: UInt8(ascii: "}")) {
      (json: inout TraceJSON) throws(TraceFault) in
      let key = try json.string().text
      guard try json.next() == UInt8(ascii: ":") else { throw json.fault("expected ':'") }
      json.place += 1
      try body(&json, key)
    }
  }

  /// Reads `[...]`; `body` reads (or skips) each element.
  mutating func array(_ body: (inout TraceJSON) throws(TraceFault) -> Void) throws(TraceFault) {
    try sequence(open: UInt8(ascii: "["), close: UInt8(ascii: "]"), body)
  }

  /// Reads a string, without its quotes and with its escapes as they stand; or a number, true, false, null.
  mutating func scalar() throws(TraceFault) -> TraceField {
    switch try next() {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "{"), UInt8(ascii: "["): throw fault("expected a number or a string")
    default:
      let start = place
      while place < bytes.count, !Self.endsScalar(bytes[place]) { place += 1 }
      if start == place { throw fault("expected a value") }
      return field(start..<place)
    }
  }

  /// Passes over a value.
  mutating func skip() throws(TraceFault) {
    var depth = 0
    repeat {
      switch try next() {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { throw fault("expected a value") }
        depth -= 1
        place += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { throw fault("expected a value") }
        place += 1
      default: _ = try scalar()
      }
    } while depth > 0
  }

  /// Refuses anything but blanks at the end.
  mutating func end() throws(TraceFault) {
    passBlanks()
    if place < bytes.count { throw fault("more text after the end of the document") }
  }

  /// The place of the next value, for what is wrong with it.
  mutating func here() throws(TraceFault) -> TraceField {
    _ = try next()
    return field(place..<place)
  }

  private mutating func sequence(
    open: UInt8, close: UInt8, _ body: (inout TraceJSON) throws(TraceFault) -> Void
  ) throws(TraceFault) {
    guard try next() == open else { throw fault("expected '\(Unicode.Scalar(open))'") }
    if depth == Self.depthLimit { throw fault("too many brackets in each other") }
    depth += 1
    place += 1
    if try next() == close {
      depth -= 1
      place += 1
      return
    }
    while true {
      try body(&self)
      let byte = try next()
      guard byte == UInt8(ascii: ",") || byte == close else {
        throw fault("expected ',' or '\(Unicode.Scalar(close))'")
      }
      place += 1
      if byte == close { break }
    }
    depth -= 1
  }

  private mutating func string() throws(TraceFault) -> TraceField {
    guard try next() == UInt8(ascii: "\"") else { throw fault("expected a string") }
    let start = place + 1
    place = start
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      if bytes[place] < 0x20 { throw fault("a string without an end") }
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    if place >= bytes.count {
      place = bytes.count
      throw fault("the document ends in a string: it seems cut off")
    }
    place += 1
    return field(start..<(place - 1))
  }

  private func field(_ range: Range<Int>) -> TraceField {
    TraceField(bytes: bytes[range], line: line, lineStart: lineStart)
  }

  /// The next byte that is no blank.
  private mutating func next() throws(TraceFault) -> UInt8 {
    passBlanks()
    if place == bytes.count { throw fault("the document has no end: it seems cut off") }
    return bytes[place]
  }

  private mutating func passBlanks() {
    while place < bytes.count, bytes[place] <= 0x20 {
      place += 1
      if bytes[place - 1] == 0x0A { (line, lineStart) = (line + 1, place) }
    }
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    byte <= 0x20 || [0x22, 0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D].contains(byte)
  }
}

/// The bytes of a document that can only be read as a whole.
struct TraceDocument {
  private var bytes: [UInt8] = []
  /// The largest document, in bytes.
  private static let limit = 1 << 30

  /// Adds a line.
  mutating func append(_ line: TraceField) throws(TraceFault) {
    if bytes.count + line.bytes.count > Self.limit {
      throw line.fault("the document is larger than 1 GiB")
    }
    bytes += line.bytes
    bytes.append(0x0A)
  }

  /// Reads it with `body`, to its end, and forgets it.
  mutating func read(
    _ body: (inout TraceJSON) throws(TraceFault) -> Void
  ) throws(TraceFault) {
    let taken = bytes
    bytes = []
    try taken.withUnsafeBufferPointer { (buffer) throws(TraceFault) in
      var json = TraceJSON(buffer)
      try body(&json)
      try json.end()
    }
  }
}
