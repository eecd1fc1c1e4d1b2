private import Foundation
public import Scenarios
public import Simulation
private import Synchronization

/// Makes the runs of a sweep that are missing, on several threads, and records them in one database.
///
/// A run is one thread's, so what it computes does not depend on how many there are. Runs of which only the figures
/// are kept are written whole, several in one transaction; others as they go. Both get their numbers in the order of the
/// jobs, except that a run of figures does not wait longer than a second for one before it. An error of one run is kept with
/// it and the sweep goes on; an error of the database, or being asked to stop, ends the sweep.
public final class SweepExecution: Sendable {
  /// What a run needs to be made.
  public struct Job: Hashable, Sendable {
    /// The run's place in the plan.
    public var member: SweepPlan.Member
    /// Its key.
    public var key: String

    /// A run to be made.
    public init(member: SweepPlan.Member, key: String) {
      self.member = member
      self.key = key
    }
  }

  /// How the outside takes part.
  public struct Hooks: Sendable {
    /// What the database is told of a run before it starts.
    public var describe: @Sendable (Job, ResolvedScenario) -> RunDescription
    /// Simulates a run that reports to a recorder, if there is one.
    public var simulate: @Sendable (Job, ResolvedScenario, RunRecorder?) throws -> RunSummary
    /// What an error means, for people.
    public var message: @Sendable (any Error) -> String
    /// Whether to stop.
    public var isInterrupted: @Sendable () -> Bool

    /// Hooks.
    public init(
      describe: @escaping @Sendable (Job, ResolvedScenario) -> RunDescription,
      simulate: @escaping @Sendable (Job, ResolvedScenario, RunRecorder?) throws -> RunSummary,
      message: @escaping @Sendable (any Error) -> String,
      isInterrupted: @escaping @Sendable () -> Bool
    ) {
      self.describe = describe
      self.simulate = simulate
      self.message = message
      self.isInterrupted = isInterrupted
    }
  }

  /// A run that failed.
  public struct Fault: Hashable, Sendable {
    /// Which.
    public var job: Job
    /// Why.
    public var message: String
  }

  /// How far the sweep has come.
  public struct Progress: Sendable {
    /// Runs that are finished and recorded, or about to be.
    public var finished = 0
    /// Runs that failed, in the order in which they did.
    public var faults: [Fault] = []

    /// So many are finished, and none has failed.
    public init(finished: Int = 0) { self.finished = finished }
  }

  private let plan: SweepPlan
  private let store: ResultStore
  private let level: RecordingLevel
  private let hooks: Hooks
  private let progress = Mutex(Progress())
  /// What ended the sweep before its time.
  private let fatal = Mutex<(any Error)?>(nil)
  private let batch = Mutex(Batch())
  /// Held while a run is taken and begun, so that runs are begun in their order.
  private let beginning = NSLock()
  /// Held while runs are written, so that they are written in their order.
  private let writing = Mutex(())

  /// What is under way, and runs that wait to be written.
  private struct Batch {
    /// The place of the job that is taken next.
    var next = 0
    /// The places of the jobs that are being made.
    var places: Set<Int> = []
    var runs: [(place: Int, run: FinishedRun, since: ContinuousClock.Instant)] = []
    var lastWrite = ContinuousClock.now

    /// Takes out what is to be written: without the runs behind one that is still being made, unless `all` are or one has
    /// waited for too long.
    mutating func take(all: Bool) -> [FinishedRun] {
      let now = ContinuousClock.now
      let isLate = runs.contains { now - $0.since >= SweepExecution.patience }
      let end = all || isLate ? .max : places.min() ?? .max
      let due = runs.filter { $0.place < end }.sorted { $0.place < $1.place }
      runs.removeAll { $0.place < end }
      lastWrite = now
      return due.map(\.run)
    }
  }
  /// So many runs are written together, or those of so long.
  private static let batchSize = 64
  private static let batchTime = Duration.milliseconds(100)
  /// After so long a run no longer waits for one before it.
  private static let patience = Duration.seconds(1)

  /// The execution of a plan whose sweep has been entered.
  public init(plan: SweepPlan, store: ResultStore, level: RecordingLevel, hooks: Hooks) {
    self.plan = plan
    self.store = store
    self.level = level
    self.hooks = hooks
  }

  /// How far it has come.
  public var current: Progress { progress.withLock { $0 } }

