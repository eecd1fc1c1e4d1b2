/// Samples whose parts come at different places of a file (or in several files), put together by their times.
///
/// Memory grows with the samples.
struct TraceJoin {
  private var rows: [TraceRow] = []
  private var indices: [Int64: Int] = [:]

  var isEmpty: Bool { rows.isEmpty }

  /// Sets values of the sample at a time; `place` is blamed if it has one of them already.
  mutating func add(_ row: TraceRow, at place: TraceField) throws(TraceFault) {
    guard let index = indices[row.time] else {
      indices[row.time] = rows.count
      return rows.append(row)
    }
    let both = rows[index].present & row.present
    if let twice = TraceQuantity.allCases.first(where: { both >> $0.rawValue & 1 == 1 }) {
      throw place.fault("a second \(twice.column) for the time \(TimeStamp.text(row.time))")
    }
    rows[index].merge(row)
  }

  /// Sets one value of the sample at a time.
  mutating func set(
    _ quantity: TraceQuantity, _ value: Int64, time: Int64, at place: TraceField
  ) throws(TraceFault) {
    var row = TraceRow()
    (row.time, row[quantity]) = (time, value)
    try add(row, at: place)
  }

  /// Lets `body` change every sample, in the order in which they came.
  mutating func change(_ body: (inout TraceRow) -> Void) {
    for index in rows.indices { body(&rows[index]) }
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
