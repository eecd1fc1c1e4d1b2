import Foundation
import Scenarios
import Simulation
import Synchronization
import TestSupport
import Testing
import Units

@testable import Recording

@Suite("The execution of a sweep")
struct SweepExecutionTests {
  let folder: Folder
  let store: ResultStore
  let plan: SweepPlan

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
    let text = """
      name: s
      duration: 20s
      guests:
        - name: g
          memory: 64MiB
          committed: { points: [{ at: 0s, committed: 20MiB }, { at: 9s, committed: 50MiB }] }
      """
    var options = SweepOptions()
    options.vary = ["selfballoon_downhysteresis=1,2,4,8", "selfballoon_interval=1,5"]
    plan = try SweepPlan(bytes: Array(text.utf8), file: "s.yaml", options: options)
  }

  private struct Fault: Error {}

  private func execute(
    threads: Int = 2, level: RecordingLevel = .metrics, failing: Int? = nil,
    slowing: @escaping @Sendable (_ point: Int) -> Void = { _ in },
    order: ([SweepExecution.Job]) -> [SweepExecution.Job] = { $0 }
  ) throws -> SweepExecution.Progress {
    let keys = try plan.keys()
    let sweep = try store.enter(
      SweepDescription(
        key: plan.key(of: keys), name: "s", design: plan.designJSON, command: "", runs: keys))
    let jobs = keys.enumerated().flatMap { point, own in
      own.enumerated().map {
        SweepExecution.Job(member: .init(point: point, repetition: $0), key: $1)
      }
    }
    let failingKey = failing.map { keys[$0][0] }
    let points = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1[0], $0) })
    let hooks = SweepExecution.Hooks(
      describe: { job, resolved in
        RunDescription(
          key: job.key, scenarioName: "s", scenarioYAML: resolved.yaml,
          seed: resolved.scenario.seed, version: "1", driver: "4.19", command: "", hostFacts: "{}",
          guests: ["g"],
          parameters: resolved.parameters.map {
            Parameter(path: $0.path, value: $0.text, number: $0.number)
          }, sweep: sweep, recording: level)
      },
      simulate: { _, resolved, recorder in
        if resolved.runKey == failingKey { throw Fault() }
        slowing(points[resolved.runKey] ?? 0)
        var simulation = try Simulation(
          resolved.scenario, demands: resolved.demands, observer: recorder)
        return try simulation.run()
      }, message: { "\($0)" }, isInterrupted: { false })
    let execution = SweepExecution(plan: plan, store: store, level: level, hooks: hooks)
    return try execution.run(order(jobs), threads: threads)
  }

  /// Every run's key with its fingerprint.
  private func fingerprints() throws -> [String: String?] {
    Dictionary(uniqueKeysWithValues: try store.runs().map { ($0.key, $0.fingerprint) })
  }

  @Test("Neither threads nor order nor the recording level change what a run computes")
  func independence() throws {
    _ = try execute(threads: 1)
    let first = try fingerprints()
    try store.alter("DELETE FROM runs; DELETE FROM parameters; DELETE FROM metrics")
    _ = try execute(threads: 4, level: .ticks, order: { $0.reversed() })
    let second = try fingerprints()

    #expect(first.count == 8 && Set(first.values).count == 8)
    #expect(first == second)
  }

  @Test(
    "Runs are numbered in the order of the jobs, whichever is done first",
    arguments: [RecordingLevel.metrics, .ticks])
  func numbers(level: RecordingLevel) throws {
    let expected = try plan.keys().joined()

    // Of four that are begun together the last is done first.
    _ = try execute(threads: 4, level: level) { point in
      Thread.sleep(forTimeInterval: 0.15 - 0.04 * Double(point % 4))
    }

    let runs = try store.runs().sorted { $0.id < $1.id }
    #expect(runs.map(\.key) == Array(expected))
  }

  @Test("A run that takes long does not keep those behind it from being written")
  func slowRun() throws {
    let written = Mutex(0)

    _ = try execute { [store] point in
      guard point == 0 else { return }
      Thread.sleep(forTimeInterval: 2.5)
      written.withLock { $0 = (try? store.runs().count { $0.status == .finished }) ?? -1 }
    }

    #expect(written.withLock { $0 } == 7)
  }

  @Test(
    "A fault in one run is kept with it and the others are made",
    arguments: [RecordingLevel.metrics, .ticks])
  func fault(level: RecordingLevel) throws {
    let progress = try execute(level: level, failing: 3)

    let failed = try store.runs().filter { $0.status == .failed }
    #expect(progress.finished == 7 && progress.faults.map(\.job.member.point) == [3])
    #expect(failed.map(\.error) == ["Fault()"])
    let sweep = try store.sweeps()[0]
    #expect(sweep.plannedRuns == 8 && sweep.finishedRuns == 7 && sweep.failedRuns == 1)
  }

  @Test(
    "A run is expected to take as long as recorded runs with its values, in proportion to what they simulated"
  )
  func estimate() throws {
    _ = try execute()
    // Those with a hysteresis of 1 took 4 s, the others 1 s.
    try store.alter(
      """
      UPDATE runs SET started_at = '2026-01-01T00:00:00.000Z', finished_at = '2026-01-01T00:00:01.000Z';
      UPDATE runs SET finished_at = '2026-01-01T00:00:04.000Z' WHERE id IN (
        SELECT run_id FROM parameters WHERE path LIKE '%downhysteresis' AND value = '1')
      """)
    let members = plan.points.indices.map { SweepPlan.Member(point: $0, repetition: 0) }
    func seconds() throws -> [Double] {
      let estimate = try SweepEstimate(of: members, in: plan, level: .metrics, store: store)
      return try #require(estimate.seconds)
    }

    let whole = try seconds()
    try store.alter("UPDATE runs SET simulated_ns = simulated_ns / 2")
    let halves = try seconds()

    let expected: [Double] = [4, 4, 1, 1, 1, 1, 1, 1, 8, 8, 2, 2, 2, 2, 2, 2]
    for (found, expected) in zip(whole + halves, expected) {
      #expect(abs(found - expected) < 0.01, "\(whole) \(halves)")
    }
  }

  @Test("The same plan is one sweep, however often it is entered")
  func entering() throws {
    _ = try execute()
    _ = try execute()

    #expect(try store.sweeps().count == 1)
    #expect(try store.sweepTable("last").points.count == 8)
  }

  @Test("A level keeps its rows: every span's first tick, the worker's runs, or figures alone")
  func levels() throws {
    let expected: [(String, ticks: Int, hasWorker: Bool)] = [
      ("ticks", 21, true), ("every:7s", 3, true), ("worker", 0, true), ("metrics", 0, false),
    ]
    for (text, ticks, hasWorker) in expected {
      let level = try #require(RecordingLevel(text))
      try store.alter("DELETE FROM runs; DELETE FROM parameters; DELETE FROM metrics")
      _ = try execute(level: level)
      for run in try store.runs() {
        #expect(run.recording == level && run.status == .finished)
        #expect(try store.cells(of: .ticks, run: run.id).count == ticks, "\(text)")
        #expect(try store.cells(of: .hostTicks, run: run.id).count == ticks, "\(text)")
        #expect(try store.cells(of: .worker, run: run.id).isEmpty != hasWorker, "\(text)")
        #expect(try !store.metrics(of: run.id).isEmpty)
      }
      #expect(try store.check().findings.isEmpty)
      try store.alter(
        """
        DELETE FROM ticks; DELETE FROM host_ticks; DELETE FROM decisions; DELETE FROM events;
        DELETE FROM row_hashes WHERE table_name <> 'sweeps'
        """)
    }
  }

  @Test("Only runs that keep enough are reused")
  func reuse() throws {
    _ = try execute(level: .worker)
    let keys = Set(try plan.keys().joined())

    #expect(try store.finishedKeys(among: keys, recording: .metrics).count == 8)
    #expect(try store.finishedKeys(among: keys, recording: .ticks).isEmpty)
    #expect(try store.finishedKeys(among: [], recording: .metrics).isEmpty)
  }
}
