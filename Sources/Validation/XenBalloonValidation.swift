internal import Foundation
internal import MemoryModel
internal import Simulation
internal import Units

/// A recorded guest of Xen's, with the real balloon driver, beside its simulation.
public struct XenBalloonValidation: Sendable {
  /// A change of `retry_count` or `schedule_delay`, as it is seen between two samples.
  public struct Transition: Hashable, Sendable {
    /// The sample that shows it, in seconds, and B then, in pages.
    public let at: Double, current: Double
    /// The two counts now; (1, 1) is success, or that it gave up.
    public let retries: Int, delay: Int
    /// Whether the guest was to grow, or to stay as it was.
    let grows: Bool
  }

  /// A counted quantity of a closed loop, and by how much of it the simulation may be off.
  public struct Count: Hashable, Sendable {
    /// What is counted.
    public let name: String
    /// Recorded and simulated.
    public let figure: RecordedFigure

    /// Whether it is within a tenth, or within pages that two repetitions differ by.
    public var ok: Bool {
      abs(figure.predicted - figure.real)
        <= max(XenBalloonValidation.countTolerance * figure.real, XenBalloonValidation.fewPages)
    }
  }

  /// The recording's name.
  public let id: String
  /// What a page of the balloon took, in ns, out and in; nil if the recording does not show it.
  public let out: Int64?, `in`: Int64?
  /// Simulated changes of B between two samples that are no whole batches, and that neither the target nor a failure explains.
  public let oddChanges: Int
  /// The failures, successes and cancellations, recorded and simulated.
  public let recorded: [Transition], simulated: [Transition]
  /// How many of them are the same, in order; and by how much the time since the one before is off at most, in seconds, the wheel's
  /// granularity taken off.
  public let equalTransitions: Int, lateness: Double
  /// Failures and cancellations of a guest that was not to shrink: how many there are, and at how many B is equal.
  public let grants: Int, equalGrants: Int
  /// How far from the recorded B the simulated guest stopped where it could not shrink further, in pages; nil if it never did.
  ///
  /// What the recorded kernel came to hold besides, or less, is taken off: page tables, and free pages on per-CPU lists.
  public let stop: Double?
  /// Targets that the recorded guest reached, or at which it could not grow: how many, and at how many B is equal in the end.
  public let ends: Int, equalEnds: Int
  /// Of a closed loop, the share of samples in which the target is within `targetTolerance`; nil of others.
  public let equalTargets: Double?
  /// Of a closed loop, what was counted.
  public let counts: [Count]
  /// The samples by the name of the quantity, in pages: recorded and simulated, row by row.
  public let series: [(name: String, real: [Double], simulated: [Double])]

  /// How far the time from one transition to the next may be off, besides the wheel's granularity, in seconds.
  public static let timeTolerance = 0.3
  /// How far from the recorded size a guest may stop, in pages. Repetitions: 38 and 68.
  public static let stopTolerance = 100.0
  /// How far a target may be off, in pages, and in what share of the samples. Repetitions: 1 page in 95%.
  public static let targetTolerance = 8.0, targetShare = 0.9
  /// How far counts may be off, as a share or in pages. Repetitions: 1% to 10%, 118 pages swapped out and 132 refaults.
  public static let countTolerance = 0.1, fewPages = 132.0

  /// Whether everything is within its tolerance.
  public var ok: Bool {
    oddChanges == 0 && equalTransitions == max(recorded.count, simulated.count)
      && lateness <= Self.timeTolerance && grants == equalGrants
      && stop ?? 0 <= Self.stopTolerance && ends == equalEnds
      && equalTargets ?? 1 >= Self.targetShare && counts.allSatisfy(\.ok)
  }

