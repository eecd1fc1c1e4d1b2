public import Recording
internal import Simulation

/// A sweep as one tidy table: a row a run, in the order of the plan, with what varies, the seed, the status and all
/// figures.
///
/// The columns are `point` and `repetition` (from 1), `run_id`, `seed`, `status`, `fingerprint`, the parameters by their
/// paths, and the figures, those of a guest as `guest.name`. Runs that the plan has and the database has not are left out.
public struct SweepExport: Sendable {
  /// The names of the columns.
  public let columns: [String]
  private let rows: [[Cell]]

  /// The table of a sweep that was read with all its figures.
  public init(_ table: SweepTable) {
    let planned = table.plannedRows
    let figures = Self.figures(of: planned.map(\.row))
    columns =
      ["point", "repetition", "run_id", "seed", "status", "fingerprint"] + table.paths + figures
    rows = planned.map { point, repetition, row in
      let values = Dictionary(row.metrics.map { (Self.name($0), $0.value) }) { first, _ in first }
      let seed = Int64(exactly: row.run.seed).map(Cell.integer) ?? .text("\(row.run.seed)")
      return [
        .integer(Int64(point + 1)), .integer(Int64(repetition + 1)), .integer(row.run.id), seed,
        .text(row.run.status.rawValue), row.run.fingerprint.map(Cell.text) ?? .null,
      ] + row.values.map { $0?.cell ?? .null }
        + figures.map { name in
          guard let value = values[name], value.isFinite else { return .null }
          return .real(value)
        }
    }
  }

  /// The names of the figures of all runs.
  private static func figures(of rows: [SweepTable.Row]) -> [String] {
    var order = NameOrder()
    for row in rows { order.add(row.metrics.map(name)) }
    return order.names
  }

  private static func name(_ metric: Metric) -> String {
    metric.guest.map { "\($0).\(metric.name)" } ?? metric.name
  }

  /// Writes the table to `sink`, whose errors end it.
  public func write(_ format: Exporter.Format, to sink: ([UInt8]) throws -> Void) throws {
    let line = LineFormat(format, columns: columns)
    var buffer = LineBuffer()
    line.begin(&buffer)
    for (index, row) in rows.enumerated() {
      line.append(row, isFirst: index == 0, to: &buffer)
      try buffer.flush(to: sink)
    }
    line.end(&buffer)
    try buffer.flush(to: sink)
  }
}
