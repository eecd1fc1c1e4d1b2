/// A name of at most 16 ASCII letters, digits and underscores that takes no memory of its own: a row can be cleared and
/// filled without a reference being counted.
public struct ShortName: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The letters, the first one lowest; zeros follow.
  private let letters: SIMD2<UInt64>

  private init?(_ text: some Sequence<UInt8>) {
    var letters = SIMD2<UInt64>()
    var count = 0
    for byte in text {
      guard count < 16, (1..<128).contains(byte) else { return nil }
      letters[count / 8] |= UInt64(byte) << UInt64(8 * (count % 8))
      count += 1
    }
    self.letters = letters
  }

  /// A name; nil if it is too long or has other letters.
  public init?(_ text: String) { self.init(text.utf8) }

  /// A name of the program's own; one that is too long is an error of the program.
  public init(stringLiteral text: StaticString) {
    let name = Self(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    guard let name else { preconditionFailure("\(text) is no short name") }
    self = name
  }

  /// The name.
  public var text: String {
    let bytes = (0..<16).map { UInt8(truncatingIfNeeded: letters[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A division by zero, which ends a policy.
  public static let divideByZero: ShortName = "divide_by_zero"
}
