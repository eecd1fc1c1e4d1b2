public import Experiments

/// JSON written by hand where the order of keys and the exact text of numbers matter.
///
/// Source: RFC 8259.
public enum JSONText {
  /// A text in quotation marks, with what must be escaped.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
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
