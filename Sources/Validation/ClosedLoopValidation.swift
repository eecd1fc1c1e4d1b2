internal import Foundation
internal import MemoryModel
internal import Policies

/// A recorded whole guest beside its simulation, sample by sample.
public struct ClosedLoopValidation: Sendable {
  /// A quantity, how far the simulation is off, and how far it may be.
  public struct Deviation: Hashable, Sendable {
    /// What is compared, such as `total RAM`.
    public let name: String
    /// How far it is off, and how far it may be, in `unit`.
    public let error: Double, tolerance: Double
    /// `% of RAM`, `pages`, `s`, `%`.
    public let unit: String

    /// Whether it is not further off than that.
    public var ok: Bool { error <= tolerance }
  }

  /// A step of the balloon: how long until total RAM began to move, and until it arrived, in seconds.
  public struct BalloonStep: Hashable, Sendable {
    /// When, from how many pages, to how many.
    public let at: Double, from: Double, to: Double
    /// The delay of the first change, recorded and simulated.
    public let delay: (real: Double, simulated: Double)
    /// Until the target was reached, recorded and simulated.
    public let duration: (real: Double, simulated: Double)
    /// The time between two samples: nothing is known more exactly.
    let resolution: Double

    /// Whether delay and duration are within 20% of the recorded ones, or within a sample.
    public var ok: Bool {
      [delay, duration].allSatisfy {
        abs($0.real - $0.simulated) <= max(0.2 * $0.real, resolution)
      }
    }

    /// Two steps are equal if all their numbers are.
    public static func == (a: BalloonStep, b: BalloonStep) -> Bool {
      a.at == b.at && a.from == b.from && a.to == b.to && a.delay == b.delay
        && a.duration == b.duration && a.resolution == b.resolution
    }