  /// Simulates the recording in `path`, with its series and its control file beside it.
  ///
  /// - Throws: `UnreadableFile`, `RecordedFileError` or `SimulationError`.
  public init(path: String) throws {
    let recording = try GuestRecording(path: path)
    func refuse(_ place: String, _ what: String) -> RecordedFileError {
      RecordedFileError.malformed(file: path, place: place, what: what)
    }
    guard let domain = recording.domain else {
      throw refuse("hello.boot_pages", "is missing: no recording of Xen's balloon")
    }
    let columns = ["balloon_actual_pages", "balloon_target_pages", "schedule_delay", "retry_count"]
    for column in columns {
      guard let values = recording.series[column] else {
        throw refuse("\(recording.description.id).series.csv", "no column \"\(column)\"")
      }
      guard values.allSatisfy({ (-1...0x1p40).contains($0) }) else {
        throw refuse("\(recording.description.id).series.csv", "\"\(column)\" is out of range")
      }
    }
    let replay = try XenBalloonReplay(recording, domain: domain)
    let samples = replay.samples
    let real = recording.xenSamples
    id = recording.description.id
    let costs = recording.xenCosts
    out = costs.flatMap { $0.hasOut ? $0.out.nanoseconds : nil }
    `in` = costs.flatMap { $0.hasIn ? $0.in.nanoseconds : nil }
    oddChanges = Self.oddChanges(samples)
    recorded = Self.transitions(real)
    simulated = Self.transitions(samples)
    (equalTransitions, lateness) = Self.compare(recorded, simulated)

    let all = recorded
    let failures = zip(all, simulated).prefix(equalTransitions).filter {
      $0.0.isFailure(after: all)
    }
    let growing = failures.filter { $0.0.grows }
    grants = growing.count
    equalGrants = growing.count { $0.0.current == $0.1.current }
    let ends = Self.ends(recording, real: real, simulated: samples)
    self.ends = ends.exact.count
    equalEnds = ends.exact.count { $0.0 == $0.1 }
    let shrinking = failures.filter { !$0.0.grows }.map {
      ($0.0.current - recording.kernelGrowth(at: $0.0.at), $0.1.current)
    }
    stop = (shrinking + ends.stopped).map { abs($0.0 - $0.1) }.max()

    let isLoop = recording.description.controller?.isEnabled == true
    equalTargets =
      isLoop
      ? Double(
        zip(real, samples).count { abs($0.0.target - $0.1.target) <= Self.targetTolerance })
        / Double(max(samples.count, 1)) : nil
    counts = isLoop ? Self.counts(recording, replay) : []
    series = [
      ("balloon_current", real.map(\.current), samples.map(\.current)),
      ("balloon_target", real.map(\.target), samples.map(\.target)),
      ("total_ram", real.map(\.ram), samples.map(\.ram)),
      ("free", real.map(\.free), samples.map(\.free)),
      ("active_file", real.map(\.activeFile), samples.map(\.activeFile)),
      ("inactive_file", real.map(\.inactiveFile), samples.map(\.inactiveFile)),
      ("active_anon", real.map(\.activeAnon), samples.map(\.activeAnon)),
      ("inactive_anon", real.map(\.inactiveAnon), samples.map(\.inactiveAnon)),
    ]
  }

  /// Changes of B between samples that are no multiple of a batch, at neither a target nor a failure.
  private static func oddChanges(_ samples: [XenBalloonReplay.Sample]) -> Int {
    zip(samples, samples.dropFirst()).count { before, after in
      let change = Int(after.current - before.current)
      let wasAtTarget = before.current == before.target
      let hasFailed = (after.retries, after.delay) != (before.retries, before.delay)
      return change % 512 != 0 && after.current != after.target && !wasAtTarget && !hasFailed
    }
  }

  /// The changes of the counters that samples show.
  private static func transitions(_ samples: [XenBalloonReplay.Sample]) -> [Transition] {
    zip(samples, samples.dropFirst()).compactMap { before, after in
      guard (before.retries, before.delay) != (after.retries, after.delay) else { return nil }
      return Transition(
        at: after.time, current: after.current, retries: Int(after.retries),
        delay: Int(after.delay), grows: after.target >= after.current)
    }
  }

  /// How many transitions are the same one after another, and how far the time since the one before is off.
  private static func compare(
    _ recorded: [Transition], _ simulated: [Transition]
  ) -> (equal: Int, lateness: Double) {
    var lateness = 0.0
    var before: (Transition, Transition)?
    var equal = 0
    for (one, other) in zip(recorded, simulated) {
      guard (one.retries, one.delay) == (other.retries, other.delay) else { break }
      equal += 1
      let off = (one.at - (before?.0.at ?? 0)) - (other.at - (before?.1.at ?? 0))
      lateness = max(lateness, abs(off) - granularity(ofDelay: before?.0.delay ?? 0))
      before = (one, other)
    }
    return (equal, max(lateness, 0))
  }

  /// By how much the wheel of a kernel with 250 jiffies a second may end a delay of so many seconds later. Source: Docs/kernel.md 1.5a.
  private static func granularity(ofDelay seconds: Int) -> Double {
    seconds <= 2 ? 0.032 : seconds <= 16 ? 0.256 : 2.048
  }

