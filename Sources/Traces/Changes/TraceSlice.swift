/// Hands on what lies between two moments: each level holds until the next sample, so there is a sample at either moment
/// unless the trace begins later or ends sooner.
final class TraceSlice: TraceStage {
  private let moments: (from: TraceMoment?, to: TraceMoment?)
  private let sink: any TraceSink
  private var bounds: ClosedRange<Int64> = .min ... .max
  private var before: TraceRow?
  private var hasSome = false
  private var isPast = false
  private(set) var fault: String?

  init(from: TraceMoment?, to: TraceMoment?, into sink: any TraceSink) {
    moments = (from, to)
    self.sink = sink
  }

  var hasFailed: Bool { fault != nil || sink.hasFailed }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    let from = moments.from.map { $0.time(in: understood) } ?? .min
    let to = moments.to.map { $0.time(in: understood) } ?? .max
    guard let from, let to else {
      fault = "the trace does not tell the time of day: give times since its first sample"
      return
    }
    guard from <= to else {
      fault = "the slice ends before it begins"
      return
    }
    bounds = from...to
    var cut = understood
    if let start = understood.start, from > start {
      cut.start = from
      cut.epoch = understood.epoch.map { $0 &+ (from &- start) }
    }
    sink.begin(columns: columns, understood: cut)
  }

  func take(_ row: inout TraceRow) {
    if hasFailed || isPast { return }
    if row.time > bounds.upperBound {
      hold(at: bounds.upperBound)
      isPast = true
    } else if row.time < bounds.lowerBound {
      before = row
    } else {
      if row.time > bounds.lowerBound { hold(at: bounds.lowerBound) }
      hasSome = true
      before = row
      sink.take(&row)
    }
  }

  /// Hands on the level in force at a bound, unless a sample was there.
  private func hold(at bound: Int64) {
    if bound == bounds.lowerBound, hasSome { return }
    if bound == bounds.upperBound, before?.time ?? .max < bounds.lowerBound {
      // Both bounds lie between two samples.
      hold(before, at: bounds.lowerBound)
    }
    if before?.time ?? bound < bound { hold(before, at: bound) }
  }

  private func hold(_ row: TraceRow?, at time: Int64) {
    guard var held = row else { return }
    held.time = time
    before = held
    hasSome = true
    sink.take(&held)
  }

  func end() {
    if !hasSome, fault == nil { fault = "nothing of the trace lies in the slice" }
  }
}
