/// A running 64-bit hash over whole numbers, equal on every launch and in every build.
///
/// It tells whether two runs took the same course; it is no defence against anybody.
public struct Fingerprint: Hashable, Sendable {
  @usableFromInline var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of everything combined so far.
  @inlinable public var value: UInt64 { state }

  /// The hash of nothing.
  public init() {}

  /// Mixes `word` in; the order of calls matters. Costs one multiplication.
  ///
  /// Each step is a bijection of the state and of the word, so that one word that differs is never lost by itself.
  @inlinable
  public mutating func combine(_ word: UInt64) {
    let z = (state ^ word) &* 0x9FB2_1C65_1E98_DF25
    state = z ^ (z &>> 32)
  }

  /// Mixes four words in as one, each weighted with an odd number of its own; costs little more than one.
  @inlinable
  public mutating func combine(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
    combine(
      a &* 0x9E37_79B9_7F4A_7C15 &+ b &* 0xC2B2_AE3D_27D4_EB4F &+ c &* 0x1656_67B1_9E37_79F9
        &+ d &* 0x27D4_EB2F_1656_67C5)
  }

  /// Mixes a signed number in by its bit pattern.
  @inlinable
  public mutating func combine(_ number: Int64) { combine(UInt64(bitPattern: number)) }

  /// Mixes a text in by its UTF-8 bytes, eight at a time.
  public mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      func word(endingAt end: Int) -> UInt64 {
        UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self))
      }
      for end in stride(from: 8, through: raw.count, by: 8) { combine(word(endingAt: end)) }
      // The last bytes once more with the count, so that no text is the beginning of another.
      let last = raw.count < 8 ? raw.reduce(0) { $0 &<< 8 | UInt64($1) } : word(endingAt: raw.count)
      combine(last &<< 8 ^ UInt64(raw.count))
    }
  }

  /// The hash as 16 hexadecimal digits.
  public var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
