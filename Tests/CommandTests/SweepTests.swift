import Foundation
import GRDB
import Testing

@Suite("Sweeps", .timeLimit(.minutes(10)))
struct SweepTests {
  let workplace: Workplace
  private static let axes = [
    "--vary", "selfballoon_downhysteresis=1,2,4,8", "--vary", "selfballoon_interval=1,5",
  ]

  init() throws { workplace = try Workplace() }

  private func sweep(_ more: [String], db: String = "a.sqlite") throws -> RunningProgram {
    try workplace.start(["sweep", "small.yaml", "--db", db] + Self.axes + more)
  }

  @Test(
    "A sweep is made once: the same command again computes nothing, a larger one only what is missing"
  )
  func reuse() async throws {
    let first = try await sweep(["--jobs", "2"]).outcome()
    let again = try await sweep(["--resume"]).outcome()
    let more = try await sweep(["--repeat", "2"]).outcome()

    first.expect(0)
    again.expect(0)
    more.expect(0)
    #expect(first.output.contains("8 computed, 0 reused, 0 failed"))
    #expect(again.output.contains("0 computed, 8 reused, 0 failed"))
    #expect(more.output.contains("8 computed, 8 reused, 0 failed"))
    let list = try await workplace.run("sweeps", "--json", "--db", "a.sqlite")
    let sweeps = try #require(try list.json() as? [[String: Any]])
    #expect(sweeps.map { $0["finished_runs"] as? Int } == [8, 16])
  }

  @Test("The table has a row a run: place, seed, status, fingerprint, parameters and figures")
  func tidyTable() async throws {
    try await sweep(["--record", "metrics", "--repeat", "2"]).outcome().expect(0)

    let csv = try await workplace.run("export", "--sweep", "last", "--db", "a.sqlite")
    let json = try await workplace.run(
      "export", "--sweep", "1", "--format", "json", "--db", "a.sqlite")
    let page = try await workplace.run("show", "--sweep", "last", "--db", "a.sqlite")

    #expect(csv.lines.count == 17)
    #expect(csv.lines[0].hasPrefix("point,repetition,run_id,seed,status,fingerprint,guests.one."))
    #expect(csv.lines[0].contains(",one.stall,"))
    let rows = try #require(try json.json() as? [[String: Any]])
    #expect(rows.map { $0["seed"] as? Int } == Array(repeating: [3, 4], count: 8).flatMap { $0 })
    #expect(rows.allSatisfy { $0["status"] as? String == "finished" })
    let alone = try await workplace.run(
      "run", "small.yaml", "--set", "selfballoon_downhysteresis=8", "--set",
      "selfballoon_interval=5", "--json", "--no-record")
    let run = try #require((try alone.json() as? [[String: Any]])?.first)
    #expect(run["fingerprint"] as? String == rows[14]["fingerprint"] as? String)
    #expect(page.output.contains("runs:     16 planned, 16 finished, 0 failed, 0 missing"))
  }

  @Test("A dry run lists the points, what is recorded and what the rest costs, and makes nothing")
  func dryRun() async throws {
    let before = try await sweep(["--dry-run"]).outcome()
    let isThere = FileManager.default.fileExists(atPath: workplace.path("a.sqlite"))
    try await workplace.run(
      "run", "small.yaml", "--db", "a.sqlite", "--set", "selfballoon_downhysteresis=2", "--set",
      "selfballoon_interval=1"
    ).expect(0)
    let after = try await sweep(["--dry-run", "--json"]).outcome()

    before.expect(0)
    #expect(!isThere)
    #expect(before.output.contains("8 points, 1 seed: 8 runs, 0 recorded, 8 to be made"))
    #expect(before.output.contains("unknown, since no run of this scenario is recorded"))
    let forecast = try #require(try after.json() as? [String: Any])
    #expect(forecast["missing"] as? Int == 7)
    #expect(try #require(forecast["seconds"] as? Double) > 0)
    #expect(try #require(forecast["bytes"] as? Int) > 7 * 20 * 100)
  }

