internal import Foundation
internal import Units

/// A recorded guest whose memory pressure was recorded, beside its simulation.
public struct PressureValidation: Sendable {
  /// The recording's name.
  public let id: String
  /// Pages that came back within the workingset and had been active.
  public let restores: RecordedFigure
  /// What /proc/pressure/memory rose by, in s: `some` and `full`.
  public let some: RecordedFigure, full: RecordedFigure
  /// What `some` of /proc/pressure/io rose by, in s; shown only.
  public let ioSome: RecordedFigure
  /// Pages that reclaim looked at; shown only.
  public let scanned: RecordedFigure
  /// How far Senpai's limit is off, the root of the mean square in percent of the guest's RAM; nil: it was not at work.
  public let limitError: Double?
  /// Whether several tasks of the script compete for the processor.
  public let isContended: Bool
  /// Whether the guest had the host's processor when it wanted it: only then its times can be compared.
  public let isTimed: Bool
  /// What was taken from the recording, in us: a page scanned, a read of a disk.
  public let scanCost: Double, readCost: Double
  /// The samples by the name of the quantity: recorded and simulated, row by row.
  public let series: [(name: String, real: [Double], simulated: [Double])]

  /// How far restores may be off, as a share or in pages. Repetitions: 3% to 5%.
  public static let restoreTolerance = 0.05, fewRestores = 20.0
  /// How far `some` may be off in one recording, as a share or in s, and in the median of several. Repetitions: 5% to 7%.
  public static let someTolerance = 0.3, briefSome = 0.02, someMedian = 0.12
  /// How far `full` may be off in the median, with one task and with several. Repetitions: 7% to 28%.
  public static let fullMedian = 0.25, contendedFullMedian = 0.5
  /// How far Senpai's limit may be off, in percent of the RAM.
  public static let limitTolerance = 5.0
  /// The share of time that the guest may have waited for the host's processor.
  static let hostWaitTolerance = 0.2

  /// Whether restores are within their tolerance.
  public var restoresHold: Bool {
    abs(restores.predicted - restores.real)
      <= max(Self.restoreTolerance * restores.real, Self.fewRestores)
  }

  /// Whether `some` is within its tolerance: exactly 0 where there was no pressure.
  public var someHolds: Bool {
    if some.real == 0 { return some.predicted == 0 && full.predicted == 0 }
    return abs(some.predicted - some.real) <= max(Self.someTolerance * some.real, Self.briefSome)
  }

  /// Whether everything is within its tolerance that this recording can tell.
  public var ok: Bool {
    restoresHold && (!isTimed || someHolds) && limitError ?? 0 <= Self.limitTolerance
  }

  /// Simulates the recording in `path`, with its series and its control file beside it.
  ///
  /// - Throws: `UnreadableFile`, `RecordedFileError` or `SimulationError`.
  public init(path: String) throws {
    let recording = try PressureRecording(path: path)
    let costs = PressureCosts(recording)
    var guest = try PressureGuest(recording)
    let samples = guest.run()
    func figure(
      _ columns: [String], by divisor: Double = 1, _ value: (PressureGuest.Sample) -> Double
    ) -> RecordedFigure {
      let real = columns.reduce(0) { $0 + (recording.growth($1) ?? 0) }
      let predicted = (samples.last.map(value) ?? 0) - (samples.first.map(value) ?? 0)
      return RecordedFigure(real: real / divisor, predicted: predicted / divisor)
    }
    id = recording.guest.description.id
    restores = figure(["workingset_restore_file", "workingset_restore_anon"], \.restores)
    some = figure(["psi_mem_some_us"], by: 1e6, \.some)
    full = figure(["psi_mem_full_us"], by: 1e6, \.full)
    ioSome = figure(["psi_io_some_us"], by: 1e6, \.ioSome)
    scanned = figure(["pgscan_anon", "pgscan_file"], \.scanned)
    limitError = Self.limitError(recording, samples)
    let lines = recording.guest.description.script.compactMap { $0.split(separator: " ").first }
    isContended = Set(lines).count > 1
    isTimed = recording.hostWaitShare.map { $0 <= Self.hostWaitTolerance } ?? false
    scanCost = Double(costs.scanPage.nanoseconds) / 1_000
    readCost = Double(costs.read.nanoseconds) / 1_000
    func column(_ name: String) -> [Double] { recording.guest.series[name] ?? [] }
    series = [
      ("some_us", column("psi_mem_some_us"), samples.map(\.some)),
      ("full_us", column("psi_mem_full_us"), samples.map(\.full)),
      ("io_some_us", column("psi_io_some_us"), samples.map(\.ioSome)),
      (
        "restores",
        recording.guest.series.sum("workingset_restore_file", "workingset_restore_anon") ?? [],
        samples.map(\.restores)
      ),
      (
        "scanned", recording.guest.series.sum("pgscan_anon", "pgscan_file") ?? [],
        samples.map(\.scanned)
      ),
      ("scanned_directly", column("pgscan_direct"), samples.map(\.scannedDirectly)),
      ("swapped_in", column("pswpin"), samples.map(\.swapIns)),
      ("swapped_out", column("pswpout"), samples.map(\.swapOuts)),
      ("active_anon", column("Active(anon)"), samples.map(\.activeAnon)),
      ("inactive_anon", column("Inactive(anon)"), samples.map(\.inactiveAnon)),
      ("ram_pages", column("MemTotal"), samples.map(\.ram)),
      ("free_pages", column("MemFree"), samples.map(\.free)),
    ]
  }

  /// Senpai's limit at each of its ticks beside the recorded one.
  private static func limitError(
    _ recording: PressureRecording, _ samples: [PressureGuest.Sample]
  ) -> Double? {
    guard recording.loop != nil, let ticks = recording.guest.control?["t"],
      let limits = recording.guest.control?["limit_pages"]
    else { return nil }
    let simulated = ticks.map { time in
      samples[
        recording.readings.indices.min {
          abs(recording.readings[$0] - time) < abs(recording.readings[$1] - time)
        } ?? 0
      ].limit
    }
    return 100 * ClosedLoopValidation.rootMeanSquare(limits, simulated)
      / Double(recording.guest.description.totalRAM)
  }

  /// The median of some relative errors; 0 of none.
  public static func median(_ errors: [Double]) -> Double {
    let sorted = errors.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
