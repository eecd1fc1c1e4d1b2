import Testing

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
    ])
  func faultsAreFound(_ sql: String, _ finding: DatabaseCheck.Finding) throws {
    try store.alter(sql)

    #expect(try store.check().findings == [finding])
  }
}
