public import Experiments
private import Foundation
private import Synchronization

/// Makes the runs of a sweep that are missing, on several threads, and records them in one database.
///
/// A run is one thread's, so what it computes does not depend on how many there are. Runs of which only the figures
/// are kept are written whole, several in one transaction; others as they go. An error of one run is kept with it and
/// the sweep goes on; an error of the database, or being asked to stop, ends the sweep.
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
    public var simulate: @Sendable (ResolvedScenario, RunRecorder?) throws -> RunSummary
    /// What an error means, for people.
    public var message: @Sendable (any Error) -> String
    /// Whether to stop.
    public var isInterrupted: @Sendable () -> Bool

    /// Hooks.
    public init(
      describe: @escaping @Sendable (Job, ResolvedScenario) -> RunDescription,
      simulate: @escaping @Sendable (ResolvedScenario, RunRecorder?) throws -> RunSummary,
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
  }

  private let plan: SweepPlan
  private let store: ResultStore
  private let level: RecordingLevel
  private let hooks: Hooks
  private let next = Atomic<Int>(0)
  private let progress = Mutex(Progress())
  /// What ended the sweep before its time.
  private let fatal = Mutex<(any Error)?>(nil)
  private let batch = Mutex(Batch())

  /// Runs that wait to be written.
  private struct Batch {
    var runs: [FinishedRun] = []
    var lastWrite = ContinuousClock.now
  }
  /// So many runs are written together, or those of so long.
  private static let batchSize = 64
  private static let batchTime = Duration.milliseconds(100)

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
    for _ in 0..<max(1, min(threads, jobs.count)) {
      group.enter()
      let thread = Thread { [self] in
        while let job = take(jobs) { make(job) }
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    while group.wait(timeout: .now() + .milliseconds(100)) == .timedOut { tick() }
    // What is finished is kept even if something else went wrong.
    do { try flush(all: true) } catch { stop(for: error) }
    if let error = fatal.withLock({ $0 }) { throw error }
    return current
  }

  /// The next run to be made; nothing at the end.
  private func take(_ jobs: [Job]) -> Job? {
    if fatal.withLock({ $0 != nil }) || hooks.isInterrupted() { return nil }
    let index = next.add(1, ordering: .relaxed).oldValue
    return index < jobs.count ? jobs[index] : nil
  }

  private func stop(for error: any Error) { fatal.withLock { $0 = $0 ?? error } }

  private func make(_ job: Job) {
    do {
      if level == .metrics { try makeWhole(job) } else { try makeRecorded(job) }
      progress.withLock { $0.finished += 1 }
    } catch let error as RecordingError {
      stop(for: error)
    } catch {
      if hooks.isInterrupted() { return stop(for: error) }
      let fault = Fault(job: job, message: hooks.message(error))
      progress.withLock { $0.faults.append(fault) }
    }
  }

  /// A run of which only the figures are kept.
  private func makeWhole(_ job: Job) throws {
    let scenario = try plan.scenario(of: job.member)
    let start = ResultStore.now
    do {
      let summary = try hooks.simulate(scenario, nil)
      let run = FinishedRun(
        description: hooks.describe(job, scenario), summary: summary, startedAt: start,
        finishedAt: ResultStore.now)
      batch.withLock { $0.runs.append(run) }
    } catch  where !(error is RecordingError) && !hooks.isInterrupted() {
      let run = try store.begin(hooks.describe(job, scenario))
      try recorder(run, scenario).fail(hooks.message(error))
      throw error
    }
    try flush(all: false)
  }

  /// A run that is recorded as it goes.
  private func makeRecorded(_ job: Job) throws {
    let scenario = try plan.scenario(of: job.member)
    let recorder = recorder(try store.begin(hooks.describe(job, scenario)), scenario)
    do {
      try recorder.finish(try hooks.simulate(scenario, recorder))
    } catch {
      // The first failure is the one to report; a run that cannot be marked is known by its dead process.
      do {
        if hooks.isInterrupted() {
          try recorder.interrupt()
        } else {
          try recorder.fail(hooks.message(error))
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
    let due = batch.withLock { batch -> [FinishedRun] in
      let isDue =
        all || batch.runs.count >= Self.batchSize
        || ContinuousClock.now - batch.lastWrite >= Self.batchTime
      guard isDue else { return [] }
      defer { batch = Batch() }
      return batch.runs
    }
    try store.record(due)
  }
}
