/// The `id` of a row: its run, its guest and its number within them, packed into 63 bits.
///
/// Rows are stored in the order of their ids, so a run is one range of keys and needs no second index.
/// From the top: 22 bits run, 9 bits guest, 32 bits tick or invocation; rows that belong to no guest use
/// the 41 bits below the run for their number.
enum RowKey {
  /// Bits below the guest.
  static let numberBits = 32
  /// Bits below the run.
  static let runShift = 41
  /// Runs, guests of a run and numbers of a guest are below these.
  static let runLimit: Int64 = 1 << 22
  static let guestLimit: Int64 = 1 << 9
  static let numberLimit: Int64 = 1 << 32

  /// The key of a guest's row.
  static func guestRow(run: Int64, guest: Int, number: Int64) throws -> Int64 {
    guard guest < guestLimit else {
      throw RecordingError.outOfRange(what: "guest", value: Int64(guest), limit: guestLimit)
    }
    guard 0..<numberLimit ~= number else {
      throw RecordingError.outOfRange(what: "tick", value: number, limit: numberLimit)
    }
    return run << runShift | Int64(guest) << numberBits | number
  }

  /// The key of a row of the whole run.
  static func runRow(run: Int64, number: Int64) throws -> Int64 {
    guard 0..<numberLimit ~= number else {
      throw RecordingError.outOfRange(what: "row", value: number, limit: numberLimit)
    }
    return run << runShift | number
  }

  /// The condition of a query that a row belongs to a run, by the columns of its key and of the run's number.
  static func isRow(_ key: String, of run: String) -> String {
    "\(key) BETWEEN \(run) << \(runShift) AND (\(run) << \(runShift)) + \(1 << runShift - 1)"
  }

  /// All keys of a run.
  static func range(of run: Int64) -> ClosedRange<Int64> {
    guard 0..<runLimit ~= run else { return -1 ... -1 }
    let first = run << runShift
    return first...(first + (1 << runShift) - 1)
  }
}
