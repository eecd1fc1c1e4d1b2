import GRDB
import Policies
import Simulation
private import Text
import Units

extension RunRecorder {
  /// Numbers that a buffered row of `host_ticks` takes.
  static let hostWidth = 3 + HostTickColumn.allCases.count

  private static let hostSQL = hashedSQL(.hostTicks)
  private static let decisionSQL = hashedSQL(.decisions)
  private static let eventSQL = hashedSQL(.events)
  private static let metricSQL = hashedSQL(.metrics)

  /// An insertion of `id`, `run_id` and what is hashed of a row.
  private static func hashedSQL(_ table: ResultTable) -> String {
    RowInsert.sql(into: table.rawValue, ["id", "run_id"] + (RowHash.columns(of: table) ?? []))
  }

  /// An insertion that goes on with the table's hash.
  private func insertion(_ table: ResultTable, _ sql: String, _ db: Database) throws -> RowInsert {
    try RowInsert(db, sql: sql, hash: nextHashes[table] ?? RowHash(), after: 2)
  }

  /// Inserts everything that is buffered.
  func insertRows(into db: Database) throws {
    try insertTicks(into: db)
    try insertHashes(into: db)
    try insertHostTicks(into: db)
    try insertDecisions(into: db)
    try insertEvents(into: db)
  }

  private func insertTicks(into db: Database) throws {
    if tickRows.isEmpty { return }
    let names = ["id", "run_id", "guest", "tick", "time_ns"] + store.schema.tickColumns.map(\.name)
    var insert = try RowInsert(db, sql: RowInsert.sql(into: "ticks", names))
    let width = tickWidth
    try tickRows.withUnsafeBufferPointer { rows in
      for start in stride(from: 0, to: rows.count, by: width) {
        insert.bind(rows[start])
        insert.bind(run)
        insert.bind(guests[Int(rows[start + 1])])
        insert.bind(UnsafeBufferPointer(rebasing: rows[start + 2..<start + width]))
        try insert.step()
      }
    }
  }

  private func insertHashes(into db: Database) throws {
    if hashRows.isEmpty { return }
    var insert = try RowInsert(db, sql: RowInsert.sql(into: "tick_hashes", ["id", "hash"]))
    for start in stride(from: 0, to: hashRows.count, by: 2) {
      insert.bind(hashRows[start])
      insert.bind(hashRows[start + 1])
      try insert.step()
    }
  }

  private func insertHostTicks(into db: Database) throws {
    if hostRows.isEmpty { return }
    var insert = try insertion(.hostTicks, Self.hostSQL, db)
    try hostRows.withUnsafeBufferPointer { rows in
      for start in stride(from: 0, to: rows.count, by: Self.hostWidth) {
        insert.bind(rows[start])
        insert.bind(run)
        insert.bind(UnsafeBufferPointer(rebasing: rows[start + 1..<start + Self.hostWidth]))
        try insert.step()
      }
    }
    nextHashes[.hostTicks] = insert.hash
  }

  private func insertDecisions(into db: Database) throws {
    if decisionRows.isEmpty { return }
    var insert = try RowInsert(db, sql: Self.decisionSQL, after: 2)
    for record in decisionRows {
      let (row, guest, card) = (record.row, record.row.guest ?? 0, record.policy.card)
      insert.hash = nextDecisionHashes[guest] ?? RowHash()
      insert.bind(try RowKey.guestRow(run: run, guest: guest, number: record.turn))
      insert.bind(run)
      insert.bind(guests[guest])
      insert.bind(card.name)
      insert.bind(record.turn)
      insert.bind(record.time.nanoseconds)
      insert.bind(record.runTime.nanoseconds)
      insert.bind(row.current)
      insert.bind(row.goal)
      insert.bind(row.target)
      insert.bind(row.rule?.text)
      insert.bind(row.shrunk)
      insert.bind(row.fault?.text)
      insert.bind(row.termsText(card.terms.count))
      try insert.step()
      nextDecisionHashes[guest] = insert.hash
    }
  }

  private func insertEvents(into db: Database) throws {
    if eventRows.isEmpty { return }
    var insert = try insertion(.events, Self.eventSQL, db)
    for (sequence, record) in zip(eventsWritten..., eventRows) {
      insert.bind(try RowKey.runRow(run: run, number: sequence))
      insert.bind(run)
      insert.bind(sequence)
      insert.bind(record.time.nanoseconds)
      insert.bind(record.guest.map { guests[$0] })
      insert.bind(record.kind.rawValue)
      insert.bind(record.detailText)
      try insert.step()
    }
    nextHashes[.events] = insert.hash
  }

  /// Inserts the figures of a run and their hash.
  static func insertMetrics(_ metrics: [Metric], of run: Int64, into db: Database) throws {
    var insert = try RowInsert(db, sql: metricSQL, hash: RowHash(), after: 2)
    for (number, metric) in metrics.enumerated() {
      insert.bind(try RowKey.runRow(run: run, number: Int64(number)))
      insert.bind(run)
      insert.bind(metric.guest)
      insert.bind(metric.name)
      insert.bind(metric.value)
      insert.bind(metric.unit)
      try insert.step()
    }
    try insert.hash?.keep(for: .metrics, of: run, db)
  }
}

extension DecisionRow {
  /// The first so many terms as a JSON array, as SQLite writes one.
  fileprivate func termsText(_ count: Int) -> String {
    var text = "["
    for place in 0..<count {
      if place > 0 { text += "," }
      text += self[place].map { String($0) } ?? "null"
    }
    return text + "]"
  }
}
