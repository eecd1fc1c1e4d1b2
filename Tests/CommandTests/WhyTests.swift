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
