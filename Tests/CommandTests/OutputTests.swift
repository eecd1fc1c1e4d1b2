import Foundation
import Testing

@Suite("What is printed, and where", .timeLimit(.minutes(5)))
struct OutputTests {
  let workplace: Workplace
  static let hasTerminal = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  init() throws { workplace = try Workplace() }

  @Test("Data goes to standard output, messages to standard error, --quiet is silent there")
  func streams() async throws {
    let run = try await workplace.run("run", "small.yaml")
    let quiet = try await workplace.run("run", "small.yaml", "--quiet")
    let verbose = try await workplace.run("run", "small.yaml", "--verbose")

    run.expect(0)
    #expect(run.lines[0].split(separator: " ") == ["guest", "metric", "unit", "small"])
    #expect(run.lines.contains { $0.split(separator: " ").prefix(2) == ["one", "accesses"] })
    #expect(run.errors.hasPrefix("run 1, fingerprint "))
    #expect(run.errors.hasSuffix(", recorded in Results/balloonsim.sqlite\n"))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(quiet.output == run.output)
    #expect(quiet.errors == "")
    #expect(verbose.output == run.output)
    #expect(verbose.errors.split(separator: "\n").count == 2)
    let check = try await workplace.run("scenario", "check", "small.yaml", "--quiet")
    #expect(check.output + check.errors == "")
  }

  @Test("Through a pipe there are no control codes and no progress bar")
  func noControlCodes() async throws {
    let run = try await workplace.run("run", "small.yaml", "--baseline", "--duration", "30min")

    for command in ["runs", "show last", "show 1 2", "inspect small.yaml", "--help"] {
      let outcome = try await workplace.start(command.split(separator: " ").map(String.init))
        .outcome()
      for text in [outcome.output, outcome.errors, run.output, run.errors] {
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(command)")
      }
    }
  }

  @Test("Every --json is JSON and nothing else")
  func json() async throws {
    try workplace.write(Workplace.small.replacing("20s", with: "20"), to: "bad.yaml")
    let vectors = try RepositoryFile.read("Tests/ValidationTests/Vectors/init.jsonl")
    try workplace.write(vectors, to: "init.jsonl")

    let run = try await workplace.run("run", "small.yaml", "--baseline", "--json", "--quiet")
    let reports = try #require(try run.json() as? [[String: Any]])
    #expect(reports.map { $0["run"] as? Int } == [1, 2])
    #expect(reports.allSatisfy { ($0["fingerprint"] as? String)?.count == 16 })
    for (command, code) in [
      ("run small.yaml --no-record", 0), ("runs", 0), ("show 1", 0), ("show 1 2", 0),
      ("export 1", 0), ("export 1 --table worker", 0), ("export 1 --table events", 0),
      ("export 1 --table metrics", 0), ("export 1 --table host_ticks", 0),
      ("inspect small.yaml", 0), ("scenario check small.yaml", 0),
      ("scenario check bad.yaml", 65), ("trace info demand.csv", 0),
      ("validate driver init.jsonl", 0), ("db check", 0), ("watch 1", 0), ("sweeps", 0),
      ("scenario new", 0), ("why 2 --at 10s", 0), ("compare 1 2", 0), ("trace formats", 0),
      ("trace import demand.csv -o a.csv", 0), ("trace slice demand.csv --from 1s -o b.csv", 0),
      ("trace generate like demand.csv -o c.csv", 0), ("trace record --duration 50ms -o d.csv", 0),
      ("plot 1 -o x.gp", 0), ("db prune --status failed", 0),
      ("db merge m.sqlite Results/balloonsim.sqlite", 0),
    ] {
      // What prints nothing but its data knows no --quiet.
      let quiet = command == "scenario new" ? [] : ["--quiet"]
      let words = command.split(separator: " ").map(String.init) + ["--json"] + quiet
      let outcome = try await workplace.start(words).outcome()
      outcome.expect(Int32(code))
      #expect(throws: Never.self, "\(command): \(outcome)") { try outcome.json() }
      #expect(outcome.errors == "", "\(command)")
    }
  }

  @Test("The command that `show` names repeats the run, whatever the scenario is called")
  func repeatable() async throws {
    let odd = "it's \"größer\" $HOME.yaml"
    try workplace.write(Workplace.small, to: odd)
    let first = try await workplace.run(
      "run", odd, "--json", "--seed", "9", "--set", "guests.swappiness=30", "--duration", "15s")
    first.expect(0)
    let show = try await workplace.run("show", "last", "--json")
    let command = try #require((try show.json() as? [String: Any])?["command"] as? String)

    let again = try await workplace.shell(command + " --json")

    again.expect(0)
    let prints = try [first, again].map { outcome in
      try #require((try outcome.json() as? [[String: Any]])?.first?["fingerprint"] as? String)
    }
    #expect(prints[0] == prints[1])
  }

