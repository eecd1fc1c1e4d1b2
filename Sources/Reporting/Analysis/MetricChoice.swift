public import Simulation
internal import Text

/// A figure of a run by its name, of one guest or of all together.
public struct MetricChoice: Hashable, Sendable {
  /// The metric's whole name.
  public let name: String
  /// The guest; nil: all, or the host.
  public let guest: String?

  /// The name without the unit at its end that tables show otherwise, after the guest's.
  public var text: String {
    (guest.map { $0 + "." } ?? "") + (name.hasSuffix("_pages") ? String(name.dropLast(6)) : name)
  }

  /// The figure that a person means: `stall`, `build.stall`, or without its unit `memory_held_mean`.
  ///
  /// `memory` is `memory_held_mean_pages`, `saved` is `memory_saved`, and `harm` is `stall`.
  /// Throws `unknownMetric`.
  public init(_ text: String, known: [String]) throws(AnalysisError) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let word = String(parts.last ?? "")
    guest = parts.count > 1 ? String(parts[0]) : nil
    let meant = Self.words[word] ?? word
    guard let name = [meant, meant + "_pages"].first(where: known.contains) else {
      throw .unknownMetric(text, nearest: nearestWord(to: meant, among: known))
    }
    self.name = name
  }

  private static let words = [
    "memory": "memory_held_mean_pages", "saved": "memory_saved", "harm": "stall",
  ]

  /// The figure among those of a run, and its unit.
  ///
  /// Without a guest, what is of a kind that may be added up is summed over the guests.
  /// Throws `noSuchMetric`, and `guestNeeded` for a figure of several guests that is of another kind.
  public func value(
    in metrics: [Metric], run: Int64
  ) throws(AnalysisError) -> (value: Double, unit: String) {
    let found = metrics.filter { $0.name == name && (guest == nil || $0.guest == guest) }
    guard let first = found.first else { throw .noSuchMetric(text, run: run) }
    if found.count == 1 { return (first.value, first.unit) }
    // What a version of the program recorded that had other figures is added up.
    guard Figure.named(name)?.kind.isAdditive ?? true else {
      throw .guestNeeded(metric: name, guests: found.compactMap(\.guest))
    }
    return (found.reduce(0) { $0 + $1.value }, first.unit)
  }
}

/// A figure that is to be small, or large.
public struct Objective: Hashable, Sendable {
  /// The figure.
  public let metric: MetricChoice
  /// Whether the largest is best.
  public let isMaximised: Bool

  /// An objective as a person writes it: a metric, which is to be least, with `max:` in front to be greatest;
  /// what is the better the more there is of it, such as `saved`, is greatest by itself.
  public init(_ text: String, known: [String]) throws(AnalysisError) {
    let prefix = ["max:", "min:"].first(where: text.hasPrefix)
    metric = try MetricChoice(String(text.dropFirst(prefix?.count ?? 0)), known: known)
    isMaximised = prefix.map { $0 == "max:" } ?? Figure.named(metric.name)?.isBetterGreater ?? false
  }

  /// The value such that smaller is better.
  func cost(_ value: Double) -> Double { isMaximised ? -value : value }
}
