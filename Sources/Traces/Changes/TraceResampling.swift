internal import Units

/// Hands on a sample every `step`, the first at the first sample's time. Counters are what they were then.
final class TraceResampling: TraceStage {
  /// So many samples at most for one of the trace, so that a wrong unit does not fill a disk.
  private static let limit: Int64 = 1_000_000

  private let step: Int64
  private let rule: ResamplingRule
  private let sink: any TraceSink
  private var columns: [TraceQuantity] = []
  private var last: TraceRow?
  /// The time of the sample to be handed on next.
  private var next: Int64 = 0
  /// Of the step that begins at `next`: value times nanoseconds, nanoseconds with a value, and the greatest value.
  private var sums: [(area: Int128, time: Int64, greatest: Int64)] = []
  /// The sample in force at `next`.
  private var atNext = TraceRow()
  private(set) var fault: String?

  init(step: SimDuration, rule: ResamplingRule, into sink: any TraceSink) {
    self.step = step.nanoseconds
    self.rule = rule
    self.sink = sink
  }

  var hasFailed: Bool { fault != nil || sink.hasFailed }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    self.columns = columns
    forget()
    sink.begin(columns: columns, understood: understood)
  }

  func take(_ row: inout TraceRow) {
    if hasFailed { return }
    guard let last else {
      (last, next, atNext) = (row, row.time, row)
      return
    }
    if (row.time - last.time) / step > Self.limit {
      fault =
        "a step of \(SimDuration.nanoseconds(step).text) makes more than \(Self.limit) samples of one"
      return
    }
    pass(from: last, to: row)
    self.last = row
  }

  /// Lets the time between two samples pass.
  private func pass(from last: TraceRow, to row: TraceRow) {
    switch rule {
    case .held, .interpolated:
      while next < row.time {
        var sample = rule == .held ? last : line(from: last, to: row, at: next)
        emit(&sample)
      }
    case .mean, .greatest:
      var from = last.time
      if from == next { atNext = last }
      while from < row.time {
        let (end, isNever) = next.addingReportingOverflow(step)
        let until = isNever ? row.time : min(row.time, end)
        add(last, until - from)
        from = until
        if !isNever, until == end {
          var sample = gathered()
          emit(&sample)
          atNext = last
        }
      }
      if row.time == next { atNext = row }
    }
  }

  func end() {
    guard fault == nil, let last else { return }
    if rule == .mean || rule == .greatest {
      // The last level holds for a time that nobody knows; it counts if nothing else is in the step, or as a peak.
      if last.time == next || rule == .greatest { add(last, 1) }
      if last.time == next { atNext = last }
      var sample = gathered()
      emit(&sample)
    } else if next == last.time {
      var sample = last
      emit(&sample)
    }
  }

  private func emit(_ sample: inout TraceRow) {
    sample.time = next
    sink.take(&sample)
    // Beyond the last time that there is nothing follows.
    next = next.addingReportingOverflow(step).overflow ? .max : next + step
  }

  private func add(_ row: TraceRow, _ time: Int64) {
    for (place, column) in columns.enumerated() {
      guard let value = row[column] else { continue }
      sums[place].area += Int128(value) * Int128(time)
      sums[place].time += time
      sums[place].greatest = max(sums[place].greatest, value)
    }
  }

  /// The sample of the step that has passed.
  private func gathered() -> TraceRow {
    var sample = atNext
    for (place, column) in columns.enumerated() where !column.isCounter {
      let sum = sums[place]
      let mean = sum.time > 0 ? (sum.area + Int128(sum.time / 2)) / Int128(sum.time) : 0
      sample[column] = sum.time == 0 ? nil : rule == .mean ? Int64(mean) : sum.greatest
    }
    forget()
    return sample
  }

  private func forget() { sums = columns.map { _ in (0, 0, .min) } }

  private func line(from: TraceRow, to: TraceRow, at time: Int64) -> TraceRow {
    var row = from
    let share = Double(time - from.time) / Double(to.time - from.time)
    for column in columns {
      guard let low = from[column], let high = to[column] else { continue }
      row[column] = low + Int64((Double(high - low) * share).rounded())
    }
    return row
  }
}
