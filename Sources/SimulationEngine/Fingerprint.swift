/// A running 64-bit hash over whole numbers, equal on every launch and in every build.
///
/// It tells whether two runs took the same course; it is no defence against anybody.
public struct Fingerprint: Hashable, Sendable {
  @usableFromInline var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of everything combined so far.
  @inlinable public var value: UInt64 { state }

  /// The hash of nothing.
  public init() {}

  /// Mixes `word` in; the order of calls matters. Costs two multiplications.
  @inlinable
  public mutating func combine(_ word: UInt64) {
    var z = (state ^ word) &* 0x9FB2_1C65_1E98_DF25
    z ^= z &>> 32
    state = (z &* 0xD6E8_FEB8_6659_FD93) ^ (z &>> 29)
  }

  /// Mixes a signed number in by its bit pattern.
  @inlinable
  public mutating func combine(_ number: Int64) { combine(UInt64(bitPattern: number)) }

  /// The hash as 16 hexadecimal digits.
  public var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
