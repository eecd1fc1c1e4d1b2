/// A deterministic stream of random numbers that belongs to one purpose.
///
/// Streams of different purposes are independent: a new draw in one place does not move the numbers
/// of another. The generator is splitmix64, the one that the recorded kernel experiments used, so that
/// their accesses can be replayed bit by bit.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct RandomStream: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// The bare generator, started at `state`, as the recorded experiments start theirs.
  @inlinable
  public init(state: UInt64) { self.state = state }

  /// The stream of `purpose` in a run with `seed`; a different purpose gives an unrelated stream.
  public init(seed: UInt64, purpose: String) {
    state = Self.mix(0xCBF2_9CE4_8422_2325, seed)
    for byte in purpose.utf8 { state = Self.mix(state, UInt64(byte)) }
  }

  /// A hash of its own, so that what a run draws stays when the fingerprint is made otherwise.
  private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
    var z = (state ^ word) &* 0x9FB2_1C65_1E98_DF25
    z ^= z &>> 32
    return (z &* 0xD6E8_FEB8_6659_FD93) ^ (z &>> 29)
  }

  /// 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// A number in [0, 1) with 53 random bits.
  @inlinable
  public mutating func unit() -> Double { Double(next() &>> 11) * 0x1p-53 }

  /// A number in `0 ..< bound` by remainder, as the recorded experiments draw it.
  ///
  /// The bias is below `bound / 2^64`: nothing for page counts.
  @inlinable
  public mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
