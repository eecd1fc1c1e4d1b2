import Foundation
import Testing

@Suite("With little of anything a command works or says what is missing", .timeLimit(.minutes(10)))
struct ProcessLimitTests {
  let workplace: Workplace
  /// One of each kind of command that opens files, or starts threads or gnuplot.
  static let commands = [
    "run small.yaml --db new.sqlite", "scenario check small.yaml",
    "sweep small.yaml --vary seed=1..4 --jobs 3 --record metrics --db new.sqlite",
    "search small.yaml --find selfballoon_interval in 1..2 --such-that 'oom_kills == 0' --db new.sqlite",
    "plot 1 -o new.svg --db a.sqlite", "plot 1 --terminal --db a.sqlite",
    "report 1 -o new.html --db a.sqlite", "report --sweep last -o new.html --db a.sqlite",
    "export 1 -o new.csv --db a.sqlite", "trace info demand.csv",
    "trace resample demand.csv --every 1s -o new.csv", "runs --db a.sqlite",
    "db check --db a.sqlite", "db merge new.sqlite a.sqlite",
  ]

  init() throws { workplace = try Workplace() }

  /// A database with a run and a sweep in `a.sqlite`.
  private func makeDatabase() async throws {
    for command in ["run small.yaml", "sweep small.yaml --vary seed=1..3"] {
      try await workplace.shell("exec balloonsim \(command) --quiet --db a.sqlite").expect(0)
    }
  }

  @Test(
    "Files, and addresses",
    arguments: [
      ("ulimit -n 10", "20 files must be open at once, and ulimit -n allows fewer"),
      ("ulimit -v 160000", "128.0 MiB of addresses are needed, and ulimit leaves "),
    ])
  func tooLittle(limit: String, sentence: String) async throws {
    try await makeDatabase()

    for command in Self.commands {
      let outcome = try await workplace.shell("\(limit); exec balloonsim \(command)")
      outcome.expect(73)
      #expect(outcome.output == "", "\(command)")
      #expect(outcome.errors.hasPrefix("balloonsim: \(sentence)"), "\(command): \(outcome)")
    }
    try await workplace.shell("\(limit); exec balloonsim --version").expect(0)
  }

  @Test("Just enough is enough", arguments: ["ulimit -n 26", "ulimit -v 400000"])
  func justEnough(limit: String) async throws {
    try await makeDatabase()

    for command in Self.commands {
      let outcome = try await workplace.shell(
        "rm -f new.*; \(limit); exec balloonsim \(command)")
      // A search that finds no threshold ends with 1.
      #expect(
        !outcome.isKilled && outcome.code == (command.hasPrefix("search") ? 1 : 0),
        "\(command): \(outcome)")
    }
  }

  @Test("Nothing needs a folder for temporary files", arguments: ["/nowhere", "/dev/null", ""])
  func noTemporaryFolder(folder: String) async throws {
    try await makeDatabase()

    for command in Self.commands where !command.hasPrefix("search") {
      let outcome = try await workplace.shell(
        "rm -f new.*; export TMPDIR='\(folder)'; exec balloonsim \(command)")
      #expect(!outcome.isKilled && outcome.code == 0, "\(command): \(outcome)")
    }
  }

  @Test(
    "An output on a full disk, and on one that may only be read", .enabled(if: Namespace.isThere))
  func noRoom() async throws {
    try await makeDatabase()
    let outcome = try await workplace.shell(
      Namespace.script(
        """
        commands() {
          balloonsim plot 1 -o disk/x.svg --db a.sqlite; echo $?
          balloonsim report 1 -o disk/x.html --db a.sqlite; echo $?
          balloonsim trace resample demand.csv --every 1ms -o disk/x.csv --quiet; echo $?
          balloonsim trace generate walk --step 100ms -o disk/y.csv --quiet; echo $?
          balloonsim run small.yaml --db disk/new.sqlite; echo $?
          balloonsim sweep small.yaml --vary seed=1,2 --db disk/new.sqlite --quiet; echo $?
        }
        head -c 100M /dev/zero > disk/full 2> /dev/null
        commands
        mount -o remount,ro disk
        commands
        """))

    #expect(
      outcome.lines == Array(repeating: "74", count: 6) + Array(repeating: "73", count: 6),
      "\(outcome)")
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("balloonsim: disk/") }, "\(outcome)")
    #expect(lines.count >= 12)
  }

  @Test("gnuplot that cannot work is no fault of the program, and its message is told")
  func gnuplotFails() async throws {
    try await makeDatabase()
    try workplace.write("#!/bin/sh\necho out of memory >&2\nexit 127\n", to: "gnuplot")
    try workplace.write("#!/bin/sh\nkill -9 $$\n", to: "killed")

    let failed = try await workplace.shell(
      "chmod +x gnuplot; PATH=\"$PWD:$PATH\" exec balloonsim plot 1 -o new.svg --db a.sqlite")
    let killed = try await workplace.shell(
      "mv killed gnuplot; chmod +x gnuplot; PATH=\"$PWD:$PATH\" exec balloonsim plot 1 -o new.svg --db a.sqlite"
    )

    failed.expect(73, saying: "gnuplot: out of memory")
    killed.expect(73, saying: "gnuplot: ended by signal 9")
    #expect(!FileManager.default.fileExists(atPath: workplace.path("new.svg")))
  }
}
