internal import Experiments

/// A command line as a database has it, which may be anybody's.
struct RecordedCommand {
  /// What is recorded, on one line.
  let text: String
  /// Whether it does nothing but make runs again: `balloonsim run` or `balloonsim sweep`, and words none of which a shell
  /// would take for more. Other commands of ours write files, or start programs.
  let isOurs: Bool

  init(_ command: String) {
    text = TerminalText.line(command)
    isOurs =
      ["balloonsim run ", "balloonsim sweep "].contains { command.hasPrefix($0) }
      && Self.isOfWords(command)
  }

  /// What a page offers to be copied.
  static func lines(_ commands: [String]) -> String {
    commands.map { command in
      let recorded = RecordedCommand(command)
      return recorded.isOurs ? recorded.text : "# no command of balloonsim: \(recorded.text)"
    }.joined(separator: "\n")
  }

  /// Whether a shell takes a line apart into words and does nothing else with it.
  private static func isOfWords(_ line: String) -> Bool {
    enum Place { case outside, single, dollar }
    var place = Place.outside
    var scalars = line.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      if scalar.isUnseen { return false }
      switch (place, scalar) {
      case (.outside, "'"): place = .single
      // An escaped sign is itself; the only one that our own quotes need is `'`.
      case (.outside, "\\"): if scalars.next() != "'" { return false }
      case (.outside, "$"):
        if scalars.next() != "'" { return false }
        place = .dollar
      case (.outside, _): if !isPlain(scalar) { return false }
      case (.single, "'"), (.dollar, "'"): place = .outside
      case (.dollar, "\\"): if scalars.next() == nil { return false }
      case (.single, _), (.dollar, _): break
      }
    }
    return place == .outside
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || " -_./=:,+@%".unicodeScalars.contains(scalar))
  }
}
