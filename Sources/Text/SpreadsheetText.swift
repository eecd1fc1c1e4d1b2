/// What a spreadsheet would take for a formula, and how it is kept from that.
///
/// A text that begins with `=`, `+`, `-`, `@` (also in their full width), a tab or an end of line gets an apostrophe in front,
/// unless it is a number. So does a text that begins with an apostrophe: whoever takes one apostrophe away from every text that
/// begins with one has the texts as they were.
///
/// Source: OWASP, "CSV Injection".
public enum SpreadsheetText {
  /// Whether a text gets an apostrophe in front.
  public static func needsApostrophe(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch text.first {
    case UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "'"), 0x09, 0x0A, 0x0D: true
    case UInt8(ascii: "+"), UInt8(ascii: "-"): !isNumber(text)
    case 0xEF: fullWidth.contains { text.starts(with: $0) }
    default: false
    }
  }

  /// `＋`, `－`, `＝` and `＠`.
  private static let fullWidth: [[UInt8]] = ["＋", "－", "＝", "＠"].map { Array($0.utf8) }

  private static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let isPlain = text.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.eE".utf8.contains($0)
    }
    return isPlain && Double(String(decoding: text, as: UTF8.self)) != nil
  }
}
