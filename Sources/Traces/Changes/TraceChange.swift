public import Units

/// A change of a trace on its way from a file to a CSV.
public enum TraceChange: Hashable, Sendable {
  /// Only what lies between two moments, both included.
  case slice(from: TraceMoment?, to: TraceMoment?)
  /// A sample every `step`.
  case resample(step: SimDuration, rule: ResamplingRule)
  /// Amounts of memory times `factor`, and times since the first sample times `stretch`; counters stay.
  case scale(factor: Double, stretch: Double)

  /// The stage that makes the change and hands samples on to `sink`.
  func stage(into sink: any TraceSink) -> any TraceStage {
    switch self {
    case .slice(let from, let to): TraceSlice(from: from, to: to, into: sink)
    case .resample(let step, let rule): TraceResampling(step: step, rule: rule, into: sink)
    case .scale(let factor, let stretch): TraceScaling(factor, stretch: stretch, into: sink)
    }
  }

  /// The change in words, as the CSV keeps it.
  public var text: String {
    switch self {
    case .slice(let from, let to):
      "slice"
        + (from.map { " from \($0.text)" } ?? "") + (to.map { " to \($0.text)" } ?? "")
    case .resample(let step, let rule): "resample to \(step.text), \(rule.rawValue)"
    case .scale(let factor, let stretch):
      "scale by \(factor)" + (stretch == 1 ? "" : ", time by \(stretch)")
    }
  }
}

/// What a sample stands for when the step of a trace is changed.
public enum ResamplingRule: String, CaseIterable, Sendable {
  /// The level in force at its time.
  case held
  /// The mean over the step that begins with it, each level weighted by how long it held.
  case mean
  /// The greatest level in that step.
  case greatest
  /// A straight line between the samples around it.
  case interpolated
}

/// A moment of a trace: so long after its first sample, or a time of the clock.
public enum TraceMoment: Hashable, Sendable {
  case after(SimDuration)
  /// Nanoseconds since 1970, in the zone of the trace if the text names none; and the text.
  case clock(Int64, text: String)

  /// `90s`, `2026-11-23T00:57:13`, `2026-11-23T00:57:13Z`; nothing if it is neither.
  public init?(_ text: String) {
    if let duration = SimDuration(text) {
      self = .after(duration)
    } else if text.contains("-"), let stamp = TimeStamp(iso: text) {
      self = .clock(stamp.nanoseconds, text: text)
    } else {
      return nil
    }
  }

  /// As it was written.
  public var text: String {
    switch self {
    case .after(let duration): duration.text
    case .clock(_, let text): text
    }
  }

  /// The moment on the clock of a trace's samples; nothing if the trace does not tell the time of day.
  func time(in found: TraceUnderstanding) -> Int64? {
    let start = found.start ?? 0
    switch self {
    case .after(let duration):
      let (time, isTooLate) = start.addingReportingOverflow(duration.nanoseconds)
      return isTooLate ? .max : time
    case .clock(let time, _):
      if found.isAbsolute { return time }
      return found.epoch.map { time &- $0 &+ start }
    }
  }
}

/// A part of the way from a file to a CSV.
protocol TraceStage: TraceSink {
  /// Why nothing more can come of it: a sentence without a full stop.
  var fault: String? { get }
  /// The last sample has come.
  func end()
}
