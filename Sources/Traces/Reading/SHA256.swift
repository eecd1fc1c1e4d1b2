internal import CGcrypt

/// The SHA-256 of bytes that come in pieces.
///
/// Source: FIPS 180-4; computed by Debian's libgcrypt, which uses the processor's instructions for it where there are some.
public final class SHA256 {
  private let state: gcry_md_hd_t

  /// The hash of no bytes.
  init() {
    precondition(
      Self.isReady, "libgcrypt is older than \(GCRYPT_VERSION), with which the program was built")
    var opened: gcry_md_hd_t?
    let error = gcry_md_open(&opened, Int32(GCRY_MD_SHA256.rawValue), 0)
    guard let opened else { preconditionFailure("gcry_md_open: \(error)") }
    state = opened
  }

  private init(copyOf other: SHA256) {
    var copy: gcry_md_hd_t?
    let error = gcry_md_copy(&copy, other.state)
    guard let copy else { preconditionFailure("gcry_md_copy: \(error)") }
    state = copy
  }

  deinit { gcry_md_close(state) }

  private static let isReady = gcrypt_make_ready()

  /// Takes in the bytes that follow.
  func update(_ bytes: UnsafeRawBufferPointer) {
    gcry_md_write(state, bytes.baseAddress, bytes.count)
  }

  /// The hash of all bytes taken in so far, 64 hexadecimal digits; more may follow.
  var digits: String {
    // Reading ends the library's own state.
    let copy = SHA256(copyOf: self)
    return withExtendedLifetime(copy) {
      let hash = UnsafeRawBufferPointer(start: gcry_md_read(copy.state, 0), count: 32)
      let letters = Array("0123456789abcdef".utf8)
      return String(
        decoding: hash.flatMap { [letters[Int($0 >> 4)], letters[Int($0 & 15)]] }, as: UTF8.self)
    }
  }

  /// The hash of `bytes`, 64 hexadecimal digits.
  public static func digits(of bytes: some Collection<UInt8>) -> String {
    let hash = SHA256()
    if bytes.withContiguousStorageIfAvailable({ hash.update(UnsafeRawBufferPointer($0)) }) == nil {
      Array(bytes).withUnsafeBytes(hash.update)
    }
    return hash.digits
  }
}
