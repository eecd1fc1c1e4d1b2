import Scenarios
import TestSupport
import Testing

@testable import Recording

@Suite("Merging databases")
struct MergeTests {
  let folder: Folder
  let into: ResultStore
  let first: ResultStore
  let second: ResultStore

  init() throws {
    folder = try Folder()
    into = try ResultStore(path: folder.path("into.sqlite"), create: true)
    first = try ResultStore(path: folder.path("first.sqlite"), create: true)
    second = try ResultStore(path: folder.path("second.sqlite"), create: true)
  }

  /// Everything that is kept of a run but its number and the clock's times.
  private func content(of key: Character, in store: ResultStore) throws -> [[[Cell]]] {
    let run = try #require(try store.runs().first { $0.key.first == key })
    return try ResultTable.ofRows.map { table in
      let columns = try store.columns(of: table, named: nil).filter {
        !["id", "run_id"].contains($0)
      }
      return try store.cells(of: table, run: run.id, columns: columns)
    }
  }

  private func outcome(_ change: (inout MergeOutcome) -> Void) -> MergeOutcome {
    var outcome = MergeOutcome()
    change(&outcome)
    return outcome
  }

  /// Records a finished run of which figures alone are kept.
  private func recordFigures(_ key: Character, in store: ResultStore) throws {
    var run = description(key: key)
    run.recording = .metrics
    let id = try store.begin(run)
    try RunRecorder(store: store, run: id, guests: run.guests).finish(.sample)
  }

  @Test("Runs of all files arrive with every row, once however often they are merged")
  func idempotence() throws {
    _ = try into.recordRun(description(key: "a"), ticks: 4)
    _ = try first.recordRun(description(key: "b"), ticks: 2)
    _ = try first.recordRun(description(key: "a"), ticks: 4)
    _ = try second.recordRun(description(key: "c"), ticks: 5)

    let once = try into.merge([first.path, second.path])
    let again = try into.merge([first.path, second.path])

    #expect(
      once == [
        outcome { ($0.merged, $0.skipped) = (1, 1) }, outcome { $0.merged = 1 },
      ])
    #expect(again == [outcome { $0.skipped = 2 }, outcome { $0.skipped = 1 }])
    #expect(try into.runs().map { $0.key.first } == ["a", "b", "c"])
    #expect(try content(of: "b", in: into) == content(of: "b", in: first))
    #expect(try content(of: "c", in: into) == content(of: "c", in: second))
    #expect(try content(of: "c", in: into)[0].count == 10)
    let run = try #require(try into.runs().last)
    #expect(try into.metrics(of: run.id).count == 2)
    #expect(try into.check().findings.isEmpty)
  }

  @Test("Of one run the copy with more kept of it stays, whichever file it is in")
  func levels() throws {
    try recordFigures("a", in: into)
    _ = try into.recordRun(description(key: "b"))
    _ = try first.recordRun(description(key: "a"))
    try recordFigures("b", in: first)

    let outcomes = try into.merge([first.path])

    #expect(outcomes == [outcome { ($0.merged, $0.replaced, $0.skipped) = (1, 1, 1) }])
    #expect(try into.runs().map(\.recording) == [.ticks, .ticks])
    #expect(try content(of: "a", in: into) == content(of: "a", in: first))
    #expect(try into.check().findings.isEmpty)
  }

  @Test("An unfinished run stays where it is, and does not stand in for a finished one")
  func unfinished() throws {
    _ = try into.begin(description(key: "a"))
    _ = try first.recordRun(description(key: "a"))
    _ = try first.begin(description(key: "b"))

    let outcomes = try into.merge([first.path])

    #expect(outcomes == [outcome { ($0.merged, $0.leftOut) = (1, 1) }])
    #expect(try into.runs().map(\.status) == [.running, .finished])
  }

  @Test(
    "Two outcomes of one run are refused by name before anything is changed",
    arguments: [true, false]
  )
  func conflict(isInTarget: Bool) throws {
    _ = try (isInTarget ? into : first).recordRun(description(key: "a"))
    _ = try first.recordRun(description(key: "b"))
    let run = try second.recordRun(description(key: "a"))
    try second.alter(
      "UPDATE runs SET fingerprint = 'ffff' WHERE id = \(run); DELETE FROM row_hashes")
    let before = try into.runs()

    #expect {
      try into.merge([first.path, second.path])
    } throws: { error in
      guard
        case .conflictingRun(let key, _, let found, let other, let present) = error
          as? RecordingError
      else { return false }
      return key == description().key && found == "ffff" && present == "0123456789abcdef"
        && other == (isInTarget ? into : first).path
    }
    #expect(try into.runs() == before)
  }

  @Test("A source of which a figure was changed is damaged, and nothing is merged")
  func damagedSource() throws {
    _ = try first.recordRun(description(key: "a"))
    _ = try second.recordRun(description(key: "b"))
    try second.alter("UPDATE metrics SET value = 7 WHERE name = 'held_mean_pages'")

    #expect(
      throws: RecordingError.unsound(
        path: second.path, .changedRows(table: "metrics", run: 1))
    ) { try into.merge([first.path, second.path]) }
    #expect(try into.runs().isEmpty)
  }

  @Test("Sweeps arrive with their plans, and runs belong to them")
  func sweeps() throws {
    let plan = SweepDescription(
      key: "p", name: "s", design: "{}", command: "",
      runs: ["a", "b"].map { [String(repeating: $0, count: 64)] })
    for (store, key) in [(first, Character("a")), (second, "b")] {
      var run = description(key: key)
      run.sweep = try store.enter(plan)
      _ = try store.recordRun(run)
    }
    // Numbers of sweeps differ from file to file.
    _ = try into.enter(
      SweepDescription(key: "q", name: "t", design: "{}", command: "", runs: [["z"]]))

    let outcomes = try into.merge([first.path, second.path])

    #expect(try into.check().findings.isEmpty)
    #expect(outcomes.map(\.sweeps) == [1, 0])
    let sweep = try #require(try into.sweeps().first { $0.name == "s" })
    #expect(sweep.plannedRuns == 2 && sweep.finishedRuns == 2)
    #expect(try into.runs().map(\.sweep) == [sweep.id, sweep.id])
  }

  @Test("A sweep is removed with its runs, but not with those of another sweep")
  func pruning() throws {
    let keys = ["a", "b", "c"].map { String(repeating: $0, count: 64) }
    let old = try into.enter(
      SweepDescription(
        key: "p", name: "s", design: "{}", command: "", runs: [[keys[0]], [keys[1]]]))
    _ = try into.enter(
      SweepDescription(
        key: "q", name: "t", design: "{}", command: "", runs: [[keys[1]], [keys[2]]]))
    for key: Character in ["a", "b", "c"] { _ = try into.recordRun(description(key: key)) }

    #expect(try into.keys(besides: old) == Set(keys[1...]))
    try into.remove(runs: [1], sweep: old)

    #expect(try into.sweeps().map(\.name) == ["t"])
    #expect(try into.runs().map(\.key) == Array(keys[1...]))
    #expect(try into.cells(of: .ticks, run: 1).isEmpty)
    #expect(try into.check().findings.isEmpty)
  }
}
