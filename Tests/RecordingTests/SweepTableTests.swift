import Simulation
import TestSupport
import Testing

@testable import Recording

@Suite("A sweep is read as one table")
struct SweepTableTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
    try store.alter(
      """
      INSERT INTO sweeps (name, design, created_at, command, planned_runs)
      VALUES ('s', '{}', '2026-01-01T00:00:00.000Z', 'balloonsim sweep', 3)
      """)
  }

  /// Records a run with a hysteresis; the others of its parameters are those of every run.
  private func record(
    key: Character, hysteresis: String, seed: UInt64 = 1, memory: String = "8GiB", sweep: Int64?
  ) throws -> Int64 {
    var run = description(key: key, seed: seed)
    run.traceProvenance = "[{\"path\":\"t.csv\",\"sha256\":\"ab12\"}]"
    run.sweep = sweep
    run.parameters = [
      Parameter(path: "seed", value: "\(seed)", number: Double(seed)),
      Parameter(path: "host.memory", value: memory, number: nil),
      Parameter(path: "hysteresis", value: hysteresis, number: Double(hysteresis)),
    ]
    let number = try store.recordRun(run, ticks: 1)
    if let sweep {
      try store.alter(
        "INSERT OR IGNORE INTO sweep_points VALUES (\(sweep), \(key.asciiValue ?? 0), 0, '\(run.key)')"
      )
    }
    return number
  }

  @Test("The table has what varies, the figures asked for, and the traces")
  func table() throws {
    let first = try record(key: "a", hysteresis: "4", sweep: 1)
    let second = try record(key: "b", hysteresis: "8", seed: 2, sweep: 1)
    _ = try record(key: "c", hysteresis: "16", sweep: nil)

    let table = try store.sweepTable("last", metrics: ["oom_kills"])

    #expect(table.id == 1 && table.plannedRuns == 3 && table.paths == ["hysteresis"])
    #expect(table.rows.map(\.run.id) == [first, second])
    #expect(table.rows.map { $0.values[0]?.number } == [4, 8])
    #expect(table.rows.allSatisfy { $0.metrics.map(\.name) == ["oom_kills"] })
    #expect(table.rows.allSatisfy { $0.traces == ["ab12"] })
    #expect(try store.sweepTable("s").rows[0].metrics.count == 2)
    #expect(try store.sweepTable("1").name == "s")
  }

  @Test("Of runs with one key the finished one counts, wherever it stands")
  func repeatedKeys() throws {
    let whole = try record(key: "a", hysteresis: "4", sweep: 1)
    let again = try record(key: "a", hysteresis: "4", sweep: 1)
    try store.alter("UPDATE runs SET status = 'failed' WHERE id = \(again)")

    #expect(try store.sweepTable("last").rows.map(\.run.id) == [whole])
  }

  @Test("Runs beside a sweep fit if they differ from it only in what was asked for")
  func runsBeside() throws {
    _ = try record(key: "a", hysteresis: "4", sweep: 1)
    _ = try record(key: "b", hysteresis: "16", sweep: 1)
    let fitting = try record(key: "c", hysteresis: "8", sweep: nil)
    // Another hysteresis, another condition, another machine.
    _ = try record(key: "d", hysteresis: "2", sweep: nil)
    _ = try record(key: "e", hysteresis: "8", seed: 5, sweep: nil)
    _ = try record(key: "f", hysteresis: "8", memory: "4GiB", sweep: nil)

    let table = try store.sweepTable("last")
    let rows = try store.rows(beside: table, with: ["hysteresis": "8"], metrics: nil)

    #expect(rows.map(\.run.id) == [fitting])
    #expect(rows[0].values.map { $0?.value } == ["8"])
  }

  @Test("A name that two sweeps have is refused with both numbers; a number and `last` are not")
  func ambiguousName() throws {
    try store.alter(
      """
      INSERT INTO sweeps (name, design, created_at, command, planned_runs)
      VALUES ('s', '{}', '2026-01-01T00:00:00.000Z', 'balloonsim sweep', 3),
        ('1', '{}', '2026-01-01T00:00:00.000Z', 'balloonsim sweep', 3)
      """)

    #expect(throws: RecordingError.ambiguousSweep("s", candidates: [1, 2])) {
      try store.sweepTable("s")
    }
    #expect(try ["1", "2", "last"].map { try store.sweepTable($0).id } == [1, 2, 3])
  }

  @Test("A sweep that is not there is an error with its name")
  func unknownSweep() throws {
    #expect(throws: RecordingError.unknownSweep("t")) { try store.sweepTable("t") }
    try store.alter("DELETE FROM sweeps")
    #expect(throws: RecordingError.unknownSweep("last")) { try store.sweepTable("last") }
  }
}
