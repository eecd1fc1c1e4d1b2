private import Foundation

extension JSON {
  /// The value as text: no blanks, and no line ends but between the elements of `lines`.
  ///
  /// A number is the shortest text that reads back equal. Strings have what is not seen as `\u`, so that they pass through a
  /// terminal.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += "\(value)"
    case .number(let value): text += value.isFinite ? "\(value == 0 ? 0 : value)" : "null"
    case .string(let value): Self.quote(value, into: &text)
    case .recorded(let recorded):
      if Self.isValid(recorded) {
        Self.embed(recorded, into: &text)
      } else {
        Self.quote(recorded, into: &text)
      }
    case .array(let elements):
      text += "["
      Self.write(elements, to: &text, between: ",") { $0.write(to: &$1) }
      text += "]"
    case .lines(let elements):
      text += elements.isEmpty ? "[" : "[\n"
      Self.write(elements, to: &text, between: ",\n") { $0.write(to: &$1) }
      text += elements.isEmpty ? "]" : "\n]"
    case .object(let members):
      text += "{"
      Self.write(members, to: &text, between: ",") {
        Self.quote($0.name, into: &$1)
        $1 += ":"
        $0.value.write(to: &$1)
      }
      text += "}"
    }
  }

  private static func write<Part>(
    _ parts: [Part], to text: inout String, between separator: String,
    with write: (Part, inout String) -> Void
  ) {
    for (index, part) in parts.enumerated() {
      if index > 0 { text += separator }
      write(part, &text)
    }
  }

  private static func quote(_ string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default: append(scalar, to: &text)
      }
    }
    text += "\""
  }

  /// Recorded JSON on one line.
  private static func embed(_ recorded: String, into text: inout String) {
    for scalar in recorded.unicodeScalars {
      // No string has these as they are: they stand between values.
      let isSpace = scalar == "\n" || scalar == "\r" || scalar == "\t"
      append(isSpace ? " " : scalar, to: &text)
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    guard scalar.isUnseen else { return text.unicodeScalars.append(scalar) }
    let digits = String(scalar.value, radix: 16)
    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// Whether a text is one value of JSON as it stands; Foundation would take a mark of byte order and UTF-16 too.
  private static func isValid(_ text: String) -> Bool {
    guard text.unicodeScalars.first != "\u{FEFF}", !text.utf8.contains(0) else { return false }
    let value = try? JSONSerialization.jsonObject(
      with: Data(text.utf8), options: .fragmentsAllowed)
    return value != nil
  }
}
