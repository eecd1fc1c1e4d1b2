private import Foundation
public import Simulation
internal import Text

/// JSON written by hand where the order of keys and the exact text of numbers matter.
///
/// Source: RFC 8259.
public enum JSONText {
  /// A text in quotation marks, with what must be escaped, and what is not seen, so that it passes through a terminal.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: append(scalar, to: &result)
      }
    }
    return result + "\""
  }

  /// A text that is to be JSON, as a value on one line of other JSON; a text that is none is quoted.
  ///
  /// Columns of JSON in a database hold whatever somebody wrote into them.
  public static func embedded(_ text: String) -> String {
    guard isValid(text) else { return quoted(text) }
    var result = ""
    for scalar in text.unicodeScalars {
      // No string has these as they are: they stand between values.
      let isSpace = scalar == "\n" || scalar == "\r" || scalar == "\t"
      append(isSpace ? " " : scalar, to: &result)
    }
    return result
  }

  /// Whether a text is one value of JSON as it stands; Foundation would take a mark of byte order and UTF-16 too.
  private static func isValid(_ text: String) -> Bool {
    guard text.unicodeScalars.first != "\u{FEFF}", !text.utf8.contains(0) else { return false }
    let value = try? JSONSerialization.jsonObject(
      with: Data(text.utf8), options: .fragmentsAllowed)
    return value != nil
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    guard scalar.isUnseen else { return result.unicodeScalars.append(scalar) }
    let digits = String(scalar.value, radix: 16)
    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// A number, the shortest text that reads back equal; `null` for infinities and NaN, which JSON lacks.
  public static func number(_ value: Double) -> String {
    value.isFinite ? "\(value == 0 ? 0 : value)" : "null"
  }

  /// An object whose members keep their order.
  public static func object(_ members: [(key: String, value: EventRecord.Value)]) -> String {
    let texts = members.map { key, value in
      switch value {
      case .number(let number): "\(quoted(key)):\(number)"
      case .text(let text): "\(quoted(key)):\(quoted(text))"
      }
    }
    return "{\(texts.joined(separator: ","))}"
  }

  /// An array of texts.
  public static func array(_ texts: [String]) -> String {
    "[\(texts.map(quoted).joined(separator: ","))]"
  }
}
