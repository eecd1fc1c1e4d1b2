import Foundation
import GRDB
import Testing

/// What a user of 0.3 has recorded goes on being of use: the files are those of `RecordingTests/Files`.
@Suite("Databases of older versions", .timeLimit(.minutes(5)))
struct OldDatabaseTests {
  let workplace: Workplace

  init() throws {
    workplace = try Workplace()
    let files = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../RecordingTests/Files")
    for name in ["schema-4.sqlite", "schema-5.sqlite"] {
      try FileManager.default.copyItem(
        at: files.appending(path: name), to: URL(filePath: workplace.path(name)))
    }
    try FileManager.default.removeItem(atPath: workplace.path("small.yaml"))
    try FileManager.default.copyItem(
      at: files.appending(path: "small.yaml"), to: URL(filePath: workplace.path("small.yaml")))
  }

  @Test(
    "Runs of 0.3 are shown, compared, exported and drawn as they are",
    arguments: ["schema-4.sqlite", "schema-5.sqlite"])
  func reading(file: String) async throws {
    let before = try Data(contentsOf: URL(filePath: workplace.path(file)))

    let show = try await workplace.run("show", "1", "--db", file)
    let list = try await workplace.run("runs", "--json", "--db", file)
    let compare = try await workplace.run("compare", "2", "3", "--db", file)
    let same = try await workplace.run("compare", "1", "1", "--expect-equal", "--db", file)
    let export = try await workplace.run("export", "1", "--db", file)
    let figures = try await workplace.run("export", "--sweep", "1", "--db", file)
    let plot = try await workplace.run("plot", "1", "--db", file, "-o", "memory.svg")
    let check = try await workplace.run("db", "check", "--db", file)

    for outcome in [show, list, compare, same, export, figures, plot, check] { outcome.expect(0) }
    #expect(show.output.contains("0.3.0"))
    #expect(compare.output.contains("selfballoon_interval"))
    #expect(export.lines.count == 262)
    #expect(figures.lines.count == 3)
    #expect(try Data(contentsOf: URL(filePath: workplace.path(file))) == before)
  }

  private func alter(_ sql: String, in file: String) throws {
    let queue = try DatabaseQueue(path: workplace.path(file))
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  // The figures of 0.3 were part of its fingerprint: one run stands for the same with such a fingerprint.
  @Test("Two runs took the same course, though their fingerprints differ")
  func comparing() async throws {
    let file = "schema-5.sqlite"
    for _ in 0..<2 { try await workplace.run("run", "small.yaml", "--db", file).expect(0) }
    try alter("UPDATE runs SET fingerprint = '0123456789abcdef' WHERE id = 5", in: file)

    let compare = try await workplace.run("compare", "4", "5", "--expect-equal", "--db", file)
    let differs = try await workplace.run("compare", "1", "5", "--db", file)

    compare.expect(0)
    let text = compare.output.replacing(/\s+/, with: " ")
    #expect(text.contains("Both took the same course. Their fingerprints, "))
    #expect(text.contains("differ since they were made by different rules"))
    // 0.3 had no timer wheel.
    differs.expect(0)
    #expect(!differs.output.contains("same course"))
  }

  @Test("A sweep says once why it does not use the runs of 0.3")
  func sweeping() async throws {
    let words = [
      "sweep", "small.yaml", "--duration", "30s", "--vary", "selfballoon_interval=2,10",
      "--record", "metrics", "--db", "schema-5.sqlite",
    ]
    func said(_ outcome: Outcome) -> Bool {
      outcome.errors.replacing(/\s+/, with: " ").contains(
        "has runs of these settings by version 0.3.0; the model has changed since, so they are computed anew, once."
      )
    }

    let first = try await workplace.start(words).outcome()
    let second = try await workplace.start(words).outcome()
    let other = try await workplace.start(words + ["--set", "guests.memory=128MiB"]).outcome()

    for outcome in [first, second, other] { outcome.expect(0) }
    #expect(said(first))
    #expect(first.output.contains("2 computed, 0 reused, 0 failed"))
    #expect(!said(second))
    #expect(second.output.contains("0 computed, 2 reused, 0 failed"))
    #expect(!said(other))
  }
}
