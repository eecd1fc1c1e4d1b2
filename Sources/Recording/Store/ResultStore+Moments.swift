internal import GRDB
public import Simulation
public import Text
public import Units

/// A row of `ticks`.
public struct TickRow: Hashable, Sendable {
  /// Its time.
  public var time: SimTime
  private var values: [Int64?]

  /// A column's value; 0 in a row that is older than the column.
  public subscript(_ column: TickColumn) -> Int64 { values[column.place] ?? 0 }

  /// Whether the row is not older than a column.
  func has(_ column: TickColumn) -> Bool { values[column.place] != nil }

  init(row: Row) throws {
    time = try row.time("time_ns")
    values = try TickColumn.all.map { column in
      try row.hasColumn(column.name) ? row.optional(column.name) : nil
    }
  }
}

/// A row of `events`.
public struct EventRow: Hashable, Sendable {
  /// When it happened.
  public var time: SimTime
  /// The guest; nothing: the whole run.
  public var guest: String?
  /// What happened.
  public var kind: String
  /// What, if this program knows it.
  public var known: EventRecord.Kind? { EventRecord.Kind(rawValue: kind) }
  /// What else is known, a JSON object.
  public var detail: String
}

extension EventRow {
  /// The row that an event of a run becomes whose guests have these names.
  public init(_ record: EventRecord, guests: [String]) {
    self.init(
      time: record.time, guest: record.guest.map { guests[$0] }, kind: record.kind.rawValue,
      detail: record.detailText)
  }
}

extension EventRecord {
  /// What else is known, as the text of a JSON object.
  var detailText: String { JSON.object(detail.map { ($0.key, $0.value) }).text }
}

extension EventRecord.Value: JSONValue {
  /// The number or the text.
  public var json: JSON {
    switch self {
    case .number(let number): number.json
    case .text(let text): text.json
    }
  }
}

/// A moment of a run that one looks for, the worst kind first.
public enum WorstMoment: String, CaseIterable, Sendable {
  /// The first process killed for want of memory.
  case oom
  /// The tick in which accesses waited longest, after the worker's first run if any did: before it a cold file cache fills.
  case stall
  /// The worker's run that found the guest furthest below its goal.
  case shortfall
}

extension ResultStore {
  /// The last turn of a guest's policy at or before a time, and the one after it.
  public func turns(
    of run: Int64, guest: String, at time: SimTime
  ) throws -> (last: RecordedDecision?, next: RecordedDecision?) {
    let last = try rows(
      "decisions", of: run, "guest = ? AND time_ns <= ? ORDER BY id DESC LIMIT 1",
      [guest, time.nanoseconds], RecordedDecision.init)
    let next = try rows(
      "decisions", of: run, "guest = ? AND time_ns > ? ORDER BY id LIMIT 1",
      [guest, time.nanoseconds], RecordedDecision.init)
    return (last.first, next.first)
  }

  /// The turns of a guest's policy from one time to another.
  public func turns(
    of run: Int64, guest: String, from: SimTime, to: SimTime
  ) throws -> [RecordedDecision] {
    try rows(
      "decisions", of: run, "guest = ? AND time_ns BETWEEN ? AND ? ORDER BY id",
      [guest, from.nanoseconds, to.nanoseconds], RecordedDecision.init)
  }

  /// The last tick of a guest at or before a time.
  public func tick(of run: Int64, guest: String, at time: SimTime) throws -> TickRow? {
    try rows(
      "ticks", of: run, "guest = ? AND time_ns <= ? ORDER BY id DESC LIMIT 1",
      [guest, time.nanoseconds], TickRow.init
    ).first
  }

  /// How far a run got: to its end, or to the last tick that is kept of it; zero before the first.
  public func span(of run: RunRecord) throws -> SimDuration {
    if let simulated = run.simulated { return simulated }
    let last = try guests(of: run.id).compactMap { guest in
      try tick(of: run.id, guest: guest, at: SimTime(nanoseconds: .max))?.time
    }.max()
    return (last ?? .zero) - .zero
  }

  /// Whether any tick of a run is kept so far.
  public func hasTicks(_ run: Int64) throws -> Bool {
    try !rows("ticks", of: run, "1 LIMIT 1", []) { _ in () }.isEmpty
  }

  /// The ticks of a guest from one time to another.
  public func ticks(
    of run: Int64, guest: String, from: SimTime, to: SimTime
  ) throws -> [TickRow] {
    try rows(
      "ticks", of: run, "guest = ? AND time_ns BETWEEN ? AND ? ORDER BY id",
      [guest, from.nanoseconds, to.nanoseconds], TickRow.init)
  }

  /// All that happened in a run.
  public func events(of run: Int64) throws -> [EventRow] {
    try eventRows(of: run, "1 ORDER BY id", [])
  }

