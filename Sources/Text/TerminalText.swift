/// Texts of anybody on a terminal, and on paper: what is no letter does nothing there.
public enum TerminalText {
  /// A text on one line. Ends of lines and tabs are written as `\n`, `\r` and `\t`, other characters that are not seen as
  /// U+FFFD, so that a name can be neither a command nor a line of its own.
  public static func line(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.isUnseen) else { return text }
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": line += "\\n".unicodeScalars
      case "\r": line += "\\r".unicodeScalars
      case "\t": line += "\\t".unicodeScalars
      default: line.append(scalar.isUnseen ? "\u{FFFD}" : scalar)
      }
    }
    return String(line)
  }

  /// Several lines, in which line feed and tab stay; other characters that are not seen become U+FFFD.
  public static func lines(_ text: String) -> String {
    func isCommand(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isUnseen && scalar != "\n" && scalar != "\t"
    }
    guard text.unicodeScalars.contains(where: isCommand) else { return text }
    var lines = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { lines.append(isCommand(scalar) ? "\u{FFFD}" : scalar) }
    return String(lines)
  }
}
