import Foundation
import GRDB
import Testing

@Suite("A command over a database that is killed can be given again", .timeLimit(.minutes(5)))
struct KilledDatabaseCommandTests {
  let workplace: Workplace
  private static let kills = 12
  private static let sweep = [
    "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1..8", "--quiet", "--db",
  ]

  init() throws { workplace = try Workplace() }

  /// Removes a database with its log and puts a copy of another in its place.
  private func reset(_ name: String, to source: String? = nil) throws {
    let manager = FileManager.default
    for file in [name, name + "-wal", name + "-shm"]
    where manager.fileExists(atPath: workplace.path(file)) {
      try manager.removeItem(atPath: workplace.path(file))
    }
    if let source {
      try manager.copyItem(atPath: workplace.path(source), toPath: workplace.path(name))
    }
  }

  /// Carries a command out as often as it is to be killed, each time from the same beginning and for longer.
  ///
  /// Calls `body` after every kill; the time that the command takes is measured first.
  private func kill(
    _ command: [String], from prepare: () throws -> Void, then body: () async throws -> Void
  ) async throws {
    try prepare()
    let start = ContinuousClock.now
    try await workplace.start(command).outcome().expect(0)
    let time = ContinuousClock.now - start
    for kill in 1...Self.kills {
      try prepare()
      let program = try workplace.start(command)
      try await Task.sleep(for: time * kill / Self.kills)
      program.send(SIGKILL)
      _ = try await program.outcome()
      try await body()
    }
  }

  /// Runs and sweeps that there are, and pages that are free.
  private func counts(_ db: String) throws -> [Int] {
    let queue = try DatabaseQueue(path: workplace.path(db))
    defer { #expect(throws: Never.self) { try queue.close() } }
    return try queue.read { db in
      try ["SELECT count(*) FROM runs", "SELECT count(*) FROM sweeps", "PRAGMA freelist_count"]
        .map { try Int.fetchOne(db, sql: $0) ?? -1 }
    }
  }

  private func expectSound(_ db: String) async throws {
    let check = try await workplace.run("db", "check", "--db", db)
    check.expect(0)
  }

  @Test("Killed at any moment, a merge leaves a sound database, and given again it completes it")
  func merge() async throws {
    try await workplace.start(Self.sweep + ["one.sqlite"]).outcome().expect(0)
    try await workplace.start(Self.sweep + ["two.sqlite", "--set", "seed=9"]).outcome().expect(0)
    let command = ["db", "merge", "all.sqlite", "one.sqlite", "two.sqlite"]

    try await kill(
      command, from: { try reset("all.sqlite") },
      then: {
        let again = try await workplace.start(command).outcome()

        again.expect(0)
        #expect(try counts("all.sqlite") == [16, 2, 0])
        try await expectSound("all.sqlite")
      })
  }

  @Test("Killed at any moment, a prune can be given again and gives the space back")
  func prune() async throws {
    try await workplace.start(Self.sweep + ["base.sqlite"]).outcome().expect(0)
    try await workplace.run("run", "small.yaml", "--seed", "9", "--db", "base.sqlite").expect(0)
    let size = try Data(contentsOf: URL(filePath: workplace.path("base.sqlite"))).count
    let command = ["db", "prune", "--sweep", "1", "--db", "a.sqlite"]

    try await kill(
      command, from: { try reset("a.sqlite", to: "base.sqlite") },
      then: {
        try await expectSound("a.sqlite")
        let isDone = try counts("a.sqlite")[1] == 0
        let again = try await workplace.start(command).outcome()

        // Of what was removed to its end, nothing is left to be named.
        again.expect(isDone ? 64 : 0)
        #expect(try counts("a.sqlite") == [1, 0, 0])
        let after = try Data(contentsOf: URL(filePath: workplace.path("a.sqlite"))).count
        #expect(after < size / 2)
        try await expectSound("a.sqlite")
      })
  }
}
