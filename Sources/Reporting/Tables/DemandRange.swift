public import Simulation
internal import Text

/// What an answer may be by what happened between the coarse samples of a trace, which nobody recorded.
public struct DemandRange: Sendable {
  /// The figures under one guess.
  public struct Answer: Sendable {
    /// How samples were taken to lead to the next.
    public var guess: Interpolation
    /// The run's figures.
    public var metrics: [Metric]

    /// The figures under one guess.
    public init(guess: Interpolation, metrics: [Metric]) {
      self.guess = guess
      self.metrics = metrics
    }
  }

  private let answers: [Answer]

  /// The range of answers; of less than two there is none.
  public init(_ answers: [Answer]) { self.answers = answers }

  /// What answers are asked for.
  private static let names = [
    "memory_saved_percent", "memory_held_mean_pages", "memory_held_peak_settled_pages",
    "host_held_p95_pages", "oom_kills", "stall",
  ]

  /// A sentence a guest, and one for the host if it has such figures: the least and the greatest of what may be the answer.
  public var sentences: [String] {
    guard answers.count > 1, let first = answers.first else { return [] }
    var guests: [String?] = []
    for metric in first.metrics where !guests.contains(metric.guest) { guests.append(metric.guest) }
    return guests.compactMap { guest in
      let parts = Self.names.compactMap { range(of: $0, guest) }
      if parts.isEmpty { return nil }
      return "RANGE (\(guest ?? "host")): by what happened between samples, "
        + parts.joined(separator: "; ") + "."
    }
  }

  /// A figure under all guesses, the least first.
  private func range(of name: String, _ guest: String?) -> String? {
    let figures = answers.compactMap { answer in
      answer.metrics.first { $0.name == name && $0.guest == guest }.map {
        (value: $0.value, unit: $0.unit, answer: answer)
      }
    }.sorted { $0.value < $1.value }
    guard let least = figures.first, let greatest = figures.last else { return nil }
    let scale = UnitScale(unit: least.unit, largest: greatest.value)
    let unit = scale.unit.isEmpty ? "" : " \(scale.unit)"
    let texts = figures.map { figure in
      let isKilling =
        name.hasPrefix("memory_") && Casualties.kills(in: figure.answer.metrics, guest: guest) > 0
      return "\(scale.text(figure.value))\(unit)\(isKilling ? " by killing" : "")"
    }
    let shown = MetricsTable.shown(name, unit: least.unit)
    if Set(texts).count == 1 { return "\(shown) \(texts[0])" }
    let named = zip(texts, figures).map { "\($0) (\($1.answer.guess.rawValue))" }
    return "\(shown) \(named.joined(separator: " to "))"
  }
}