  /// Makes the runs in their order, each by the next thread that is free; calls `tick` ten times a second.
  ///
  /// - Throws: What ended the sweep before its time; everything finished until then is recorded.
  public func run(_ jobs: [Job], threads: Int, tick: () -> Void = {}) throws -> Progress {
    let group = DispatchGroup()
    for index in 0..<max(1, min(threads, jobs.count)) {
      group.enter()
      let isStarted = startThread { [self] in
        while makeNext(jobs) {}
        group.leave()
      }
      if isStarted { continue }
      // The system has no more; without any the runs are made here.
      group.leave()
      if index == 0 { while makeNext(jobs) { tick() } }
      break
    }
    while group.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      do { try flush(all: false) } catch { stop(for: error) }
      tick()
    }
    // What is finished is kept even if something else went wrong.
    do { try flush(all: true) } catch { stop(for: error) }
    if let error = fatal.withLock({ $0 }) { throw error }
    return current
  }

  /// The place of the next run to be made; nothing at the end.
  private func take(_ jobs: [Job]) -> Int? {
    if fatal.withLock({ $0 != nil }) || hooks.isInterrupted() { return nil }
    return batch.withLock { batch in
      guard batch.next < jobs.count else { return nil }
      defer { batch.next += 1 }
      batch.places.insert(batch.next)
      return batch.next
    }
  }

  private func stop(for error: any Error) { fatal.withLock { $0 = $0 ?? error } }

  /// Makes the next run; false at the end.
  private func makeNext(_ jobs: [Job]) -> Bool {
    beginning.lock()
    guard let place = take(jobs) else {
      beginning.unlock()
      return false
    }
    let job = jobs[place]
    let begun = level == .metrics ? nil : Result { try begin(job) }
    beginning.unlock()
    do {
      if let begun { try makeRecorded(job, begun.get()) } else { try makeWhole(job, place) }
      progress.withLock { $0.finished += 1 }
    } catch let error as RecordingError {
      stop(for: error)
    } catch {
      if hooks.isInterrupted() {
        stop(for: error)
      } else {
        let fault = Fault(job: job, message: hooks.message(error))
        progress.withLock { $0.faults.append(fault) }
      }
    }
    batch.withLock { _ = $0.places.remove(place) }
    return true
  }

  /// A run of which only the figures are kept.
  private func makeWhole(_ job: Job, _ place: Int) throws {
    let scenario = try plan.scenario(of: job.member)
    let start = ResultStore.now
    do {
      let summary = try hooks.simulate(job, scenario, nil)
      let run = FinishedRun(
        description: hooks.describe(job, scenario), summary: summary, startedAt: start,
        finishedAt: ResultStore.now)
      batch.withLock { batch in
        batch.runs.append((place, run, .now))
        batch.places.remove(place)
      }
    } catch  where !(error is RecordingError) && !hooks.isInterrupted() {
      let run = try store.begin(hooks.describe(job, scenario))
      try recorder(run, scenario).fail(hooks.message(error))
      throw error
    }
    try flush(all: false)
  }

  /// Enters a run that is recorded as it goes.
  private func begin(_ job: Job) throws -> (scenario: ResolvedScenario, recorder: RunRecorder) {
    let scenario = try plan.scenario(of: job.member)
    return (scenario, recorder(try store.begin(hooks.describe(job, scenario)), scenario))
  }

  private func makeRecorded(
    _ job: Job, _ run: (scenario: ResolvedScenario, recorder: RunRecorder)
  ) throws {
    do {
      try run.recorder.finish(try hooks.simulate(job, run.scenario, run.recorder))
    } catch {
      // The first failure is the one to report; a run that cannot be marked is known by its dead process.
      do {
        if hooks.isInterrupted() {
          try run.recorder.interrupt()
        } else {
          try run.recorder.fail(hooks.message(error))
        }
      } catch {}
      throw error
    }
  }

  private func recorder(_ run: Int64, _ scenario: ResolvedScenario) -> RunRecorder {
    RunRecorder(
      store: store, run: run, guests: scenario.scenario.guests.map(\.name), level: level)
  }

  /// Writes the runs that wait, if they are many, or have waited long, or all are to be.
  private func flush(all: Bool) throws {
    if all { return try writing.withLock { _ in try write(all: true) } }
    // Another thread that is writing will be done soon.
    try writing.withLockIfAvailable { _ in try write(all: false) }
  }

  private func write(all: Bool) throws {
    let due = batch.withLock { batch -> [FinishedRun] in
      let isDue =
        all || batch.runs.count >= Self.batchSize
        || ContinuousClock.now - batch.lastWrite >= Self.batchTime
      return isDue ? batch.take(all: all) : []
    }
    try store.record(due)
  }
}
