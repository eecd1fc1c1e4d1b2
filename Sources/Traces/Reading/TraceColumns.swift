/// A whole trace in memory, a column an array.
final class TraceColumns: TraceSink {
  private(set) var times: [Int64] = []
  private(set) var columns: [TraceQuantity] = []
  private(set) var understood = TraceUnderstanding()
  /// A column's values, -1 where there is none.
  private var values: [[Int64]] = []
  let hasFailed = false

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    (self.columns, self.understood) = (columns, understood)
    values = columns.map { _ in [] }
  }

  func take(_ row: inout TraceRow) {
    times.append(row.time)
    for (place, column) in columns.enumerated() { values[place].append(row[column] ?? -1) }
  }

  /// Moves all times.
  func move(by nanoseconds: Int64) { times = times.map { $0 + nanoseconds } }

  /// The value of a column at a sample.
  func value(_ column: TraceQuantity, at sample: Int) -> Int64? {
    guard let place = columns.firstIndex(of: column) else { return nil }
    let value = values[place][sample]
    return value < 0 ? nil : value
  }
}
