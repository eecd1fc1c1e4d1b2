import Foundation
import GRDB
import Testing

@Suite("why", .timeLimit(.minutes(5)))
struct WhyTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test("A moment is explained in sentences and as JSON, the worst one with its minute before")
  func explains() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    let text = try await workplace.run("why", "last", "--at", "12s", "--db", "a.sqlite")
    let json = try await workplace.run("why", "1", "--at", "12s", "--json", "--db", "a.sqlite")
    let worst = try await workplace.run("why", "last", "--worst", "--db", "a.sqlite")

    text.expect(0)
    #expect(text.output.contains("one, run ") && text.output.contains("The goal, in pages: "))
    let object = try #require(try json.json() as? [String: Any])
    let decision = try #require(object["decision"] as? [String: Any])
    let sum = ["committed_pages", "totalreserve_pages", "reserved_pages", "frontswap_pages"].reduce(
      0
    ) { $0 + (decision[$1] as? Int ?? 0) }
    #expect(decision["goal_pages"] as? Int == sum)
    worst.expect(0)
    #expect(worst.output.contains("The minute before:"))
  }

  @Test(
    "Before a kill the table has the last ticks of the database, and the kill is told once, in words"
  )
  func killedByABurst() async throws {
    try workplace.write(
      try RepositoryFile.read("Scenarios/burst-without-reserve.yaml"), to: "burst.yaml")
    try await workplace.run("run", "burst.yaml", "--baseline", "--db", "a.sqlite").expect(0)
    let worst = try await workplace.run("why", "2", "--worst", "--db", "a.sqlite")
    let fixed = try await workplace.run("why", "1", "--at", "100s", "--db", "a.sqlite")
    let database = try DatabaseQueue(path: workplace.path("a.sqlite"))
    let (kill, ticks) = try database.read { db in
      let kill =
        try Int64.fetchOne(
          db, sql: "SELECT time_ns FROM events WHERE run_id = 2 AND kind = 'oom_kill'") ?? 0
      let sql = """
        SELECT printf('%.1f s', time_ns / 1e9), printf('%.1f MiB', committed_pages / 256.0),
          printf('%.1f MiB', free_pages / 256.0)
        FROM ticks WHERE run_id = 2 AND time_ns <= ? ORDER BY id DESC LIMIT 5
        """
      return (kill, try Row.fetchAll(db, sql: sql, arguments: [kill]))
    }

    worst.expect(0)
    #expect(kill > 0 && ticks.count == 5)
    for tick in ticks {
      let texts: [String] = [tick[0], tick[1], tick[2]]
      #expect(
        worst.lines.contains { line in
          line.hasPrefix(texts[0]) && texts.allSatisfy { line.contains($0) }
        }, "\(texts) in \(worst.output)")
    }
    #expect(worst.output.ranges(of: "a process was killed: 100.0 MiB committed").count == 1)
    #expect(!worst.output.contains("{"))
    fixed.expect(0)
    #expect(fixed.output.hasPrefix("burst has no worker (controller: none): its memory is fixed"))
  }

  /// A guest of 512 MiB whose demand jumps by 200 MiB at some time.
  private func burst(at time: String, rate: String) throws {
    try workplace.write(
      """
      name: burst
      duration: 6min
      guests:
        - name: g
          memory: 512MiB
          committed:
            points:
              - { at: 0s, committed: 100MiB, touched: 60MiB }
              - { at: \(time), committed: 300MiB, touched: 260MiB }
          anon: { touch_rate: \(rate) }
          tunables: { selfballoon_reserved_mb: 10 }
      """, to: "jump.yaml")
  }

  // Runs 59 and 60 of the worker are at 59 and 60 times 5.12 s, 302.08 and 307.2 s.
  @Test("A kill is explained by the decision before it, with what was missing")
  func decisionBefore() async throws {
    try burst(at: "304s", rate: "50000/s")
    try await workplace.run("run", "jump.yaml", "--db", "a.sqlite").expect(0)
    let between = try await workplace.run("why", "1", "--worst", "--try", "0s", "--db", "a.sqlite")
    let asJSON = try await workplace.run(
      "why", "1", "--worst", "--try", "0s", "--json", "--db", "a.sqlite")
    // A worker that runs at the very instant of a kill finds a guest whose process is dead.
    try await DatabaseQueue(path: workplace.path("a.sqlite")).write { db in
      try db.execute(sql: "UPDATE events SET time_ns = 307200000000 WHERE kind = 'oom_kill'")
    }
    let atOnce = try await workplace.run(
      "why", "1", "--worst", "--try", "0s", "--json", "--db", "a.sqlite")
    let atTime = try await workplace.run(
      "why", "1", "--at", "307200ms", "--try", "0s", "--json", "--db", "a.sqlite")

    let story = try #require(try asJSON.json() as? [String: Any])
    let decision = try #require(story["decision"] as? [String: Any])
    let missing = try #require(story["missing"] as? [String: Any])
    #expect(decision["time_ns"] as? Int == 302_080_000_000)
    #expect(missing["next_run_ns"] as? Int == 307_200_000_000)
    // Goal and RAM moved by the jump alone: 200 MiB less what the guest was above its goal before.
    let gap = try #require(decision["gap_pages"] as? Int)
    let lacking = try #require(missing["missing_pages"] as? Int)
    #expect((51_200 - gap...51_200).contains(lacking))
    #expect(atTime.output == atOnce.output)
    let later = try #require(try atOnce.json() as? [String: Any])
    #expect((later["decision"] as? [String: Any])?["time_ns"] as? Int == 302_080_000_000)
    #expect((later["missing"] as? [String: Any])?["next_run_ns"] as? Int == 307_200_000_000)
    between.expect(0)
    #expect(between.output.contains("300.0 MiB (76,800 pages) were committed"))
    #expect(between.output.contains("later, at 307.2 s."))
    #expect(!between.output.contains("What would have prevented it"))
  }

  @Test("What would have prevented a kill is found by trying, as commands that do prevent it")
  func prevention() async throws {
    try burst(at: "304s", rate: "50000/s")
    try await workplace.run("run", "jump.yaml", "--record", "worker", "--db", "my runs.sqlite")
      .expect(0)
    let why = try await workplace.run(
      "why", "1", "--worst", "--try", "10min", "--db", "my runs.sqlite")
    let lines = why.output.replacing(" \\\n    ", with: " ").split(separator: "\n").map(String.init)
    let commands = lines.filter { $0.hasPrefix("  balloonsim run ") }

    why.expect(0)
    #expect(why.output.contains("controller=none, no ballooning at all, would."))
    let reserve = try #require(lines.first { $0.hasPrefix("selfballoon_reserved_mb=") })
    let numbers = reserve.split { !$0.isNumber }.compactMap { Int($0) }
    #expect(numbers.count == 2 && numbers[0] == numbers[1] + 1)
    #expect(commands.count >= 3)
    for command in commands {
      #expect(command.hasSuffix("--db 'my runs.sqlite'"))
      let run = try await workplace.shell(command + " --quiet")
      run.expect(0)
      #expect(!run.output.contains("KILLED"), "\(command)")
    }
    let short = try await workplace.run(
      "run", "jump.yaml", "--set", "selfballoon_reserved_mb=\(numbers[1])", "--quiet", "--no-record"
    )
    #expect(short.output.contains("KILLED"))
  }

  @Test("A guest that is too small without ballooning needs memory, one with a target a higher one")
  func otherPreventions() async throws {
    try burst(at: "304s", rate: "unlimited")
    let small = try await workplace.run(
      "run", "jump.yaml", "--set", "guests.memory=200MiB", "--db", "a.sqlite")
    small.expect(0)
    let memory = try await workplace.run(
      "why", "1", "--worst", "--try", "10min", "--db", "a.sqlite")
    try workplace.write(
      """
      name: target
      duration: 2min
      guests:
        - name: vm
          memory: 256MiB
          kernel: "6.18"
          balloon: { model: virtio }
          committed:
            points:
              - { at: 0s, committed: 60MiB, touched: 50MiB }
              - { at: 60s, committed: 180MiB, touched: 170MiB }
      events:
        - { at: 10s, balloon_target: 160MiB }
      """, to: "target.yaml")
    try await workplace.run("run", "target.yaml", "--db", "a.sqlite").expect(0)
    let target = try await workplace.run(
      "why", "2", "--worst", "--try", "10min", "--db", "a.sqlite")
    // Another scenario than that of the run is not tried.
    try await workplace.run("run", "target.yaml", "--set", "guests.vcpus=2", "--db", "a.sqlite")
      .expect(0)
    try await DatabaseQueue(path: workplace.path("a.sqlite")).write { db in
      try db.execute(sql: "UPDATE runs SET scenario_yaml = 'name: [' WHERE id = 3")
    }
    let unreadable = try await workplace.run("why", "3", "--worst", "--db", "a.sqlite")

    #expect(memory.output.contains("controller=none would not: the guest's memory is too small"))
    #expect(memory.output.contains("MiB without ballooning would; "))
    #expect(target.output.contains("\nevents.0.balloon_target="))
    #expect(target.output.contains("were free at the tick before."))
    unreadable.expect(0)
    #expect(
      unreadable.output.contains(
        "was not tried: its scenario and traces cannot be read from this folder."))
  }

  @Test("What cannot be explained is said in one sentence")
  func wrongInput() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_interval=2", "--record", "metrics", "--db",
      "a.sqlite"
    ).expect(0)

    for (arguments, code, text): ([String], Int32, String) in [
      (["1"], 64, "give --at or --worst"),
      (["1", "--at", "1h"], 64, "--at: run 1 ended at 20.0 s"),
      (["1", "--at", "1s", "--guest", "two"], 64, "run 1 has no guest 'two': one"),
      (["1", "--by", "oom"], 1, "run 1: no process was killed"),
      (["2", "--at", "1s"], 64, "of run 2 figures alone are kept"),
      (["999", "--at", "1s"], 64, "999"),
    ] {
      let outcome = try await workplace.start(["why"] + arguments + ["--db", "a.sqlite"]).outcome()
      outcome.expect(code)
      #expect(outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
    }
  }
}
