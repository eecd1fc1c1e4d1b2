import Testing

@testable import Reporting
@testable import Text

@Suite("A command that a database has is offered only if it makes runs and nothing else")
struct RecordedCommandTests {
  @Test(
    "What run and sweep write down is theirs, however its words are quoted",
    arguments: [
      ["balloonsim", "run", "a b.yaml", "--set", "x='1'"],
      ["balloonsim", "sweep", "$(id).yaml", "--name", "a\nb;"],
      ["balloonsim", "run", "\u{1B}[2J'\\.yaml", "--db", "über `x`.sqlite"],
    ])
  func ours(words: [String]) {
    #expect(RecordedCommand(shellCommand(words)).isOurs)
    #expect(wordsOfCommand(shellCommand(words)) == words)
  }

  @Test(
    "Anything else is not",
    arguments: [
      "touch X", "balloonsim", "balloonsimulator run x", "balloonsim trace record -- touch X",
      "balloonsim export 1 -o .profile", "balloonsim run x; touch X", "balloonsim run x\ntouch X",
      "balloonsim run $(touch X)",
      "balloonsim run `touch X`", "balloonsim run \"$(touch X)\"", "balloonsim run x > y",
      "balloonsim run 'x", "balloonsim run x#\u{0}",
      "balloonsim run $X", "balloonsim run ''\u{301}; touch X '", "balloonsim run $'x' & touch X",
      "balloonsim run $'\\'; touch X",
      "balloonsim run \u{202E}x", " balloonsim run x", "balloonsim run ~/x", "balloonsim run {a,b}",
      "balloonsim run *", "balloonsim run $'\\x41'", "balloonsim run $'\\777'",
      "balloonsim run $'\\000'",
    ])
  func others(command: String) {
    #expect(!RecordedCommand(command).isOurs)
    #expect(RecordedCommand.lines([command]).hasPrefix("# no command of balloonsim: "))
    #expect(!RecordedCommand.lines([command]).contains("\n"))
  }
}
