internal import GRDB
public import Units

/// How far a run has come that may still be written.
public struct RunProgress: Hashable, Sendable {
  /// The last simulated time of which something is kept.
  public var time: SimTime
  /// Pages that the guests have then, if ticks are kept.
  public var guestPages: Int64?
  /// Pages that the host has left then.
  public var freePages: Int64?
}

extension ResultStore {
  /// How far a run has come; nothing while nothing of it is kept.
  public func progress(of run: Int64) throws -> RunProgress? {
    let keys = RowKey.range(of: run)
    func last(_ columns: String, of table: ResultTable, _ order: String, _ db: Database) throws
      -> Row?
    {
      try Row.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT \(columns) FROM \(table.rawValue) WHERE id BETWEEN ? AND ?
            ORDER BY \(order) DESC LIMIT 1
            """), arguments: [keys.lowerBound, keys.upperBound])
    }
    return try read("look how far run \(run) has come") { db in
      if let row = try last("time_ns, guests_pages, free_pages", of: .hostTicks, "id", db) {
        return RunProgress(
          time: try row.time("time_ns"),
          guestPages: try row.value("guests_pages"), freePages: try row.value("free_pages"))
      }
      guard let row = try last("time_ns", of: .events, "id", db) else { return nil }
      let worker: Int64? = try last("time_ns", of: .decisions, "time_ns", db)?.value("time_ns")
      return RunProgress(
        time: SimTime(nanoseconds: max(try row.value("time_ns"), worker ?? 0)))
    }
  }
}