  @Test("A dry run of a share tells of its own points alone")
  func dryRunOfShare() async throws {
    let before = try await sweep(["--dry-run", "--shard", "1/4"]).outcome()
    try await sweep(["--shard", "1/4"]).outcome().expect(0)
    let after = try await sweep(["--dry-run", "--shard", "1/4", "--json"]).outcome()

    before.expect(0)
    #expect(
      before.output.contains(
        "8 points, 1 seed: 8 runs in all, 2 in this share, 0 recorded, 2 to be made"))
    #expect(before.lines.count { $0.hasSuffix("0 of 1") } == 2)
    let forecast = try #require(try after.json() as? [String: Any])
    #expect(forecast["runs"] as? Int == 2 && forecast["missing"] as? Int == 0)
    #expect((forecast["points"] as? [Any])?.count == 2)
  }

  @Test("Points whose recorded runs took longest are begun first")
  func longestFirst() async throws {
    func sweep(_ more: [String]) async throws -> Outcome {
      try await workplace.start(
        [
          "sweep", "small.yaml", "--db", "a.sqlite", "--jobs", "1", "--record", "metrics", "--vary",
          "selfballoon_downhysteresis=1,2,4",
        ] + more
      ).outcome()
    }
    try await sweep([]).expect(0)
    let queue = try DatabaseQueue(path: workplace.path("a.sqlite"))
    try await queue.write { db in
      // 2, 6 and 4 seconds.
      try db.execute(
        sql: """
          UPDATE runs SET started_at = '2026-01-01T00:00:00.000Z',
            finished_at = '2026-01-01T00:00:0' || CASE id WHEN 1 THEN 2 WHEN 2 THEN 6 ELSE 4 END || '.000Z'
          """)
    }
    try queue.close()

    let outcome = try await sweep(["--repeat", "2"])

    outcome.expect(0)
    #expect(outcome.output.contains("3 computed, 3 reused"))
    let runs = try await workplace.run(
      "export", "--sweep", "last", "--db", "a.sqlite", "--format", "json")
    let rows = try #require(try runs.json() as? [[String: Any]])
    #expect(
      rows.map { $0["run_id"] as? Int } == [1, 6, 2, 4, 3, 5], "4, 5, 6 are points 2, 3 and 1")
  }

  @Test(
    "On a terminal a bar shows rate, remaining time, finished, reused and failed, however narrow it is",
    .enabled(if: OutputTests.hasTerminal), arguments: [40, 80])
  func progressBar(columns: Int) async throws {
    let outcome = try await workplace.interrupted(
      columns: columns,
      """
      balloonsim sweep small.yaml --duration 20000h --vary selfballoon_interval=1,5 \
      --record metrics --db a.sqlite
      """, afterDrawing: "failed")

    let drawn = outcome.output.split(separator: "\r").filter { $0.hasSuffix("failed\u{1B}[K") }
      .map { $0.replacing("\u{1B}[K", with: "") }
    #expect(!drawn.isEmpty, "\(outcome)")
    #expect(drawn.allSatisfy { $0.count < columns })
    let pattern = /^(\[[.]+\] )?0\/2 +0\.0( runs)?\/s,? - s left;? 0 reused,? 0 failed$/
    #expect(drawn.allSatisfy { $0.wholeMatch(of: pattern) != nil }, "\(drawn.first ?? "")")
    #expect(drawn.allSatisfy { $0.hasPrefix("[") == (columns == 80) })
    // The sentence is in lines as wide as the terminal.
    let sentence = outcome.output.replacing("\r\n", with: " ")
    #expect(sentence.contains("0 computed, 0 reused, 0 failed, 2 missing"))
  }

  @Test(
    "On a narrow terminal nothing is wider than it is, but what is to be pasted",
    .enabled(if: OutputTests.hasTerminal))
  func narrowTerminal() async throws {
    try await sweep(["--record", "metrics", "--repeat", "2"]).outcome().expect(0)

    for command in [
      "advise --sweep 1", "sensitivity --sweep 1 --metric memory", "show --sweep 1", "sweeps",
      "sweep small.yaml --vary selfballoon_interval=1,5 --dry-run",
      "search small.yaml --find selfballoon_interval in 1..9 --such-that 'memory < 30MiB' --quiet",
      "trace generate like demand.csv -o like.csv",
    ] {
      let outcome = try await workplace.shell(
        "export BALLOONSIM_DB=a.sqlite; script -qc \"stty cols 40; balloonsim \(command)\" /dev/null </dev/null"
      )
      let lines = outcome.output.split(whereSeparator: \.isNewline)
      #expect(lines.count > 4, "\(command): \(outcome)")
      for line in lines where !line.hasPrefix("echo ") && !line.hasPrefix("command: ") {
        #expect(line.count <= 40, "\(command)")
      }
    }
  }

  @Test("A trace is swept like a scenario")
  func trace() async throws {
    let outcome = try await workplace.run(
      "sweep", "demand.csv", "--db", "a.sqlite", "--set", "guests.memory=64MiB", "--record",
      "metrics", "--vary", "selfballoon_interval=1,5")

    outcome.expect(0)
    #expect(outcome.output.contains("2 computed, 0 reused, 0 failed"))
  }

  @Test("More than 2 GiB is warned of")
  func warning() async throws {
    let outcome = try await sweep(["--dry-run", "--duration", "20000h"]).outcome()

    outcome.expect(0)
    #expect(outcome.errors.contains("warning: about "))
    #expect(outcome.errors.contains("--record every:60s, worker or metrics keeps less"))
  }

  @Test(
    "A run that cannot be made fails with its reason, the others are made, and the exit code is 1")
  func failedRun() async throws {
    let outcome = try await workplace.run(
      "sweep", "small.yaml", "--db", "a.sqlite", "--vary",
      "guests.boot=tmem,tmem.selfballooning=7", "--vary", "selfballoon_interval=1,5")

    outcome.expect(1)
    #expect(outcome.output.contains("2 computed, 0 reused, 2 failed"))
    #expect(outcome.errors.contains("the kernel takes 0 or 1 for tmem.selfballooning, not '7'"))
    let runs = try await workplace.run("runs", "--status", "failed", "--json", "--db", "a.sqlite")
    #expect((try runs.json() as? [[String: Any]])?.count == 2)
  }

  @Test("Wrong options and files end with one sentence and the documented code")
  func wrongInput() async throws {
    let nothing = try await workplace.run("sweep", "small.yaml")
    let path = try await workplace.run("sweep", "small.yaml", "--vary", "guests.memry=1GiB")
    let resume = try await sweep(["--resume"]).outcome()
    let unknown = try await workplace.run("sweep", "nothing.yaml", "--vary", "tick=1s")
    try workplace.write(Workplace.small + "sweep: { vary: 1 }\n", to: "wrong.yaml")
    let section = try await workplace.run("sweep", "wrong.yaml")

    nothing.expect(
      64,
      saying:
        "sweep: nothing varies: give --vary PATH=VALUES, --repeat N, or a 'sweep' section in the scenario"
    )
    path.expect(64)
    #expect(path.errors.hasPrefix("balloonsim: --vary 'guests.memry=1GiB': guests.one: unknown"))
    resume.expect(64, saying: "no such sweep was begun in a.sqlite; leave out --resume to begin it")
    unknown.expect(66, saying: "nothing.yaml: No such file or directory")
    section.expect(
      65,
      saying:
        "wrong.yaml:14:16: sweep.vary: expected a mapping of parameters to values, found '1'")
  }

  @Test("Ctrl-C ends a sweep in order; the same command goes on")
  func interruption() async throws {
    let long = ["--duration", "500h"]
    let program = try sweep(long)
    try await waitForRun(in: "a.sqlite")
    program.send(SIGINT)
    let outcome = try await program.outcome()

    outcome.expect(130)
    #expect(outcome.errors.contains("missing; the same command goes on"))
    let list = try await workplace.run("runs", "--json", "--db", "a.sqlite")
    let states = (try list.json() as? [[String: Any]])?.map { $0["status"] as? String }
    #expect(try #require(states).allSatisfy { $0 == "interrupted" || $0 == "finished" })
    try await sweep([]).outcome().expect(0)
  }

  @Test(
    "A check of the program that fails in a run ends that run with a message, and the others are made"
  )
  func stoppedRun() async throws {
    let options = ["--duration", "20min", "--jobs", "2"]
    let program = try sweep(options)
    try await waitForRun(in: "a.sqlite")
    try await Task.sleep(for: .milliseconds(200))
    try program.sendToWorker(SIGILL)
    let outcome = try await program.outcome()

    outcome.expect(1)
    #expect(outcome.output.contains(", 1 failed"), "\(outcome)")
    #expect(outcome.errors.contains("a check failed and stopped it (signal \(SIGILL))"))
    let list = try await workplace.run("runs", "--json", "--db", "a.sqlite")
    let runs = try #require(try list.json() as? [[String: Any]])
    let states = Dictionary(grouping: runs) { $0["status"] as? String ?? "" }.mapValues(\.count)
    #expect(states["finished"] == 7 && states["failed"] == 1 && states["running"] == nil)

    // Another time nothing stops it.
    let again = try await sweep(options).outcome()
    again.expect(0)
    #expect(again.output.contains("1 computed, 7 reused, 0 failed"))
  }

  /// Waits until others see a run of the sweep.
  private func waitForRun(in db: String) async throws {
    while true {
      let list = try await workplace.run("runs", "--json", "--db", db)
      if list.code == 0, list.output.contains("\"status\"") { return }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// A sweep of four short runs, most of whose time the program takes to start.
  private func short(_ more: [String], db: String) throws -> RunningProgram {
    try workplace.start(
      [
        "sweep", "small.yaml", "--db", db, "--duration", "12s", "--vary",
        "selfballoon_downhysteresis=1,4", "--repeat", "2",
      ] + more)
  }

  @Test("A sweep that is killed at fifty instants ends with the table of an undisturbed one")
  func kills() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    try await short([], db: "whole.sqlite").outcome().expect(0)
    var whole = clock.now - start
    let expected = try await workplace.sweepTable("whole.sqlite")
    #expect(expected.count == 5)

    var kills = 0
    var round = 0
    while kills < 50 {
      round += 1
      let db = "round-\(round).sqlite"
      var isWhole = false
      // Towards the end little is left to be killed, so a round has so many kills and then goes to its end.
      for _ in 0..<10 where kills < 50 && !isWhole {
        let begun = clock.now
        let program = try short(round.isMultiple(of: 2) ? ["--jobs", "1"] : [], db: db)
        try await Task.sleep(for: whole * Double.random(in: 0...0.6))
        program.send(SIGKILL)
        let outcome = try await program.outcome()
        if outcome.isKilled {
          kills += 1
        } else {
          // The machine is less busy than it was.
          isWhole = true
          whole = min(whole, (clock.now - begun) * 0.7)
        }
      }
      try await short([], db: db).outcome().expect(0)
      let found = try await workplace.sweepTable(db)
      #expect(
        found == expected, "\(Set(found).symmetricDifference(expected).map { $0.prefix(200) })")
      let check = try await workplace.run("db", "check", "--db", db)
      #expect(check.code == 0, "\(check.output)")
    }
  }
}
