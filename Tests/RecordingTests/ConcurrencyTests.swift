import Foundation
import TestSupport
import Testing
import Units

@testable import Recording

@Suite("Several connections share one file")
struct ConcurrencyTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test("A reader sees whole writes while the writer goes on")
  func readerFollows() throws {
    let writer = try ResultStore(path: folder.path(), create: true)
    let id = try writer.begin(description())
    let recorder = RunRecorder(
      store: writer, run: id, guests: ["build", "größer"], rowsPerWrite: 8,
      writeInterval: .seconds(3600))
    let reader = try ResultStore(path: folder.path(), readOnly: true)

    try recorder.record(ticks: 0..<3)
    let early = try reader.cells(of: .ticks, run: id).count
    try recorder.record(ticks: 3..<5)
    let late = try reader.cells(of: .ticks, run: id).count

    #expect(early == 0)
    // The buffer of 8 rows was full with the fourth tick of the second guest.
    #expect(late == 8)
    #expect(try reader.resolve("last").status == .running)
  }

  @Test("Rows are written after the write interval even if they are few")
  func slowRunsAreWritten() throws {
    let store = try ResultStore(path: folder.path(), create: true)
    let id = try store.begin(description())
    let recorder = RunRecorder(
      store: store, run: id, guests: ["build", "größer"], writeInterval: .zero)

    try recorder.record(ticks: 0..<1)

    #expect(try store.cells(of: .ticks, run: id).count == 2)
  }

  @Test("Two stores that record at once wait for each other and lose nothing")
  func writersTakeTurns() async throws {
    let path = folder.path()

    try await withThrowingTaskGroup { group in
      for _ in 0..<4 {
        group.addTask {
          let store = try ResultStore(path: path, create: true)
          let id = try store.begin(description())
          let recorder = RunRecorder(
            store: store, run: id, guests: ["build", "größer"], rowsPerWrite: 16)
          try recorder.record(ticks: 0..<400)
          try recorder.finish(.sample)
        }
      }
      try await group.waitForAll()
    }

    let store = try ResultStore(path: path)
    let counts = try store.runs().map { try store.cells(of: .ticks, run: $0.id).count }
    #expect(counts == [800, 800, 800, 800])
    #expect(try store.check().findings.isEmpty)
  }

  @Test("Who waits longer than the limit is told so, and can go on later")
  func busyIsAnError() throws {
    let holder = try ResultStore(path: folder.path(), create: true)
    let waiter = try ResultStore(path: folder.path(), busyTimeout: .milliseconds(50))

    let started = ContinuousClock.now
    try holder.write("hold the lock") { _ -> Void in
      let error = RecordingError.busy(path: folder.path(), waited: .milliseconds(50))
      #expect(throws: error) { try waiter.begin(description()) }
    }

    #expect(ContinuousClock.now - started >= .milliseconds(50))
    #expect(try waiter.begin(description()) == 1)
  }

  @Test("A process killed while it records leaves whole runs and one that is seen as interrupted")
  func killedProcess() async throws {
    let path = folder.path()

    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try ResultStore(path: path, create: true)
      _ = try store.recordRun(ticks: 50)
      let id = try store.begin(description(key: "b"))
      let recorder = RunRecorder(
        store: store, run: id, guests: ["build", "größer"], rowsPerWrite: 16)
      try recorder.record(ticks: 0..<100)
      kill(getpid(), SIGKILL)
    }

    let store = try ResultStore(path: path)
    #expect(try store.runs().map(\.status) == [.finished, .interrupted])
    #expect(try store.cells(of: .hostTicks, run: 1).count == 50)
    // 16 rows of two guests are 8 ticks; the last write was with the 96th tick.
    #expect(try store.cells(of: .ticks, run: 2).count == 192)
    let check = try store.check()
    #expect(check.findings.isEmpty)
    #expect(check.diedRuns == [2])
  }

  @Test("A process is told from a later one with its number and from one before the last boot")
  func processesAreTold() {
    let mine = ProcessIdentity.current
    var later = mine
    later.startedTicks += 1
    var rebooted = mine
    rebooted.bootID = "00000000-0000-0000-0000-000000000000"

    #expect(mine.isAlive)
    #expect(!later.isAlive)
    #expect(!rebooted.isAlive)
  }
}
