/// Multiplies amounts of memory, the machine's own among them, and stretches time. Counters stay what they were.
final class TraceScaling: TraceStage {
  private let factor: Double
  private let stretch: Double
  private let sink: any TraceSink
  private var columns: [TraceQuantity] = []
  private var start: Int64?
  private var lastTime: Int64?
  private(set) var fault: String?

  init(_ factor: Double, stretch: Double, into sink: any TraceSink) {
    (self.factor, self.stretch) = (factor, stretch)
    self.sink = sink
  }

  var hasFailed: Bool { fault != nil || sink.hasFailed }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    self.columns = columns.filter { !$0.isCounter }
    sink.begin(columns: columns, understood: understood)
  }

  func take(_ row: inout TraceRow) {
    if hasFailed { return }
    for column in columns {
      guard let value = row[column] else { continue }
      let scaled = (Double(value) * factor).rounded()
      guard scaled <= Double(TraceReader.kilobyteLimit) else {
        fault = "\(column.column) times \(factor) is beyond 2^40 kB"
        return
      }
      row[column] = Int64(scaled)
    }
    if stretch != 1 {
      let first = start ?? row.time
      start = first
      let time = (Double(row.time - first) * stretch).rounded()
      guard abs(time) < 0x1p62, first.magnitude < 1 << 62 else {
        fault = "the trace times \(stretch) lasts longer than 146 years"
        return
      }
      row.time = first + Int64(time)
      if let lastTime, row.time <= lastTime {
        fault = "times \(stretch), two samples have the same time"
        return
      }
      lastTime = row.time
    }
    sink.take(&row)
  }

  func end() {}
}