  @Test("Several runs are shown guest after guest, one unit a line")
  func sideBySide() async throws {
    try await workplace.run("run", "small.yaml", "--baseline").expect(0)

    let show = try await workplace.run("show", "1", "2")

    show.expect(0)
    let guests = show.lines.dropFirst(2).map { $0.prefix { $0 != " " } }
    let first = try #require(guests.firstIndex(of: "host"))
    #expect(guests[..<first].allSatisfy { $0 == "one" })
    #expect(guests[first...].allSatisfy { $0 == "host" })
    // In a static guest nothing is swapped out: no time is nothing in seconds, not in nanoseconds.
    #expect(
      show.lines.contains {
        $0.split(separator: " ").prefix(5).elementsEqual(["one", "stall_swap", "s", "0.0", "0.0"])
      })
  }

  @Test(
    "On a terminal tables are as wide as it is", .enabled(if: hasTerminal),
    arguments: [40, 60, 80])
  func terminalWidth(columns: Int) async throws {
    try await workplace.run("run", "small.yaml", "--baseline").expect(0)

    for command in [
      "runs", "show 1", "show 1 2", "trace info demand.csv", "inspect small.yaml", "watch 1",
      "compare 1 2", "db check", "trace formats",
    ] {
      let outcome = try await workplace.shell(
        """
        script -qec "stty cols \(columns); balloonsim \(command)" /dev/null < /dev/null
        """)
      outcome.expect(0)
      // A slow machine shows its progress meanwhile, in lines that a control code ends.
      let text = outcome.output.replacing("\u{1B}[K", with: "")
      #expect(!text.contains("\u{1B}"))
      let longest = text.split(whereSeparator: \.isNewline).map(\.count).max() ?? 0
      #expect((25...columns).contains(longest), "\(command)")
    }
  }

  @Test(
    "What a sweep suggests is as wide as the terminal, and a shell still takes it",
    .enabled(if: hasTerminal))
  func suggestionWidth() async throws {
    let outcome = try await workplace.shell(
      """
      script -qec "stty cols 40; balloonsim sweep small.yaml --vary selfballoon_interval=1,5 \
      --record metrics" /dev/null < /dev/null
      """)

    outcome.expect(0)
    let text = outcome.output.replacing("\r\n", with: "\n")
    // The bar of a slow machine stands in lines of its own, which a control code ends.
    let lines = text.split(whereSeparator: \.isNewline).map { $0.replacing("\u{1B}[K", with: "") }
    #expect(lines.allSatisfy { $0.count <= 40 }, "\(text)")
    let advice = try #require(text.firstRange(of: "  balloonsim advise"))
    let again = try await workplace.shell(String(text[advice.lowerBound...]))
    again.expect(0)
    #expect(try workplace.read("sweep.csv").hasPrefix("point,"))
  }

  @Test(
    "A terminal that takes no control codes gets none but carriage returns",
    .enabled(if: hasTerminal))
  func dumbTerminal() async throws {
    let outcome = try await workplace.interrupted(
      columns: 60, "balloonsim run small.yaml --duration 20000h --no-record",
      afterDrawing: "small 0%", environment: "TERM=dumb")

    #expect(outcome.output.contains("\rsmall 0%"), "\(outcome)")
    #expect(
      outcome.output.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\r" || $0 == "\n" })
    // What was drawn is covered before the sentence comes.
    #expect(
      outcome.output.contains("\r\(String(repeating: " ", count: 59))\rballoonsim: interrupted"))
  }

  @Test(
    "On a terminal a bar shows the progress and goes away, and it has no colours",
    .enabled(if: hasTerminal), arguments: ["", "NO_COLOR=1"])
  func progressBar(environment: String) async throws {
    let outcome = try await workplace.interrupted(
      columns: 60, "balloonsim run small.yaml --duration 20000h --no-record",
      afterDrawing: "small 0%", environment: environment)

    let form = /\rsmall 0%  [0-9,]+ s, [0-9]+\.[0-9] MiB, [0-9,]+ s\/s(, [0-9,]+ s left)?\u{1B}/
    #expect(outcome.output.contains(form), "\(outcome)")
    #expect(outcome.output.contains("\r\u{1B}[K"))
    #expect(!outcome.output.contains("\u{1B}[3"))
    #expect(outcome.output.contains("balloonsim: interrupted; what was finished is kept"))
    let drawn = outcome.output.split(separator: "\r").filter { $0.hasPrefix("small 0%") }
    #expect(!drawn.isEmpty)
    #expect(drawn.allSatisfy { $0.replacing("\u{1B}[K", with: "").count < 60 })
  }
}
