import MemoryModel
import Units

/// A figure of a run: what it is called, what it says, and how it is computed.
///
/// To add one: a row in `Figure.ofGuests` or one of the other tables, and the same row in `Docs/model.md`, section 7, which a test
/// writes out. What no counter has is kept in `GuestMeter` and noted in `Simulation.recordTick`. `make reference` then adds the
/// values of the bundled scenarios to `figures.tsv`; no course may differ. It is then a metric of every run, a column of the view `run_metrics_wide`, and a word for objectives, conditions,
/// plots and comparisons. Neither the key nor the fingerprint of a run depends on it.
public struct Figure: Sendable {
  /// What a value is counted in, as `metrics.unit` has it.
  public enum Unit: String, CaseIterable, Sendable {
    case pages
    case seconds = "s"
    case gibibyteHours = "GiB*h"
    case percent = "%"
    case count
    case ratio
    case perHour = "1/h"
  }

  /// How the value of a run comes about, and with it what several guests have together.
  public enum Kind: Sendable {
    /// Counts up.
    case sum
    /// The mean of a level over time, and its least and greatest value. Those of guests are added too.
    case mean, least, greatest
    /// A percentile.
    case percentile
    /// A share, a ratio or a rate.
    case ratio
    /// What is typical of something that happens again and again: a mean length, a half-life.
    case typical

    /// Whether the values of several guests may be added up.
    public var isAdditive: Bool {
      switch self {
      case .sum, .mean, .least, .greatest: true
      case .percentile, .ratio, .typical: false
      }
    }
  }

  /// The name, which ends in its unit where that is needed to tell it from another.
  public let name: String
  /// The unit.
  public let unit: Unit
  /// How it comes about.
  public let kind: Kind
  /// Whether more of it is better.
  public let isBetterGreater: Bool
  /// What it says, in a phrase.
  public let meaning: String
  let source: Source

  /// How a value is computed; nil: the run has no such figure.
  enum Source: Sendable {
    case guest(@Sendable (borrowing SimulatedGuest, FigureContext) -> Double?)
    case host(@Sendable (borrowing Host, HostMeter, FigureContext) -> Double?)
    case fault(@Sendable (FigureContext) -> Double?)
    case run(@Sendable (FigureContext) -> Double?)
  }

  init(
    _ name: String, _ unit: Unit, _ kind: Kind, isBetterGreater: Bool = false, _ meaning: String,
    _ source: Source
  ) {
    self.name = name
    self.unit = unit
    self.kind = kind
    self.isBetterGreater = isBetterGreater
    self.meaning = meaning
    self.source = source
  }

  /// All figures, in the order in which they are shown.
  public static let all = ofGuests + ofHosts + ofFaults + ofRuns

  /// The figure of this name, if this version of the program has it.
  public static func named(_ name: String) -> Figure? { names[name].map { all[$0] } }

  private static let names = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })
}

/// What figures are computed from besides the guest or the host.
struct FigureContext {
  /// How long the run was.
  var span: SimDuration
  /// Events of the queue.
  var events: Int64
  /// How long the injected faults of a guest, or of the host, lasted.
  var faults: [FaultSpec.Kind: SimDuration] = [:]

  /// The length of the run in seconds.
  var seconds: Double { span.seconds }
  /// The same to divide by.
  var divisor: Double { max(seconds, 1e-9) }
}
