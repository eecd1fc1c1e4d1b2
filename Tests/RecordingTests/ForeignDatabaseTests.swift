import Foundation
import GRDB
import TestSupport
import Testing
import Text

@testable import Recording

@Suite("A database that somebody else wrote")
struct ForeignDatabaseTests {
  let folder: Folder
  let path: String

  init() throws {
    folder = try Folder()
    path = folder.path()
    let store = try ResultStore(path: path, create: true)
    _ = try store.recordRun(ticks: 5)
    _ = try store.enter(
      SweepDescription(key: "p", name: "s", design: "{}", command: "", runs: [["a"], ["b"]]))
    try store.alter(
      """
      INSERT INTO decisions (id, run_id, guest, policy, turn, time_ns, run_ns, terms)
      VALUES (1 << 41 | 1, 1, 'build', 'selfballoon', 1, 1000000000, 0, '[]');
      INSERT INTO events (id, run_id, sequence, time_ns, guest, kind, detail)
      VALUES (1 << 41 | 7, 1, 7, 1000000000, 'build', 'oom_kill', '{}')
      """)
    // Who writes a file that lies can leave the hashes out, as older versions did.
    try store.alter("DELETE FROM row_hashes; DELETE FROM tick_hashes")
    #expect(try store.check().findings.isEmpty)
    try store.close()
  }

  private func alter(_ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  /// Expects that nothing of the file arrives in another.
  private func expectNoMerge(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let into = try ResultStore(path: folder.path("into.sqlite"), create: true)
    #expect(throws: RecordingError.self, sourceLocation: sourceLocation) {
      try into.merge([path])
    }
    #expect(try into.runs().isEmpty, sourceLocation: sourceLocation)
  }

  @Test(
    "A value that a column cannot have is damage to a check and to a merge",
    arguments: ResultTable.allCases.filter { $0 != .tickHashes && !$0.isView })
  func wrongValues(in table: ResultTable) throws {
    let original = try Data(contentsOf: URL(filePath: path))
    let columns = try DatabaseQueue(path: path).read { try $0.columns(in: table.rawValue) }
    // Most columns of ticks are alike.
    for column in columns.prefix(12) where column.name != "id" && column.name != "run_id" {
      // A number of a text's column is turned into a text as it is written, a text that is a number into a number.
      let values =
        switch column.type {
        case "INTEGER": ["'1x'", "x'00'", "1.5", "9e999", "''"]
        case "REAL": ["'1x'", "x'00'", "''"]
        case "TEXT": ["x'FF00'"]
        default: ["x'00'", "1.5", "'-1'"]
        }
      for value in values {
        try original.write(to: URL(filePath: path))
        try alter(
          """
          PRAGMA ignore_check_constraints = true; PRAGMA foreign_keys = false;
          UPDATE OR IGNORE \(table.rawValue) SET \(column.name) = \(value)
          """)

        let found = Result {
          try ResultStore(path: path, readOnly: true).check().findings
        }
        switch found {
        case .success(let findings):
          #expect(!findings.isEmpty, "\(table).\(column.name) = \(value)")
        case .failure(let error):
          #expect(error is RecordingError, "\(table).\(column.name) = \(value)")
        }
        try expectNoMerge()
      }
    }
  }

