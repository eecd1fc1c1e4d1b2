import Foundation
import GRDB
import Testing

@Suite("A database in use by several processes, and processes that die", .timeLimit(.minutes(5)))
struct SharedDatabaseTests {
  let workplace: Workplace
  /// A run that no test waits for.
  static let endless = ["run", "small.yaml", "--duration", "20000h", "--db", "a.sqlite"]

  init() throws { workplace = try Workplace() }

  private func runs() async throws -> [[String: Any]] {
    let outcome = try await workplace.run("runs", "--json", "--db", "a.sqlite")
    outcome.expect(0)
    return try outcome.json() as? [[String: Any]] ?? []
  }

  private func states() async throws -> [String] {
    try await runs().map { $0["status"] as? String ?? "" }
  }

  /// How many ticks of a run others can see; nothing before the run itself is seen.
  private func ticks(of run: Int) throws -> Int? {
    let path = workplace.path("a.sqlite")
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    return try DatabaseQueue(path: path, configuration: configuration).read { db in
      let known = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master")
      guard known.contains("runs"),
        try Int.fetchOne(db, sql: "SELECT id FROM runs WHERE id = ?", arguments: [run]) != nil
      else { return nil }
      return try Int.fetchOne(
        db, sql: "SELECT count(*) FROM ticks WHERE run_id = ?", arguments: [run])
    }
  }

  /// Waits until others see the run with at least so many ticks.
  private func wait(for run: Int, ticks count: Int, of program: RunningProgram) async throws {
    while program.isRunning {
      if let ticks = try ticks(of: run), ticks >= count { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it ended too early")
  }

  @Test("Processes that write to one database take turns")
  func writersTakeTurns() async throws {
    let programs = try (1...4).map { seed in
      try workplace.start(
        ["run", "small.yaml", "--duration", "10min", "--seed", "\(seed)", "--db", "a.sqlite"])
    }
    for program in programs { try await program.outcome().expect(0) }

    #expect(try await states() == Array(repeating: "finished", count: 4))
    let seeds = try await runs().compactMap { $0["seed"] as? Int }
    #expect(seeds.sorted() == [1, 2, 3, 4])
    try await workplace.run("db", "check", "--db", "a.sqlite").expect(0)
  }

  @Test("A reader sees a run while it is written; Ctrl-C keeps what there is and says so")
  func interrupted() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    let program = try workplace.start(Self.endless)
    try await wait(for: 2, ticks: 1, of: program)

    #expect(try await states() == ["finished", "running"])
    let export = try await workplace.run("export", "2", "--db", "a.sqlite", "--every", "10s")
    program.send(SIGINT)
    let outcome = try await program.outcome()

    export.expect(0)
    #expect(export.lines.count > 1)
    outcome.expect(130, saying: "interrupted; what was finished is kept")
    #expect(try await states() == ["finished", "interrupted"])
    let run = try #require(try await runs().last)
    #expect(run["finished_at"] is String)
    #expect(run["simulated_ns"] as? Int ?? 0 > 0)
    let check = try await workplace.run("db", "check", "--db", "a.sqlite")
    #expect(check.output == "a.sqlite: 2 runs, all sound\n")
  }

  @Test("SIGTERM ends a run like Ctrl-C, one that is not recorded too")
  func terminated() async throws {
    let program = try workplace.start(
      ["run", "small.yaml", "--duration", "20000h", "--no-record", "--quiet"])
    try await Task.sleep(for: .milliseconds(500))

    program.send(SIGTERM)

    try await program.outcome().expect(130, saying: "interrupted; what was finished is kept")
  }

  @Test(
    "A process killed at any instant leaves a sound database and its earlier runs",
    arguments: [nil, 0, 1, 1_000, 5_000])
  func killed(ticks: Int?) async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    let before = try await workplace.run("export", "1", "--db", "a.sqlite")
    let program = try workplace.start(Self.endless)
    if let ticks { try await wait(for: 2, ticks: ticks, of: program) }

    program.send(SIGKILL)
    let outcome = try await program.outcome()

    #expect(outcome.isKilled && outcome.code == SIGKILL)
    let check = try await workplace.run("db", "check", "--db", "a.sqlite")
    check.expect(0)
    let later = try await states()
    #expect(
      later == (ticks != nil || later.count == 2 ? ["finished", "interrupted"] : ["finished"]))
    if ticks != nil { #expect(check.lines.first == "died before their end: 2") }
    let after = try await workplace.run("export", "1", "--db", "a.sqlite")
    #expect(after.output == before.output)
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    #expect(try await states().last == "finished")
  }

  @Test("A process killed while it makes the database leaves one that can be used")
  func killedEarly() async throws {
    for delay in [1, 5, 10, 20, 30, 45, 60] {
      let program = try workplace.start(Self.endless)
      try await Task.sleep(for: .milliseconds(delay))
      program.send(SIGKILL)
      _ = try await program.outcome()

      try await workplace.run("run", "small.yaml", "--duration", "1s", "--db", "a.sqlite").expect(0)
      try await workplace.run("db", "check", "--db", "a.sqlite").expect(0)
    }
    #expect(try await states().count { $0 == "finished" } == 7)
  }

  @Test("A database that stays locked is busy; reading it goes on")
  func locked() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let queue = try DatabaseQueue(path: workplace.path("a.sqlite"), configuration: configuration)
    try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }

    let start = ContinuousClock.now
    let outcome = try await workplace.run(
      "run", "small.yaml", "--db", "a.sqlite", environment: ["BALLOONSIM_BUSY_TIMEOUT": "300ms"])
    let waited = ContinuousClock.now - start
    #expect(try await states() == ["finished"])
    let patient = try workplace.start(["run", "small.yaml", "--db", "a.sqlite"])
    try await Task.sleep(for: .milliseconds(300))
    try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }

    outcome.expect(75, saying: "a.sqlite: another process has been writing to it for 300ms")
    #expect(waited >= .milliseconds(300))
    try await patient.outcome().expect(0)
    #expect(try await states() == ["finished", "finished"])
  }

  @Test("A wait that cannot be understood is refused", arguments: ["10", "0s", "2h", "soon"])
  func wrongWait(text: String) async throws {
    let outcome = try await workplace.run("runs", environment: ["BALLOONSIM_BUSY_TIMEOUT": text])

    outcome.expect(
      64, saying: "BALLOONSIM_BUSY_TIMEOUT takes a time from 1ms to 1h, not '\(text)'")
  }
}
