import Foundation
import Testing

/// One text in which there is everything that something takes for more than a text.
enum HostileText {
  /// The file that is there when a part of the text was carried out.
  static let canary = "CANARY"
  /// A line of the text. It is nowhere a line of its own but in data.
  static let ownLine = "A-LINE-OF-ITS-OWN"
  /// The text. It is as long as a program may put somewhere where there is little room.
  static let text =
    [
      "=x", "!touch CANARY", ownLine,
      "\r'\"`touch CANARY`$(touch CANARY);touch CANARY;|touch CANARY&",
      "'; touch CANARY; '", "\"; touch CANARY; \"", "\\'; touch CANARY; \\\"; touch CANARY #",
      "'\u{301}; touch CANARY; '",
      "<script>alert(1)</script><\u{301}script>\u{600}<script>alert(2)</script>",
      "</title></pre></script><!-- ]]> --> &lt;script&gt; &#60;script&#62; <img src=x onerror=alert(3)>",
      "\u{1B}[2J\u{1B}]0;title\u{7}\u{9B}31m\u{7F}\u{85}\u{202E}\u{2066}\u{2028}\u{2029}",
      "TASK", "MERGE", "END", "EOF", "'); DROP TABLE runs; --", "{{text}}{{{text}}}", "%s%n%d%%",
      "{\"a\":[",
      ".so /etc/passwd", "+1", "-1", "@SUM(1)", "a,b;c\td", "‘’“”«»„", "\u{FFFE}", "$'\\n'", "#",
      "end",
    ].joined(separator: "\n") + String(repeating: " long", count: 100)
  /// What of it can be the name of a file; at most 255 bytes.
  static let fileName =
    "!touch CANARY\nA-LINE-OF-ITS-OWN\r'\"`touch CANARY`$(touch CANARY);touch CANARY;#<script>\\'\u{1B}[2J\u{9B}1m\u{202E} TASK\nTASK\n%s"

  /// A text as YAML and JSON have it between double quotes, every sign as its number.
  static func escaped(_ text: String) -> String {
    let units = text.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"\(units.joined())\""
  }

  /// Expects of a command that it ended well or with a sentence, and that the text did nothing on its way to a terminal.
  ///
  /// - Parameter isData: Whether standard output is a file for other programs, in which the text stands as it is.
  static func expectNothing(
    of outcome: Outcome, _ command: [String], in workplace: Workplace, isData: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let name = command.map { $0.prefix(30) }.joined(separator: " ")
    let codes: Set<Int32> = [0, 1, 64, 65, 66, 73]
    #expect(
      !outcome.isKilled && codes.contains(outcome.code), "\(name): \(outcome)",
      sourceLocation: sourceLocation)
    expectNoCanary(of: name, in: workplace, sourceLocation: sourceLocation)
    for text in [isData ? "" : outcome.output, outcome.errors] {
      let raw = text.unicodeScalars.first { scalar in
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
      }
      #expect(raw == nil, "\(name): \(raw?.value ?? 0) in \(text)", sourceLocation: sourceLocation)
      #expect(
        !text.split(separator: "\n").contains { $0.trimmingPrefix(" ").hasPrefix(ownLine) },
        "\(name): \(text)", sourceLocation: sourceLocation)
    }
  }

  /// Expects that no part of the text was carried out.
  static func expectNoCanary(
    of name: String, in workplace: Workplace, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      !FileManager.default.fileExists(atPath: workplace.path(canary)), "\(name) ran the text",
      sourceLocation: sourceLocation)
  }
}
