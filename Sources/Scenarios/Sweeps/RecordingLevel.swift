public import Units

/// How much of a run is kept; each level keeps all that the next one keeps.
public enum RecordingLevel: Hashable, Sendable {
  /// Every tick, every run of the worker, events and figures.
  case ticks
  /// The first tick in each span of this length, counted from boot; the rest as in `ticks`. The span is positive.
  case every(SimDuration)
  /// Every run of the worker, events and figures.
  case worker
  /// The figures alone.
  case metrics

  /// The level that a text names: `ticks`, `every:60s`, `worker` or `metrics`; nothing if it names none.
  public init?(_ text: String) {
    switch text {
    case "ticks": self = .ticks
    case "worker": self = .worker
    case "metrics": self = .metrics
    default:
      guard text.hasPrefix("every:"), let span = SimDuration(String(text.dropFirst(6))),
        span > .zero
      else { return nil }
      self = .every(span)
    }
  }

  /// Whether ticks are kept, all or some.
  public var keepsTicks: Bool {
    switch self {
    case .ticks, .every: true
    case .worker, .metrics: false
    }
  }

  /// What a text must be to name a level, for messages.
  public static let expected = "ticks, every:TIME such as every:60s, worker or metrics"

  /// The text that names the level.
  public var text: String {
    switch self {
    case .ticks: "ticks"
    case .every(let span): "every:\(span.text)"
    case .worker: "worker"
    case .metrics: "metrics"
    }
  }

  /// Whether a run kept at this level holds all that `wanted` asks for.
  ///
  /// The first tick of a span is the first of each shorter span that divides it.
  public func satisfies(_ wanted: RecordingLevel) -> Bool {
    switch (self, wanted) {
    case (_, .metrics), (.ticks, _): true
    case (.metrics, _): false
    case (_, .worker): true
    case (.worker, _), (.every, .ticks): false
    case (.every(let span), .every(let longer)): longer.nanoseconds % span.nanoseconds == 0
    }
  }
}