    /// Feeds the numbers to `hasher`.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(at)
      hasher.combine(to)
    }
  }

  /// The recording's name.
  public let id: String
  /// Total RAM, committed memory, file cache, swap, in this order; those that the recording has.
  public let deviations: [Deviation]
  /// Worker decisions given the recorded inputs: how many there are, and how many are equal.
  public let decisions: Int, equalDecisions: Int
  /// The steps of the balloon, of a recording that has a schedule and samples them closely.
  public let balloonSteps: [BalloonStep]
  /// Elementary times of the recording.
  public let times: RecordedTimes
  /// The samples by the name of the quantity, in pages: recorded and simulated, row by row.
  public let series: [(name: String, real: [Double], simulated: [Double])]

  /// Whether everything is within its tolerance.
  public var ok: Bool {
    deviations.allSatisfy(\.ok) && decisions == equalDecisions && balloonSteps.allSatisfy(\.ok)
  }

  /// Simulates the recording in `path`, with its series, its control file and its repetition beside it.
  ///
  /// - Throws: `UnreadableFile`, `RecordedFileError` or `SimulationError`.
  public init(path: String) throws {
    let recording = try GuestRecording(path: path)
    let replay = try GuestReplay(recording)
    id = recording.description.id
    deviations = Self.deviations(recording, replay, repetition: try Self.repetition(of: path))
    (decisions, equalDecisions) = Self.decisions(recording)
    balloonSteps = Self.balloonSteps(recording, replay)
    times = RecordedTimes(recording)
    series = [
      ("total_ram", recording.series["MemTotal"], replay.totalRAM),
      ("free", recording.series["MemFree"], replay.free),
      ("committed", recording.series["Committed_AS"], replay.committed),
      ("file_cache", recording.fileCache, replay.fileCache),
      ("swap_used", recording.swapUsed, replay.swapUsed),
    ].compactMap { name, real, simulated in real.map { (name, $0, simulated) } }
  }

  /// The recording of the same run again: `NAME_rep1` beside `NAME`, or the other way round.
  private static func repetition(of path: String) throws -> GuestRecording? {
    guard path.hasSuffix(".json") else { return nil }
    let stem = path.dropLast(5)
    let other = stem.hasSuffix("_rep1") ? String(stem.dropLast(5)) : stem + "_rep1"
    guard FileManager.default.fileExists(atPath: other + ".json") else { return nil }
    return try GuestRecording(path: other + ".json")
  }

  private static func deviations(
    _ recording: GuestRecording, _ replay: GuestReplay, repetition: GuestRecording?
  ) -> [Deviation] {
    let series = recording.series
    let boot = Double(recording.description.totalRAM)
    func share(_ real: [Double], _ simulated: [Double]) -> Double {
      100 * rootMeanSquare(real, simulated) / boot
    }
    func add(
      _ name: String, _ real: [Double]?, _ simulated: [Double], _ tolerance: Double,
      to list: inout [Deviation]
    ) {
      guard let real else { return }
      list.append(
        Deviation(
          name: name, error: share(real, simulated), tolerance: tolerance, unit: "% of RAM"))
    }
    var list: [Deviation] = []
    let noise = repetition.flatMap { again in
      again.firstTick == recording.firstTick
        ? again.series["MemTotal"].map { share($0, series["MemTotal"] ?? []) } : nil
    }
    add(
      "total RAM", series["MemTotal"], replay.totalRAM, max(2, 2 * (noise ?? 0)), to: &list)
    if let committed = series["Committed_AS"] {
      list.append(
        Deviation(
          name: "committed", error: worst(committed, replay.committed, except: recording.stirred),
          tolerance: Double(GuestRecording.processCommitted), unit: "pages"))
    }
    add("file cache", recording.fileCache, replay.fileCache, 5, to: &list)
    add("swap", recording.swapUsed, replay.swapUsed, 3, to: &list)
    return list
  }

  /// The root of the mean of the squared differences, over the samples that both have.
  static func rootMeanSquare(_ real: [Double], _ simulated: [Double]) -> Double {
    let pairs = zip(real, simulated)
    let sum = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (sum / Double(max(min(real.count, simulated.count), 1))).squareRoot()
  }

  /// The largest difference over the samples that both have, some of them left out.
  private static func worst(
    _ real: [Double], _ simulated: [Double], except left: Set<Int>
  ) -> Double {
    zip(real, simulated).enumerated().reduce(0) {
      left.contains($1.offset) ? $0 : max($0, abs($1.element.0 - $1.element.1))
    }
  }

  /// Takes the recorded inputs through the driver: one decision a row of the control file.
  private static func decisions(_ recording: GuestRecording) -> (all: Int, equal: Int) {
    guard let law = recording.description.controller, law.isEnabled, let control = recording.control
    else { return (0, 0) }
    var driver = SelfBalloonDriver(generation: .linux4_19)
    driver.tunables.isSelfballooning = true
    driver.tunables.isSelfshrinking = law.isSelfshrinking
    driver.tunables.interval = law.interval
    driver.tunables.downHysteresis = law.downHysteresis
    driver.tunables.upHysteresis = law.upHysteresis
    driver.tunables.reservedMB = recording.description.reservedMebibytes
    if let hysteresis = law.frontswapHysteresis { driver.tunables.frontswapHysteresis = hysteresis }
    if let inertia = law.frontswapInertia { driver.tunables.frontswapInertia = inertia }
    func column(_ name: String) -> [Int64] {
      (control[name] ?? []).map { Int64($0) }
    }
    let inputs = zip(column("cur"), zip(column("committed"), column("frontswap")))
    let outputs = GuestRecording.controlOutputs.map(column)
    var equal = 0
    var all = 0
    for (row, (current, (committed, frontswap))) in inputs.enumerated() {
      let reserved = Int64(recording.memory - recording.description.totalRAM)
      let decision = driver.beginRun(
        GuestView(
          totalRAM: UInt64(clamping: current),
          totalReserve: UInt64(clamping: recording.description.totalReserve),
          maxPFN: UInt64(clamping: recording.description.maxPFN),
          committed: UInt64(clamping: committed),
          frontswap: UInt64(clamping: frontswap),
          balloonCurrent: UInt64(clamping: current + reserved)))
      _ = driver.endRun()
      all += 1
      guard let part = decision.balloon, let outcome = part.outcome else { continue }
      let got = [
        part.goal, outcome.unflooredTarget, outcome.floor.pages, outcome.target,
        outcome.balloonTarget, decision.shrink?.shrinkTarget ?? .max,
      ].map { Int64(truncatingIfNeeded: $0) }
      if zip(outputs, got).allSatisfy({ row < $0.count && $0[row] == $1 }) { equal += 1 }
    }
    return (all, equal)
  }

  /// The steps of a schedule whose samples are less than a second apart.
  private static func balloonSteps(
    _ recording: GuestRecording, _ replay: GuestReplay
  ) -> [BalloonStep] {
    let resolution = recording.description.configuration.sample
    guard resolution < 1, let steps = recording.description.steps,
      let times = recording.series["t"], let real = recording.series["MemTotal"]
    else { return [] }
    let simulatedTimes = replay.totalRAM.indices.map {
      Double(recording.firstTick + $0) * resolution
    }
    return steps.map { step in
      let recorded = response(times, real, after: step[0], to: step[1])
      let simulated = response(simulatedTimes, replay.totalRAM, after: step[0], to: step[1])
      return BalloonStep(
        at: step[0], from: recorded.from, to: step[1], delay: (recorded.delay, simulated.delay),
        duration: (recorded.duration, simulated.duration), resolution: resolution)
    }
  }

  /// The value at `start`, and how long after it the first sample is that differs, and the first at `target`.
  private static func response(
    _ times: [Double], _ values: [Double], after start: Double, to target: Double
  ) -> (from: Double, delay: Double, duration: Double) {
    let samples = Array(zip(times, values))
    let from = samples.last { $0.0 <= start }?.1 ?? 0
    func time(_ isIt: (Double) -> Bool) -> Double {
      samples.first { $0.0 > start && isIt($0.1) }.map { $0.0 - start } ?? .infinity
    }
    return (from, time { $0 != from }, time { $0 == target })
  }
}

extension GuestRecording {
  /// The samples at which committed memory may have been on its way: those around the beginning and end of an operation.
  var stirred: Set<Int> {
    guard let times = series["t"] else { return [] }
    let sample = description.configuration.sample
    let instants = description.operations.flatMap { [$0.start, $0.end] }
    return Set(
      times.indices.filter { index in
        instants.contains { abs($0 - times[index]) <= 1.05 * sample }
      })
  }
}
