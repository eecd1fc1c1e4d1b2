import Scenarios
import Simulation
import TestSupport
import Testing
import Units

@testable import Recording

@Suite("A recorded run is one call")
struct RecordedRunTests {
  private let scenario = """
    name: small
    duration: 20s
    guests:
      - name: one
        memory: 256MiB
        policy: { selfballoon: { interval: 2 } }
        committed: { constant: 100MiB }
    """

  private func resolved() throws -> ResolvedScenario {
    try ScenarioReader.read(text: scenario, file: "s.yaml")
  }

  @Test(
    "What is returned is what the same scenario comes to without a database, and what is in the file"
  )
  func recorded() throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    let resolved = try resolved()

    let made = try store.record(resolved, resolved.description(command: "balloonsim run s.yaml"))

    var alone = try Simulation(resolved.scenario, demands: resolved.demands)
    #expect(try alone.run().fingerprint == made.summary.fingerprint)
    let record = try #require(try store.runs().first)
    #expect((record.id, record.status) == (made.run, .finished))
    #expect(record.fingerprint == made.summary.fingerprint)
    #expect(try store.finishedRun(key: resolved.runKey)?.id == made.run)
    // The first 5 s after boot, for the interval is written when that is set; then every 2 s up to 19 s.
    #expect(try store.cells(of: .decisions, run: made.run).count == 8)
    #expect(try store.check().findings.isEmpty)
  }

  /// Ends a run at its fifth tick.
  private final class Stop: RunObserver {
    struct Reached: Error {}
    let recorder: RunRecorder
    init(_ recorder: RunRecorder) { self.recorder = recorder }
    func wantsTick(at time: SimTime) throws -> Bool {
      if time >= .zero + .seconds(5) { throw Reached() }
      return recorder.wantsTick(at: time)
    }
  }

  @Test(
    "A run that does not get to its end is marked, and the error comes out",
    arguments: [("no more", .failed), (nil, .interrupted)] as [(String?, RunStatus)])
  func marked(message: String?, status: RunStatus) throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    let resolved = try resolved()

    #expect(throws: Stop.Reached.self) {
      try store.record(
        resolved, resolved.description(command: "x"), observe: { Stop($0) },
        message: { _ in message })
    }

    #expect(try store.runs().map(\.status) == [status])
    #expect(try store.check().findings.isEmpty)
  }
}
