import Testing

@testable import Traces

/// The hash of traces, runs and sweeps.
@Suite("SHA-256")
struct SHA256Tests {
  /// NIST, "Examples with Intermediate Values", SHA-256, and what `sha256sum` says of the others.
  static let known: [(text: String, digits: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test("Known texts have their known hashes")
  func knownTexts() {
    for (text, digits) in Self.known { #expect(SHA256.digits(of: text.utf8) == digits) }
    #expect(SHA256.digits(of: Array("abc".utf8)) == Self.known[1].digits)
    #expect(SHA256.digits(of: Array("xabc".utf8).lazy.dropFirst()) == Self.known[1].digits)
  }

  @Test("Pieces of every size give the hash of the whole, empty ones included")
  func pieces() {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 131) }
    let whole = SHA256.digits(of: bytes)

    for size in 1...130 {
      let hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        hash.update(UnsafeRawBufferPointer(start: nil, count: 0))
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes(hash.update)
      }
      #expect(hash.digits == whole, "pieces of \(size)")
    }
  }

  @Test("The hash so far can be asked for again and again")
  func soFar() {
    let hash = SHA256()
    #expect(hash.digits == Self.known[0].digits)

    Array("ab".utf8).withUnsafeBytes(hash.update)
    #expect(hash.digits == hash.digits)
    Array("c".utf8).withUnsafeBytes(hash.update)

    #expect(hash.digits == Self.known[1].digits)
  }
}