  /// What happened of some kinds in a guest, or in the whole run: the first thousand.
  public func events(of run: Int64, guest: String, kinds: [EventRecord.Kind]) throws -> [EventRow] {
    let names = databaseQuestionMarks(count: kinds.count)
    return try eventRows(
      of: run, "(guest = ? OR guest IS NULL) AND kind IN (\(names)) ORDER BY id LIMIT 1000",
      [guest] + StatementArguments(kinds.map(\.rawValue)))
  }

  /// What happened of some kinds in all guests: the first thousand.
  public func events(of run: Int64, kinds: [EventRecord.Kind]) throws -> [EventRow] {
    let names = databaseQuestionMarks(count: kinds.count)
    return try eventRows(
      of: run, "kind IN (\(names)) ORDER BY id LIMIT 1000",
      StatementArguments(kinds.map(\.rawValue)))
  }

  /// What happened in a guest, or in the whole run, from one time to another.
  public func events(
    of run: Int64, guest: String, from: SimTime, to: SimTime
  ) throws -> [EventRow] {
    try eventRows(
      of: run, "(guest = ? OR guest IS NULL) AND time_ns BETWEEN ? AND ? ORDER BY id",
      [guest, from.nanoseconds, to.nanoseconds])
  }

  private func eventRows(
    of run: Int64, _ condition: String, _ arguments: StatementArguments
  ) throws -> [EventRow] {
    try rows("events", of: run, condition, arguments) { row in
      EventRow(
        time: try row.time("time_ns"), guest: try row.optional("guest"),
        kind: try row.value("kind"), detail: try row.value("detail"))
    }
  }

  /// When and in which guest a moment was, and whether it was after the worker's first run; nothing if there was none.
  /// Without a guest, of all.
  ///
  /// A guest without a worker is measured by the first worker of the run that runs, if one does.
  public func worst(
    _ moment: WorstMoment, of run: Int64, guest: String?
  ) throws -> (guest: String, time: SimTime, isAfterFirstRun: Bool)? {
    let stall = TickColumn.stalls.map(\.name).joined(separator: " + ")
    let keys = "id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR guest = ?3)"
    let first = """
      WITH first AS MATERIALIZED (
        SELECT guest AS of, min(time_ns) AS began FROM decisions WHERE id BETWEEN ?1 AND ?2 GROUP BY guest)
      """
    let isAfter =
      "time_ns > coalesce(began, (SELECT min(began) FROM first), \(Int64.max)) AS is_after"
    let sql =
      switch moment {
      case .oom:
        """
        \(first) SELECT guest, time_ns, \(isAfter) FROM events LEFT JOIN first ON of = guest
        WHERE \(keys) AND kind = '\(EventRecord.Kind.oomKill.rawValue)' ORDER BY id LIMIT 1
        """
      case .stall:
        """
        \(first) SELECT guest, time_ns, \(isAfter) FROM (
          SELECT guest, time_ns, id, \(stall) - lag(\(stall)) OVER (PARTITION BY guest ORDER BY id) AS amount
          FROM ticks WHERE \(keys)) LEFT JOIN first ON of = guest
        WHERE amount > 0 ORDER BY is_after DESC, amount DESC, id LIMIT 1
        """
      case .shortfall:
        """
        SELECT guest, time_ns, 1 AS is_after FROM decisions
        WHERE \(keys) AND goal_pages > current_pages ORDER BY goal_pages - current_pages DESC, id LIMIT 1
        """
      }
    let range = RowKey.range(of: run)
    return try read("look through run \(run)") { db in
      try Row.fetchOne(db, sql: sql, arguments: [range.lowerBound, range.upperBound, guest]).map {
        (
          try $0.value("guest"), try $0.time("time_ns"),
          try $0.value("is_after")
        )
      }
    }
  }

  /// The names of a run's guests, in their order.
  public func guests(of run: Int64) throws -> [String] {
    try read("read run \(run)") { try Self.guests(of: run, $0) }
  }

  /// The name of a run's first guest; a run without one is damaged.
  public func firstGuest(of run: Int64) throws -> String {
    guard let guest = try guests(of: run).first else {
      throw RecordingError.damaged(path: path, reason: "run \(run) has no guest")
    }
    return guest
  }

  static func guests(of run: Int64, _ db: Database) throws -> [String] {
    try Row.fetchAll(
      db, sql: "SELECT name.value FROM runs, json_each(guests) AS name WHERE runs.id = ?",
      arguments: [run]
    ).map { try $0.value("value") }
  }

  private func rows<T>(
    _ table: String, of run: Int64, _ condition: String, _ arguments: StatementArguments,
    _ value: (Row) throws -> T
  ) throws -> [T] {
    let range = RowKey.range(of: run)
    return try read("read \(table) of run \(run)") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM \(table)
          WHERE id BETWEEN \(range.lowerBound) AND \(range.upperBound) AND \(condition)
          """, arguments: arguments
      ).map(value)
    }
  }
}
