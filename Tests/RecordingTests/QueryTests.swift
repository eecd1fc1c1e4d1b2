import Foundation
import GRDB
import TestSupport
import Testing
import Units

@testable import Recording

@Suite("Runs are found")
struct QueryTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
  }

  @Test("A RUN is a number, the beginning of a key, or last")
  func runsAreResolved() throws {
    let first = try store.begin(description(key: "a"))
    let second = try store.begin(description(key: "b"))
    let again = try store.begin(description(key: "a"))

    #expect(try store.resolve("\(first)").id == first)
    #expect(try store.resolve("last").id == again)
    #expect(try store.resolve("bb").id == second)
    #expect(try store.resolve("BBBB").id == second)
    #expect(try store.resolve("aaa").id == again)
  }

  @Test(
    "A RUN that is unknown or ambiguous is an error that says so", arguments: ["", "9", "c", "g"])
  func unknownRunsAreRefused(_ text: String) throws {
    #expect(throws: RecordingError.unknownRun("last")) { try store.resolve("last") }
    var other = description(key: "a")
    other.key = "ab12"
    let ids = [try store.begin(description(key: "a")), try store.begin(other)]

    #expect(throws: RecordingError.unknownRun(text)) { try store.resolve(text) }
    #expect(throws: RecordingError.ambiguousRun("a", candidates: ids)) { try store.resolve("a") }
    #expect(try store.resolve("ab").id == ids[1])
  }

  @Test("A number of no run is no beginning of a key, unless it is as long as keys are listed")
  func numbersAreNoKeys() throws {
    var run = description(key: "a")
    run.key = "12345678" + String(repeating: "a", count: 56)
    let id = try store.begin(run)

    for text in ["12", "1234567"] {
      #expect(throws: RecordingError.unknownRun(text)) { try store.resolve(text) }
    }
    #expect(try store.resolve("12345678").id == id)
    #expect(try store.resolve("12345678a").id == id)
  }

  @Test("Only finished runs count as done")
  func finishedRunsAreFound() throws {
    let key = description().key
    _ = try store.begin(description())
    #expect(try store.finishedRun(key: key) == nil)

    let id = try store.recordRun()

    #expect(try store.finishedRun(key: key)?.id == id)
  }

  @Test("Lists are filtered and sorted")
  func runsAreListed() throws {
    var big = description(key: "b", seed: 3)
    big.scenarioName = "pgbench"
    big.parameters[0].value = "3"
    let running = try store.begin(description())
    let finished = try store.recordRun()
    let other = try store.recordRun(big)
    try store.alter("UPDATE metrics SET value = 9000 WHERE run_id = \(other) AND guest IS NOT NULL")

    func ids(_ order: RunOrder = RunOrder(.number), _ change: (inout RunFilter) -> Void) throws
      -> [Int64]
    {
      var filter = RunFilter()
      change(&filter)
      return try store.runs(filter, order: order).map(\.id)
    }

    #expect(try ids { _ in } == [running, finished, other])
    #expect(try ids { $0.status = .finished } == [finished, other])
    #expect(try ids { $0.scenario = "pgbench" } == [other])
    #expect(
      try ids { $0.parameters = [Parameter(path: "seed", value: "3", number: nil)] } == [other])
    #expect(try ids { $0.limit = 1 } == [running])
    #expect(try ids(RunOrder(.number, isDescending: true)) { _ in } == [other, finished, running])
    #expect(try ids(RunOrder(.seed)) { _ in } == [other, running, finished])
    #expect(
      try ids(RunOrder(.metric("held_mean_pages"), isDescending: true)) { _ in }
        == [other, finished, running])
    #expect(
      try ids(RunOrder(.metric("held_mean_pages"))) { _ in } == [finished, other, running])
  }

  @Test("Views join runs with parameters and metrics, and show pages as MiB")
  func viewsAnswer() throws {
    let id = try store.recordRun(ticks: 1)

    let joined = try store.read("test") { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name || ' ' || value || ' ' || path || ' ' || parameter FROM metric_parameters
          WHERE run_id = ? AND path = 'host.memory' ORDER BY name
          """, arguments: [id])
    }
    let free = try store.read("test") { db in
      try Double.fetchAll(
        db, sql: "SELECT free_mib FROM ticks_mib WHERE run_id = ?", arguments: [id])
    }

    #expect(
      joined == ["held_mean_pages 1280.5 host.memory 8GiB", "oom_kills 0.0 host.memory 8GiB"])
    #expect(free == [0.02734375, 0.02734375])
  }
}
