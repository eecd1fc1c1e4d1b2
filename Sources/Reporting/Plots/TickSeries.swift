public import Recording
public import Simulation
internal import Units

/// A guest's ticks, few enough to draw: of each part of the run those in which a column is least or greatest, and the first.
///
/// Peaks stay, since every extreme of every column is the extreme of its part.
public struct TickSeries: Sendable {
  /// A tick.
  public struct Point: Sendable {
    /// When, in ns since boot.
    public var time: Int64
    /// The values of `columns`.
    public var values: [Int64]
  }

  /// What of a column is read.
  public enum Reading: Sendable {
    /// Its values.
    case values
    /// What it grew by since the tick before; 0 at the first.
    case increments
  }

  /// The columns.
  public let columns: [TickColumn]
  /// The ticks that were chosen, in the order of time.
  public private(set) var points: [Point] = []

  /// Reads the ticks of a guest: O(ticks) time, memory for a part's ticks and for those that are chosen.
  ///
  /// - Parameter parts: Into how many parts of equal length the run is divided, positive.
  /// - Throws: `RecordingError.damaged` if the guest has no tick, or one with values that are no numbers; the run has some.
  ///   `RecordingError.unknownColumn` for a column that is younger than the run.
  public init(
    _ store: ResultStore, run: RunRecord, guest: String, columns: [TickColumn], parts: Int,
    of reading: Reading = .values
  ) throws {
    self.columns = columns
    let length = max(1, try store.span(of: run).nanoseconds / Int64(parts))
    var part: (number: Int64, points: [Point]) = (-1, [])
    var before: [Int64]?
    /// A whole number, as every value of a tick is.
    func count(_ cell: Cell) throws -> Int64 {
      guard case .integer(let value) = cell else {
        throw RecordingError.damaged(
          path: store.path, reason: "run \(run.id) has a tick with a value that no tick has")
      }
      return value
    }
    try store.forEachRow(
      of: .ticks, run: run.id, columns: ["guest", "time_ns"] + columns.map(\.name)
    ) { cells in
      guard cells[0] == .text(guest) else { return }
      let time = try count(cells[1])
      if time / length != part.number {
        points += Self.extremes(part.points)
        part = (time / length, [])
      }
      if let place = cells.dropFirst(2).firstIndex(of: .null) {
        throw RecordingError.unknownColumn(columns[place - 2].name, table: .ticks, nearest: nil)
      }
      let values = try cells.dropFirst(2).map(count)
      switch reading {
      case .values: part.points.append(Point(time: time, values: values))
      case .increments:
        let increments = try zip(values, before ?? values).map { value, last in
          let (increment, isTooLarge) = value.subtractingReportingOverflow(last)
          return try count(isTooLarge ? .null : .integer(increment))
        }
        part.points.append(Point(time: time, values: increments))
        before = values
      }
    }
    points += Self.extremes(part.points)
    guard !points.isEmpty else {
      throw RecordingError.damaged(
        path: store.path, reason: "run \(run.id) has ticks, but none of its guest \(guest)")
    }
  }

  /// A column's place in `columns`; it must be one of them.
  func place(of column: TickColumn) -> Int {
    guard let place = columns.firstIndex(of: column) else {
      preconditionFailure("\(column) was not read")
    }
    return place
  }

  private static func extremes(_ points: [Point]) -> [Point] {
    guard let first = points.first else { return [] }
    var chosen: Set<Int> = [0]
    for column in first.values.indices {
      var (least, greatest) = (0, 0)
      for index in points.indices {
        if points[index].values[column] < points[least].values[column] { least = index }
        if points[index].values[column] > points[greatest].values[column] { greatest = index }
      }
      chosen.formUnion([least, greatest])
    }
    return chosen.sorted().map { points[$0] }
  }
}
