import Foundation
import GRDB
import Policies
import Simulation
import SimulationEngine
import TestSupport
import Testing
import Units

@testable import Recording

@Suite("A database check finds what is wrong")
struct CheckTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
    _ = try store.recordRun(ticks: 10)
  }

  @Test("A sound database has no findings")
  func soundDatabase() throws {
    let check = try store.check()

    #expect(check.findings.isEmpty)
    #expect(check.runs == 1)
    #expect(check.diedRuns.isEmpty)
  }

  @Test("Guests decide in turn, and lie one after the other: their rows are as they were written")
  func decisionsOfSeveralGuests() throws {
    let id = try store.begin(description(key: "b"))
    let recorder = RunRecorder(
      store: store, run: id, guests: ["build", "größer"], rowsPerWrite: 3)
    for turn in Int64(1)...8 {
      for guest in [1, 0] where turn != 5 || guest == 0 {
        var row = DecisionRow()
        (row.guest, row.current, row.goal) = (guest, 1000 * turn, 500)
        let time = SimTime(nanoseconds: turn * 1_000_000_000)
        try recorder.decision(
          DecisionRecord(
            policy: SelfBalloon.self, turn: turn, time: time, row: row, runTime: .microseconds(10)))
      }
    }
    try recorder.finish(.sample)
    #expect(try store.check().findings.isEmpty)

    try store.alter("UPDATE decisions SET goal_pages = 501 WHERE guest = 'größer' AND turn = 6")
    #expect(try store.check().findings == [.changedRows(table: "decisions", run: id)])
  }

  @Test(
    "Each fault has its finding",
    arguments: [
      (
        "DELETE FROM ticks WHERE guest = 'größer' AND tick = 4",
        DatabaseCheck.Finding.missingTicks(run: 1, guest: "größer", expected: 10, found: 9)
      ),
      (
        "DELETE FROM host_ticks WHERE tick IN (3, 5)",
        .missingTicks(run: 1, guest: nil, expected: 10, found: 8)
      ),
      ("UPDATE runs SET fingerprint = NULL", .noFingerprint(run: 1)),
      ("DELETE FROM metrics", .noMetrics(run: 1)),
      ("UPDATE metrics SET run_id = 9", .orphanRows(table: "metrics", parent: "runs", rows: 2)),
      (
        "UPDATE ticks SET id = id + 4096 WHERE guest = 'build'",
        .wrongKeys(table: "ticks", run: 1, rows: 10)
      ),
      ("UPDATE ticks SET free_pages = 1 WHERE id & 7 = 5", .changedRows(table: "ticks", run: 1)),
      ("UPDATE host_ticks SET free_pages = 1", .changedRows(table: "host_ticks", run: 1)),
      ("UPDATE metrics SET value = value / 2", .changedRows(table: "metrics", run: 1)),
      (
        "UPDATE parameters SET number = 8 WHERE path = 'seed'",
        .changedRows(table: "parameters", run: 1)
      ),
      ("UPDATE runs SET command = 'x'", .changedRows(table: "runs", run: 1)),
      (
        "UPDATE row_hashes SET hash = 0 WHERE table_name = 'events'",
        .changedRows(table: "events", run: 1)
      ),
      (
        "INSERT INTO row_hashes VALUES (5, 'metrics', 0)", .strayHash(table: "metrics", owner: 5)
      ),
      (
        "DROP VIEW ticks_mib; CREATE VIEW ticks_mib AS SELECT 1",
        .changedSchema("ticks_mib")
      ),
    ])
  func faultsAreFound(_ sql: String, _ finding: DatabaseCheck.Finding) throws {
    try store.alter(sql)

    #expect(try store.check().findings == [finding])
  }

  @Test("A changed tick is found in its block, and a changed plan in its sweep")
  func blocksAndPlans() throws {
    _ = try store.recordRun(description(key: "b"), ticks: 700)
    _ = try store.enter(
      SweepDescription(key: "p", name: "s", design: "{}", command: "", runs: [["a"], ["b"]]))
    #expect(try store.check().findings.isEmpty)

    try store.alter(
      """
      UPDATE ticks SET dirty_pages = 9 WHERE run_id = 2 AND guest = 'build' AND tick = 300;
      UPDATE sweep_points SET key = 'c' WHERE point = 1
      """)

    #expect(
      try store.check().findings == [
        .changedTicks(run: 2, guest: "build", tick: 511), .changedSweep(1),
      ])
  }

  /// All that readers are given, as one text.
  private static func answers(of store: ResultStore) throws -> String {
    var text = ""
    for table in ResultTable.allCases {
      let columns = try store.columns(of: table)
      for owner in Int64(1)...2 {
        try store.forEachRow(RowSelection(table, columns: columns), of: owner) {
          text += "\($0.map(Cell.init))\n"
        }
      }
    }
    let views = [
      "run_parameters", "run_metrics", "metric_parameters", "ticks_mib", "run_metrics_wide",
    ]
    for view in views {
      text += try store.read("test") { "\(try Row.fetchAll($0, sql: "SELECT * FROM \(view)"))\n" }
    }
    return text + "\(try store.runs())\(try store.sweeps())"
  }

  @Test("Of two hundred changes of a byte each that changes an answer is found")
  func changedBytes() throws {
    let plan = SweepDescription(
      key: "p", name: "s", design: "{\"a\":1}", command: "balloonsim sweep",
      runs: [[description().key], [description(key: "b").key]])
    var run = description(key: "b")
    run.sweep = try store.enter(plan)
    _ = try store.recordRun(run, ticks: 300)
    let expected = try Self.answers(of: store)
    try store.close()
    let original = try Data(contentsOf: URL(filePath: folder.path()))
    var random = RandomStream(seed: 14, purpose: "changed bytes")
    var found = 0

    for change in 0..<200 {
      var bytes = original
      let place = Int.random(in: bytes.indices, using: &random)
      bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      let path = folder.path("\(change).sqlite")
      try bytes.write(to: URL(filePath: path))
      do {
        let changed = try ResultStore(path: path, readOnly: true)
        if try changed.check().findings.isEmpty {
          #expect(try Self.answers(of: changed) == expected, "change \(change) at \(place)")
        } else {
          found += 1
        }
      } catch let error as RecordingError {
        if case .inputOutput = error { Issue.record(error, "change \(change) at \(place)") }
        found += 1
      }
    }

    #expect(found > 100)
  }
}