  @Test(
    "A value against the rules of the schema is damage, also where its type is right",
    arguments: [
      ("runs", "guests", "'[1]'"), ("runs", "guests", "'x'"), ("runs", "host_facts", "'[]'"),
      ("runs", "trace_provenance", "'{'"), ("runs", "ingredients", "'['"),
      ("ticks", "tick", "-9223372036854775807"),
      ("ticks", "time_ns", "-1"), ("host_ticks", "time_ns", "-1"), ("decisions", "run_ns", "-1"),
      ("decisions", "terms", "'{}'"),
      ("events", "kind", "'no such kind'"), ("events", "detail", "'x'"),
      ("sweeps", "design", "''"), ("sweeps", "planned_runs", "-1"), ("sweep_points", "point", "-1"),
    ])
  func rules(table: String, column: String, value: String) throws {
    try alter("UPDATE OR IGNORE \(table) SET \(column) = \(value)")

    let findings = try ResultStore(path: path, readOnly: true).check().findings

    #expect(
      findings.contains { finding in
        if case .wrongValues(table, column, _) = finding { true } else { false }
      }, "\(findings)")
    try expectNoMerge()
  }

  @Test(
    "NULL where there is none, and words that the schema does not know, are damage",
    arguments: [
      ("ticks", "free_pages INTEGER NOT NULL", "free_pages INTEGER", "free_pages = NULL"),
      ("events", "kind TEXT NOT NULL", "kind TEXT", "kind = NULL"),
      ("metrics", "name TEXT NOT NULL", "name TEXT", "name = NULL"),
      ("runs", "status IN ('running', ", "status IN ('x', 'running', ", "status = 'x'"),
      ("runs", "recording TEXT NOT NULL", "recording TEXT", "recording = 'x'"),
    ])
  func brokenConstraints(table: String, rule: String, none: String, change: String) throws {
    func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
    let sql = { (old: String, new: String) in
      """
      PRAGMA writable_schema = true;
      UPDATE sqlite_master SET sql = replace(sql, \(quoted(old)), \(quoted(new))) WHERE name = '\(table)'
      """
    }
    // The rule goes, the row is changed, and the rule is there again.
    try alter(sql(rule, none))
    try alter("UPDATE \(table) SET \(change)")
    try alter(sql(none, rule))

    let findings = Result { try ResultStore(path: path, readOnly: true).check().findings }

    switch findings {
    case .success(let findings): #expect(!findings.isEmpty)
    case .failure(let error): #expect(error is RecordingError)
    }
    try expectNoMerge()
  }

  @Test(
    "Where a table of ours is something else, or a trigger would run, the file is refused before anything is read or written",
    arguments: [
      (
        "ALTER TABLE ticks RENAME TO t; CREATE VIEW ticks AS SELECT * FROM t",
        "its table ticks is not as in the schema"
      ),
      (
        """
        DROP TABLE metrics; CREATE VIEW metrics AS WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
        SELECT id, 1 AS run_id, NULL AS guest, 'x' AS name, 1.0 AS value, '' AS unit FROM n
        """, "its table metrics is not as in the schema"
      ),
      (
        "ALTER TABLE metrics ADD COLUMN half REAL AS (value / 2)",
        "its table metrics is not as in the schema"
      ),
      (
        "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM metrics; END",
        "its trigger t is none of ours"
      ),
      (
        "CREATE TRIGGER t BEFORE INSERT ON grdb_migrations BEGIN DELETE FROM runs; END",
        "its trigger t is none of ours"
      ),
      (
        "CREATE VIRTUAL TABLE v USING fts5 (x); DROP TABLE events; CREATE VIRTUAL TABLE events USING fts5 (x)",
        "its table events is not as in the schema"
      ),
      (
        """
        ALTER TABLE grdb_migrations RENAME TO g; CREATE VIEW grdb_migrations AS
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n
        """, nil
      ),
    ])
  func foreignSchema(sql: String, reason: String?) throws {
    try alter(sql)
    for readOnly in [true, false] {
      let error = #expect(throws: RecordingError.self) {
        _ = try ResultStore(path: path, readOnly: readOnly)
      }
      if let reason { #expect(error == .damaged(path: path, reason: reason)) }
    }
    try expectNoMerge()
  }

  @Test("What others have added to a file stays theirs, and does not keep it from being read")
  func additions() throws {
    try alter(
      """
      CREATE TABLE theirs (a); CREATE INDEX their_index ON metrics (name); CREATE VIEW their_view AS SELECT 1;
      CREATE TRIGGER their_trigger AFTER INSERT ON theirs BEGIN DELETE FROM theirs; END
      """)

    let store = try ResultStore(path: path)

    #expect(try store.check().findings.isEmpty)
    #expect(try store.runs().count == 1)
  }
}
