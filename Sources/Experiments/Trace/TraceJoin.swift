/// Samples whose parts come at different places of a file (or in several files), put together by their times.
///
/// Memory grows with the samples.
struct TraceJoin {
  private var rows: [TraceRow] = []
  private var indices: [Int64: Int] = [:]

  var isEmpty: Bool { rows.isEmpty }

  /// Sets values of the sample at a time.
  mutating func add(_ row: TraceRow) {
    if let index = indices[row.time] {
      rows[index].merge(row)
    } else {
      indices[row.time] = rows.count
      rows.append(row)
    }
  }

  /// Sets a value of the sample at `time`; false if it has one already.
  mutating func set(_ quantity: TraceQuantity, _ value: Int64, at time: Int64) -> Bool {
    if let index = indices[time] {
      if rows[index][quantity] != nil { return false }
      rows[index][quantity] = value
    } else {
      var row = TraceRow()
      (row.time, row[quantity]) = (time, value)
      add(row)
    }
    return true
  }

  /// Samples at nearly the same time (up to `tolerance` nanoseconds after the first) become one.
  mutating func gather(tolerance: Int64) {
    var gathered: [TraceRow] = []
    for row in rows.sorted(by: { $0.time < $1.time }) {
      if let last = gathered.last,
        case let distance = row.time.subtractingReportingOverflow(last.time), !distance.overflow,
        distance.partialValue <= tolerance, row.present & last.present == 0
      {
        gathered[gathered.count - 1].merge(row)
      } else {
        gathered.append(row)
      }
    }
    rows = gathered
  }

  /// Gives all samples to `intake` in the order of their times.
  mutating func emit(into intake: inout TraceIntake) throws(TraceFault) {
    for var row in rows.sorted(by: { $0.time < $1.time }) {
      try intake.emit(&row, at: intake.lastLine)
    }
    (rows, indices) = ([], [:])
  }
}
