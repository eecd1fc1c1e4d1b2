internal import Mustache
internal import Text

/// A text of anybody between the tags of a page and in attributes of theirs.
///
/// The template's own way takes characters as people see them: it passes over a `<` that a mark belongs to. A browser reads
/// code point after code point.
struct MarkupText: MustacheContentType {
  /// The name by which templates ask for it.
  static let name = "MARKUP"

  func escapeText(_ text: String) -> String {
    var markup = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": markup += "&amp;".unicodeScalars
      case "<": markup += "&lt;".unicodeScalars
      case ">": markup += "&gt;".unicodeScalars
      case "\"": markup += "&quot;".unicodeScalars
      case "'": markup += "&#39;".unicodeScalars
      case "\n", "\t": markup.append(scalar)
      default: markup.append(scalar.isUnseen ? "\u{FFFD}" : scalar)
      }
    }
    return String(markup)
  }
}
