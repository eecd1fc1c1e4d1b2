/// Bytes that are put together and handed over in pieces.
///
/// Whoever appends single bytes or numbers makes room first, once for many of them.
struct LineBuffer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// How many bytes wait.
  private(set) var count = 0

  init() {
    capacity = 1 << 17
    start = .allocate(capacity: capacity)
  }

  deinit { start.deallocate() }

  /// Room that a number takes at most, with a separator: a sign and 19 digits, or a real number of 24 characters.
  static let roomOfNumber = 28

  /// Makes room for so many bytes more.
  mutating func reserve(_ more: Int) {
    guard capacity - count < more else { return }
    let larger = max(2 * capacity, count + more)
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    copy.initialize(from: start, count: count)
    start.deallocate()
    (start, capacity) = (copy, larger)
  }

  /// Appends a byte for which there is room.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    start[count] = byte
    count += 1
  }

  /// Appends bytes, making room.
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.baseAddress else { return }
    reserve(bytes.count)
    (start + count).initialize(from: first, count: bytes.count)
    count += bytes.count
  }

  /// Appends bytes, making room.
  mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

  /// Appends the UTF-8 of a text, making room.
  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Appends a whole number in decimal, for which there is room.
  @inline(__always)
  mutating func append(_ number: Int64) {
    var rest = number.magnitude
    if number < 0 { append(UInt8(ascii: "-")) }
    let digits = Self.digits(of: rest)
    var place = start + count + digits
    count += digits
    while rest >= 100 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      place -= 2
      Self.write(pair, to: place)
      rest = quotient
    }
    if rest >= 10 {
      Self.write(rest, to: place - 2)
    } else {
      (place - 1).pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }
  }

  /// Appends the shortest text of a real number that reads back equal; there is room.
  mutating func append(_ number: Double) {
    for byte in number.description.utf8 { append(byte) }
  }

  /// Hands everything over and is empty.
  mutating func flush(to sink: ([UInt8]) throws -> Void) throws {
    if count == 0 { return }
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    count = 0
    try sink(bytes)
  }

  /// Two digits at once.
  @inline(__always)
  private static func write(_ pair: UInt64, to place: UnsafeMutablePointer<UInt8>) {
    let (tens, ones) = ((pair * 103) >> 10, pair)
    place[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: tens)
    place[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: ones - 10 * tens)
  }

  @inline(__always)
  private static func digits(of number: UInt64) -> Int {
    var (digits, limit) = (1, UInt64(10))
    while number >= limit {
      digits += 1
      if digits == 20 { break }
      limit *= 10
    }
    return digits
  }
}
