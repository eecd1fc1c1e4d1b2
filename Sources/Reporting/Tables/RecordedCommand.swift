internal import Text

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
      && wordsOfCommand(command) != nil
  }

  /// What a page offers to be copied.
  static func lines(_ commands: [String]) -> String {
    commands.map { command in
      let recorded = RecordedCommand(command)
      return recorded.isOurs ? recorded.text : "# no command of balloonsim: \(recorded.text)"
    }.joined(separator: "\n")
  }
}
