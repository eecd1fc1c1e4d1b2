import Foundation
import GRDB
import TestSupport
import Testing

@testable import Recording

@Suite("A file that is not as it should be is refused with its reason")
struct FaultTests {
  let folder: Folder
  var path: String { folder.path() }

  init() throws { folder = try Folder() }

  /// A finished file with one run, closed.
  private func makeFile(ticks: Int64 = 3) throws {
    let store = try ResultStore(path: path, create: true)
    _ = try store.recordRun(ticks: ticks)
    try store.close()
  }

  private func alter(_ sql: String) throws {
    try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
  }

  private func setPermissions(_ permissions: Int, of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
  }

  @Test("A file that is not there is made only if asked for")
  func missingFile() throws {
    let nested = folder.path("deep/er/runs.sqlite")

    #expect(throws: RecordingError.notFound(path: path)) { try ResultStore(path: path) }
    #expect(throws: RecordingError.notFound(path: path)) {
      try ResultStore(path: path, create: true, readOnly: true)
    }
    #expect(try ResultStore(path: nested, create: true).runs().isEmpty)
  }

  @Test("A place where no file can be made")
  func placeWithoutRoom() throws {
    try makeFile()

    #expect {
      try ResultStore(path: path + "/runs.sqlite", create: true)
    } throws: { error in
      if case RecordingError.cannotCreate = error { true } else { false }
    }
    #expect {
      try ResultStore(path: folder.url.path, create: true)
    } throws: { error in
      if case RecordingError.unreadable = error { true } else { false }
    }
  }

  @Test("Another program's database is left untouched")
  func foreignDatabase() throws {
    try alter("CREATE TABLE theirs (a)")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))

    #expect(throws: RecordingError.foreign(path: path, applicationID: 0)) {
      try ResultStore(path: path, create: true)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)

    try alter("PRAGMA application_id = 5")
    #expect(throws: RecordingError.foreign(path: path, applicationID: 5)) {
      try ResultStore(path: path)
    }
  }

  @Test(
    "Text and garbage are no database",
    arguments: ["hello, world\n", String(repeating: "x", count: 9999)])
  func garbage(_ content: String) throws {
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))

    #expect(throws: RecordingError.foreign(path: path, applicationID: nil)) {
      try ResultStore(path: path, create: true)
    }
  }

  @Test("A newer version's file is refused")
  func newerFile() throws {
    try makeFile()
    try alter("PRAGMA user_version = 99")

    #expect(
      throws: RecordingError.newer(path: path, version: 99, supported: Schema.current.version)
    ) { try ResultStore(path: path) }
  }

  @Test(
    "A schema version that the migrations do not have is damage, never an endless loop",
    arguments: [-1, 0, 3], [true, false])
  func wrongVersion(_ version: Int, readOnly: Bool) throws {
    try makeFile()
    try alter("PRAGMA user_version = \(version)")
    let steps = Schema.current.version

    #expect(
      throws: RecordingError.damaged(
        path: path, reason: "its schema version \(version) is not that of its \(steps) migrations")
    ) { try ResultStore(path: path, readOnly: readOnly) }
  }

  @Test(
    "A file whose making was cut short is called so by readers and completed by a writer",
    arguments: Schema.current.migrations.dropLast().map(\.name))
  func halfMadeFile(_ step: String) throws {
    let cut = try DatabaseQueue(path: path)
    try Schema.current.migrator.migrate(cut, upTo: step)
    try cut.close()

    #expect(throws: RecordingError.halfMade(path: path)) {
      try ResultStore(path: path, readOnly: true)
    }
    _ = try ResultStore(path: path, create: true).recordRun()
    #expect(try ResultStore(path: path, readOnly: true).check().findings.isEmpty)
  }

  @Test("A truncated file is damaged, whatever is left of it", arguments: [1, 3, 8, 20])
  func truncatedFile(_ pages: UInt64) throws {
    try makeFile(ticks: 500)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: pages * 4096)
    try file.close()

    #expect {
      try ResultStore(path: path)
    } throws: { error in
      if case RecordingError.damaged = error { true } else { false }
    }
  }

  @Test("A page overwritten in the middle is found by the check")
  func overwrittenFile() throws {
    try makeFile(ticks: 500)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    let size = try file.seekToEnd()
    try file.seek(toOffset: size / 2 / 4096 * 4096)
    try file.write(contentsOf: Data(repeating: 0x5A, count: 4096))
    try file.close()

    let findings: [DatabaseCheck.Finding]
    do {
      findings = try ResultStore(path: path).check().findings
    } catch RecordingError.damaged(_, let reason) {
      findings = [.integrity(reason)]
    }

    #expect(!findings.isEmpty)
  }

  @Test("A value that somebody has changed to nonsense is damage, not a crash")
  func nonsenseValue() throws {
    try makeFile()
    try alter("UPDATE runs SET pid = 'nobody'")
    let store = try ResultStore(path: path)

    #expect {
      try store.runs()
    } throws: { error in
      if case RecordingError.damaged = error { true } else { false }
    }
  }

  @Test("What is opened for reading is not written")
  func readOnlyStore() throws {
    try makeFile()
    let store = try ResultStore(path: path, readOnly: true)

    #expect(throws: RecordingError.readOnly(path: path)) { try store.begin(description()) }
    #expect(try store.runs().count == 1)
  }

  @Test("A file without write permission is refused for writing", .enabled(if: geteuid() != 0))
  func writeProtectedFile() throws {
    try makeFile()
    try setPermissions(0o444, of: path)
    try setPermissions(0o555, of: folder.url.path)
    defer { #expect(throws: Never.self) { try setPermissions(0o755, of: folder.url.path) } }

    #expect(throws: RecordingError.readOnly(path: path)) { try ResultStore(path: path) }
    #expect(try ResultStore(path: path, readOnly: true).runs().count == 1)
  }

  @Test("A full disk ends the run; earlier runs stay whole and the run says that it failed")
  func diskFull() throws {
    let store = try ResultStore(path: path, create: true)
    let whole = try store.recordRun(ticks: 100)
    let id = try store.begin(description(key: "b"))
    let recorder = RunRecorder(
      store: store, run: id, guests: ["build", "größer"], rowsPerWrite: 64)
    let pages = try store.read("test") { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
    try store.alter("PRAGMA max_page_count = \(pages + 8)")

    #expect(throws: RecordingError.diskFull(path: path)) {
      try recorder.record(ticks: 0..<100_000)
    }
    try recorder.fail("disk full")
    try store.close()

    let reopened = try ResultStore(path: path)
    #expect(try reopened.check().findings.isEmpty)
    #expect(try reopened.cells(of: .hostTicks, run: whole).count == 100)
    #expect(try reopened.resolve("\(whole)").status == .finished)
    #expect(try reopened.resolve("\(id)").status == .failed)
  }
}
