import Foundation
import GRDB
import Simulation
import TestSupport
import Testing
import Units

@testable import Recording

/// `Files/` has a small database of every schema version, written by the program of that time.
@Suite("Files of every schema version")
struct OldFileTests {
  static let versions = Array(1...Schema.current.version)
  let folder: Folder

  init() throws { folder = try Folder() }

  /// A copy of the file of a version.
  private func copy(_ version: Int32) throws -> String {
    let path = folder.path("schema-\(version).sqlite")
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Files/schema-\(version).sqlite")
    try FileManager.default.copyItem(atPath: file.path, toPath: path)
    return path
  }

  /// Everything that is defined in a file: tables with their columns, indexes, views.
  private func shape(of store: ResultStore) throws -> [String] {
    try store.read("test") { db in
      let objects = try Row.fetchAll(
        db, sql: "SELECT type, name, sql FROM sqlite_master ORDER BY name")
      return try objects.flatMap { object -> [String] in
        let (type, name): (String, String) = (object["type"], object["name"])
        switch type {
        case "table":
          let columns = try Row.fetchAll(
            db, sql: "SELECT * FROM pragma_table_xinfo(?)", arguments: [name])
          let keys = try Row.fetchAll(
            db, sql: "SELECT * FROM pragma_foreign_key_list(?)", arguments: [name])
          return (columns + keys).map { "\(name): \($0)" }
        case "index":
          let columns = try Row.fetchAll(
            db, sql: "SELECT * FROM pragma_index_xinfo(?)", arguments: [name])
          return columns.map { "\(name): \($0)" }
        default: return ["\(name): \(object["sql"] as String? ?? "")"]
        }
      }
    }
  }

  @Test(
    "A file is read as it is, or refused with a way out, and never changed", arguments: versions)
  func reading(version: Int32) throws {
    let path = try copy(version)
    let before = try Data(contentsOf: URL(filePath: path))

    if version < Schema.oldestReadable {
      #expect(
        throws: RecordingError.older(
          path: path, version: version, supported: Schema.current.version)
      ) { try ResultStore(path: path, readOnly: true) }
    } else {
      let store = try ResultStore(path: path, readOnly: true)
      let runs = try store.runs()
      #expect(runs.map(\.status) == [.finished, .finished, .finished])
      for run in runs {
        #expect(try store.metrics(of: run.id).count > 40)
        #expect(try store.parameters(of: run.id).count > 20)
        #expect(try !store.provenance(of: run.id).scenarioYAML.isEmpty)
      }
      #expect(try store.sweeps().map(\.finishedRuns) == [2])
      #expect(
        try store.ticks(of: 1, guest: "one", from: .zero, to: .zero + .seconds(9)).count == 10)
      #expect(try store.parting(of: runs[0], and: runs[0]) == nil)
      #expect(try store.check().findings.isEmpty)
      // The run of the old driver can be had in the words of today, and another policy has no rows.
      #expect(try store.cells(of: .decisions, run: 1).count == 52)
      #expect(try store.cells(of: .view("worker"), run: 1).count == 52)
      #expect(try store.cells(of: .view("xenballoond_decisions"), run: 1).isEmpty)
      #expect(try store.columns(of: .view("xenballoond_decisions")).contains("asked_kb"))
      try store.close()
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  @Test("A file that is opened for writing becomes exactly what a new one is", arguments: versions)
  func migration(version: Int32) throws {
    let path = try copy(version)
    let fresh = try ResultStore(path: folder.path("fresh.sqlite"), create: true)

    let store = try ResultStore(path: path)

    #expect(try shape(of: store) == shape(of: fresh))
    #expect(try store.check().version == Schema.current.version)
    #expect(try store.check().findings.isEmpty)
    let runs = try store.runs()
    #expect(runs.count == (version < 3 ? 1 : 3))
    #expect(try store.parting(of: runs[0], and: runs[0]) == nil)
    let levels = try store.read("test") {
      try Double.fetchAll($0, sql: "SELECT free_mib FROM ticks_mib WHERE time_s < 10")
    }
    #expect(levels.count == 10)
    let held = try store.read("test") {
      try Double.fetchAll($0, sql: "SELECT memory_held_mean_mib FROM run_metrics_wide")
    }
    #expect(held.count == runs.count)
    _ = try store.recordRun()
    #expect(try store.check().findings.isEmpty)
  }

  @Test("A file of any version is merged into a new one", arguments: versions)
  func merging(version: Int32) throws {
    let into = try ResultStore(path: folder.path("into.sqlite"), create: true)
    guard version >= Schema.oldestReadable else { return }

    let outcome = try into.merge([copy(version)])

    #expect(outcome.map(\.merged) == [3])
    #expect(outcome.map(\.sweeps) == [1])
    #expect(try into.check().findings.isEmpty)
  }

