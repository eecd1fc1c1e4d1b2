/// How traces are laid beside each other before they are added up.
public enum TraceAlignment: String, CaseIterable, Sendable {
  /// All first samples at the same time.
  case start
  /// By the clock, which all of them must tell.
  case clock
}

/// What a trace adds before its first and after its last sample.
public enum TraceOutside: String, CaseIterable, Sendable {
  /// Nothing; a trace ends one usual interval after its last sample.
  case nothing
  /// Its first level before, its last level after.
  case held
}

/// Adds traces up: a sample wherever one of them has one, each level holding until its trace's next.
struct TraceSum {
  private let traces: [TraceColumns]
  private let outside: TraceOutside
  /// What all of them have.
  let columns: [TraceQuantity]

  /// The sum of traces whose times are on one clock.
  init(_ traces: [TraceColumns], outside: TraceOutside) {
    (self.traces, self.outside) = (traces, outside)
    columns = TraceQuantity.allCases.filter { column in
      traces.allSatisfy { $0.columns.contains(column) }
    }
  }

  /// Hands all samples on; returns a sentence if sums get too large.
  func write(to sink: any TraceSink, understood: TraceUnderstanding) -> String? {
    sink.begin(columns: columns, understood: understood)
    let ends = traces.map { trace -> Int64? in
      guard outside == .nothing, let interval = trace.understood.interval else { return nil }
      // An end beyond the end of time never comes.
      return trace.times.last.flatMap {
        let (end, isTooLate) = $0.addingReportingOverflow(interval)
        return isTooLate ? nil : end
      }
    }
    let last = traces.compactMap(\.times.last).max() ?? 0
    // The sample of each trace that is to come.
    var next = traces.map { _ in 0 }
    // Places below the count are traces' next samples, those above their ends.
    var hasEnded = traces.map { _ in false }
    while true {
      var time = Int64.max
      for (index, trace) in traces.enumerated() {
        if next[index] < trace.times.count {
          time = min(time, trace.times[next[index]])
        } else if let end = ends[index], !hasEnded[index], end <= last {
          time = min(time, end)
        }
      }
      if time == .max || sink.hasFailed { return nil }
      for (index, trace) in traces.enumerated() {
        if next[index] < trace.times.count {
          if trace.times[next[index]] == time { next[index] += 1 }
        } else if ends[index] == time {
          hasEnded[index] = true
        }
      }
      var row = TraceRow()
      row.time = time
      for column in columns {
        row[column] = sum(of: column, next, hasEnded)
        if !column.isCounter, row[column] ?? 0 > TraceReader.kilobyteLimit {
          return "the sum of \(column.column) is beyond 2^40 kB"
        }
      }
      sink.take(&row)
    }
  }

  /// The sum of the levels in force; nothing if one that should have a value has none.
  private func sum(of column: TraceQuantity, _ next: [Int], _ hasEnded: [Bool]) -> Int64? {
    var total: Int64 = 0
    for (index, trace) in traces.enumerated() {
      let isOutside = next[index] == 0 || hasEnded[index]
      if isOutside, outside == .nothing, !column.isCounter { continue }
      guard let value = trace.value(column, at: max(0, next[index] - 1)) else { return nil }
      total = total &+ value
    }
    return total
  }
}