  /// B at the end of each target, recorded and simulated: where it must be equal, and where the guest could not shrink further.
  private static func ends(
    _ recording: GuestRecording, real: [XenBalloonReplay.Sample],
    simulated: [XenBalloonReplay.Sample]
  ) -> (exact: [(Double, Double)], stopped: [(Double, Double)]) {
    var exact: [(Double, Double)] = []
    var stopped: [(Double, Double)] = []
    let steps = recording.description.steps ?? []
    for (index, step) in steps.enumerated() {
      let end = index + 1 < steps.count ? steps[index + 1][0] : .infinity
      guard
        let last = real.indices.last(where: {
          real[$0].time > step[0] && real[$0].time < end
        }), last > 0, last < simulated.count
      else { continue }
      // What still moves says nothing of an end.
      guard isAtRest(real, last) else { continue }
      if real[last].current <= step[1] {
        exact.append((real[last].current, simulated[last].current))
      } else {
        let growth = recording.kernelGrowth(at: real[last].time)
        stopped.append((real[last].current - growth, simulated[last].current))
      }
    }
    return (exact, stopped)
  }

  /// Whether B is as it was a quarter of a second before.
  private static func isAtRest(_ samples: [XenBalloonReplay.Sample], _ index: Int) -> Bool {
    samples[...index].reversed().prefix { samples[index].time - $0.time <= 0.25 }
      .allSatisfy { $0.current == samples[index].current }
  }

  /// What was counted in a closed loop.
  private static func counts(
    _ recording: GuestRecording, _ replay: XenBalloonReplay
  ) -> [Count] {
    func growth(_ columns: [String]) -> Double {
      columns.reduce(0) { sum, column in
        let values = recording.series[column] ?? []
        return sum + (values.last ?? 0) - (values.first ?? 0)
      }
    }
    let processes = recording.processNumbers.map { "p\($0)_miss" }
    return [
      ("misses", growth(processes), Double(replay.misses(of: recording))),
      (
        "refaults", growth(["workingset_refault_anon", "workingset_refault_file"]),
        replay.growth(.workingsetRefault, .workingsetRefaultAnon)
      ),
      ("swapped out", growth(["pswpout"]), replay.growth(.pswpout)),
    ].map { Count(name: $0, figure: RecordedFigure(real: $1, predicted: $2)) }
  }
}

extension XenBalloonValidation.Transition {
  /// Whether it is a failure, or that the driver gave up after others: not a success.
  fileprivate func isFailure(after all: [Self]) -> Bool {
    if retries > 1 { return true }
    guard let before = all.last(where: { $0.at < at }) else { return false }
    return before.current == current && before.retries > 1
  }
}

extension GuestRecording {
  /// By how many pages the kernel's own memory had grown since the first sample: what is neither free, nor on a list, nor locked.
  fileprivate func kernelGrowth(at time: Double) -> Double {
    let lists = [
      "MemFree", "Active(anon)", "Inactive(anon)", "Active(file)", "Inactive(file)", "Unevictable",
    ]
    guard let times = series["t"], let total = series["MemTotal"],
      let index = times.firstIndex(where: { $0 >= time })
    else { return 0 }
    func own(_ index: Int) -> Double {
      lists.reduce(total[index]) { $0 - (series[$1]?[index] ?? 0) }
    }
    return own(index) - own(0)
  }

  /// The recorded samples of a guest of Xen's.
  var xenSamples: [XenBalloonReplay.Sample] {
    func column(_ name: String) -> [Double] {
      series[name] ?? [Double](repeating: -1, count: series.rows.count)
    }
    let (times, current, target) = (
      column("t"), column("balloon_actual_pages"), column("balloon_target_pages")
    )
    let (retries, delay, list) = (
      column("retry_count"), column("schedule_delay"), column("ballooned_pages")
    )
    let (ram, free, heap) = (column("MemTotal"), column("MemFree"), column("xen_free"))
    let lists = ["Active(file)", "Inactive(file)", "Active(anon)", "Inactive(anon)"].map(column)
    return times.indices.map {
      XenBalloonReplay.Sample(
        time: times[$0], current: current[$0], target: target[$0], ballooned: list[$0],
        retries: retries[$0], delay: delay[$0], ram: ram[$0], free: free[$0],
        hypervisorFree: heap[$0], activeFile: lists[0][$0], inactiveFile: lists[1][$0],
        activeAnon: lists[2][$0], inactiveAnon: lists[3][$0])
    }
  }
}