  @Test("Rows of several guests were hashed in an order that is gone, and are not called changed")
  func workerOfSeveralGuests() throws {
    let path = try copy(7)
    let queue = try DatabaseQueue(path: path)
    let names = try queue.read { try $0.columns(in: "worker").map(\.name) }
    let others = names.filter { !["id", "guest"].contains($0) }.joined(separator: ", ")
    try queue.writeWithoutTransaction {
      try $0.execute(
        sql: """
          INSERT INTO worker (id, guest, \(others))
          SELECT id + 4294967296, 'two', \(others) FROM worker WHERE run_id = 1
          """)
    }
    try queue.close()

    #expect(try ResultStore(path: path, readOnly: true).check().findings.isEmpty)
    #expect(try ResultStore(path: path).check().findings.isEmpty)
    // With one guest the order is known.
    let changed = try copy(6)
    let other = try DatabaseQueue(path: changed)
    try other.writeWithoutTransaction { try $0.execute(sql: "UPDATE worker SET goal_pages = 1") }
    try other.close()
    #expect(
      try ResultStore(path: changed).check().findings.contains(
        .changedRows(table: "decisions", run: 1)))
  }

  /// A program that keeps a counter and a level more.
  private static let later: Schema = {
    var schema = Schema.current
    schema.tickColumns += [
      TickColumn("pgrotated"), TickColumn("mlocked_pages", .pages, isCumulative: false),
    ]
    schema.migrations.append(
      .init(
        name: "what is kept at ticks",
        sql: """
          ALTER TABLE ticks ADD COLUMN pgrotated INTEGER;
          ALTER TABLE ticks ADD COLUMN mlocked_pages INTEGER;
          """))
    return schema
  }()

  @Test(
    "A column more of ticks is a row of their table and an ALTER TABLE, for old files and new ones",
    arguments: [nil] + versions)
  func newTickColumn(version: Int32?) throws {
    let path = try version.map(copy) ?? folder.path()
    let old = version == nil ? 0 : version! < 3 ? 1 : 3

    let store = try ResultStore(path: path, create: true, schema: Self.later)
    let id = try store.begin(description())
    let recorder = RunRecorder(store: store, run: id, guests: ["build", "größer"])
    for tick in Int64(0)..<600 {
      try (tickValues(tick) + [tick, 512]).withUnsafeBufferPointer {
        try recorder.tick(
          guest: 0, tick: tick, time: .zero + .seconds(tick), values: $0)
      }
    }
    try recorder.finish(.sample)

    #expect(try store.columns(of: .ticks).suffix(2) == ["pgrotated", "mlocked_pages"])
    let cells = try store.cells(of: .ticks, run: id, columns: ["tick", "pgrotated"])
    #expect(cells == (0..<600).map { [.integer($0), .integer($0)] })
    #expect(try store.check().findings.isEmpty)
    let levels = try store.read("test") {
      try Double?.fetchAll($0, sql: "SELECT DISTINCT mlocked_mib FROM ticks_mib ORDER BY 1")
    }
    #expect(levels == (old == 0 ? [2] : [nil, 2]))
    // A changed value of the new column is found too.
    try store.alter("UPDATE ticks SET pgrotated = 7 WHERE run_id = \(id) AND tick = 300")
    #expect(
      try store.check().findings
        == [.changedTicks(run: id, guest: "build", tick: 511)])
    // The program of today does not know such a file.
    #expect(throws: RecordingError.self) { try ResultStore(path: path, readOnly: true) }
  }

  @Test("A file without the newest column of ticks is read by a program that has it")
  func fileWithoutTheColumn() throws {
    let path = folder.path()
    let run = try ResultStore(path: path, create: true).recordRun(ticks: 300)

    let reader = try ResultStore(path: path, readOnly: true, schema: Self.later)

    #expect(try reader.check().findings.isEmpty)
    let selection = RowSelection(.ticks, columns: ["free_pages", "pgrotated"])
    var rows: [[Cell]] = []
    try reader.forEachRow(selection, of: run) { rows.append($0.map(Cell.init)) }
    #expect(rows.count == 600)
    #expect(rows.allSatisfy { $0[0] != .null && $0[1] == .null })
    let into = try ResultStore(
      path: folder.path("into.sqlite"), create: true, schema: Self.later)
    #expect(try into.merge([path]).map(\.merged) == [1])
    #expect(try into.check().findings.isEmpty)
    let copy = try #require(try into.runs().first)
    #expect(try into.parting(of: copy, and: copy) == nil)
  }

  @Test("A view that is not as the program makes it is made anew, and a changed one is found")
  func views() throws {
    let path = folder.path()
    let store = try ResultStore(path: path, create: true)
    let expected = try shape(of: store)
    try store.alter(
      """
      DROP VIEW run_metrics; DROP VIEW ticks_mib;
      CREATE VIEW ticks_mib AS SELECT 1
      """)
    #expect(
      try store.check().findings == [.changedSchema("run_metrics"), .changedSchema("ticks_mib")])
    try store.close()

    let again = try ResultStore(path: path)

    #expect(try shape(of: again) == expected)
    #expect(try again.check().findings.isEmpty)
    try again.alter("DROP VIEW ticks_mib; CREATE TABLE ticks_mib (mine TEXT)")
    try again.close()
    let third = try ResultStore(path: path)
    #expect(try third.check().findings.contains(.changedSchema("ticks_mib")))
    #expect(try third.read("test") { try $0.columns(in: "ticks_mib").map(\.name) } == ["mine"])
  }
}
