internal import GRDB
internal import Scenarios
public import Simulation
public import Units

/// Where two runs of the same guest take different courses.
public struct Parting: Hashable, Sendable {
  /// A column in which they differ.
  public struct Difference: Hashable, Sendable {
    /// Which.
    public var column: TickColumn
    /// The first run's value, in the column's unit.
    public var first: Int64
    /// The second run's.
    public var second: Int64
  }
  /// The guest.
  public var guest: String
  /// The first tick that differs.
  public var tick: Int64
  /// Its time, in the first run that has it.
  public var time: SimTime
  /// The columns in which it does; empty if one of the runs has no such tick.
  public var differences: [Difference]
  /// Which run ends before that tick: 0 or 1; nothing if both have it.
  public var shorter: Int?
}

extension ResultStore {
  /// The first tick, of all guests that both runs have, in which they differ; nothing if there is none.
  ///
  /// Where every tick is kept, hashes of all ticks so far are compared first: O(log n) lookups and at most 512 rows. Runs
  /// without them, of older versions or with fewer ticks kept, are read through.
  public func parting(of first: RunRecord, and second: RunRecord) throws -> Parting? {
    let names = try (guests(of: first.id), guests(of: second.id))
    var earliest: Parting?
    for (index, guest) in names.0.enumerated() {
      guard let other = names.1.firstIndex(of: guest) else { continue }
      let found = try parting(
        of: first.id, index, and: second.id, other, guest: guest,
        isWhole: first.recording == .ticks && second.recording == .ticks)
      if let found, earliest.map({ found.time < $0.time }) ?? true { earliest = found }
    }
    return earliest
  }

  /// The first tick in which the hosts of two runs differ, and its time; nothing if no tick that both have does.
  ///
  /// Reads the hosts' ticks of both: O(ticks).
  public func hostParting(
    of first: RunRecord, and second: RunRecord
  ) throws -> (tick: Int64, time: SimTime)? {
    let (one, two) = (RowKey.range(of: first.id), RowKey.range(of: second.id))
    return try read("compare the hosts of runs \(first.id) and \(second.id)") { db in
      let columns = try Self.present(HostTickColumn.allCases.map(\.name), in: .hostTicks, db)
        .map { "a.\($0) <> b.\($0)" }
      return try Row.fetchOne(
        db,
        sql: """
          SELECT a.tick, a.time_ns FROM host_ticks a JOIN host_ticks b ON b.id = a.id - ? + ?
          WHERE a.id BETWEEN ? AND ? AND (\(columns.joined(separator: " OR "))) ORDER BY a.id LIMIT 1
          """,
        arguments: [one.lowerBound, two.lowerBound, one.lowerBound, one.upperBound]
      ).map { (try $0.value("tick"), try $0.time("time_ns")) }
    }
  }

  private func parting(
    of first: Int64, _ firstGuest: Int, and second: Int64, _ secondGuest: Int, guest: String,
    isWhole: Bool
  ) throws -> Parting? {
    let bases = (
      try RowKey.guestRow(run: first, guest: firstGuest, number: 0),
      try RowKey.guestRow(run: second, guest: secondGuest, number: 0)
    )
    return try read("compare runs \(first) and \(second)") { db in
      let start = isWhole ? try Self.equalTicks(bases.0, bases.1, db) : 0
      func cursor(_ base: Int64) throws -> RowCursor {
        try Row.fetchCursor(
          db.makeStatement(sql: "SELECT * FROM ticks WHERE id BETWEEN ? AND ? ORDER BY id"),
          arguments: [base + start, base + RowKey.numberLimit - 1])
      }
      let cursors = (try cursor(bases.0), try cursor(bases.1))
      while true {
        let rows = (try cursors.0.next(), try cursors.1.next())
        guard let row = rows.0 ?? rows.1 else { return nil }
        let (tick, time): (Int64, Int64) = (try row.value("tick"), try row.value("time_ns"))
        var parting = Parting(
          guest: guest, tick: tick, time: SimTime(nanoseconds: time), differences: [])
        guard let one = rows.0, let two = rows.1 else {
          parting.shorter = rows.0 == nil ? 0 : 1
          return parting
        }
        let values = (try TickRow(row: one), try TickRow(row: two))
        if values.0 == values.1 { continue }
        // What is not known of one of them is no difference.
        parting.differences = TickColumn.all.filter {
          values.0[$0] != values.1[$0] && values.0.has($0) && values.1.has($0)
        }.map { Parting.Difference(column: $0, first: values.0[$0], second: values.1[$0]) }
        if parting.differences.isEmpty && values.0.time == values.1.time { continue }
        return parting
      }
    }
  }

  /// How many ticks at the beginning are the same, by their hashes: a multiple of what a hash stands for.
  private static func equalTicks(
    _ first: Int64, _ second: Int64, _ db: Database
  ) throws -> Int64 {
    let statement = try db.cachedStatement(sql: "SELECT hash FROM tick_hashes WHERE id = ?")
    let block = Int64(RunRecorder.hashedTicks)
    func isEqual(_ blocks: Int64) throws -> Bool {
      let place = blocks * block - 1
      let hash = try Int64.fetchOne(statement, arguments: [first + place])
      guard let hash else { return false }
      return try Int64.fetchOne(statement, arguments: [second + place]) == hash
    }
    // Ticks are numbered from 0 without gaps, so the last hash tells how many there are.
    let last =
      try Int64.fetchOne(
        db, sql: "SELECT max(id) FROM tick_hashes WHERE id BETWEEN ? AND ?",
        arguments: [first, first + RowKey.numberLimit - 1]) ?? first
    var (equal, unequal): (Int64, Int64) = (0, (last - first + 1) / block + 1)
    while unequal - equal > 1 {
      let middle = (equal + unequal) / 2
      if try isEqual(middle) { equal = middle } else { unequal = middle }
    }
    return equal * block
  }
}
