internal import GRDB
internal import Policies
internal import Text

/// A table of the database, or a view of the decisions of one policy.
public enum ResultTable: Hashable, Sendable {
  case runs
  case parameters
  case ticks
  case hostTicks
  case decisions
  /// The decisions of one policy with a column for each term, by the view's name.
  case view(String)
  case events
  case metrics
  case tickHashes
  case sweeps
  case sweepPoints

  /// The view of the first policy there was; in files of earlier versions a table.
  static let worker = ResultTable.view("worker")

  /// What a row belongs to.
  public enum Owner: Sendable {
    case run
    case sweep
  }

  /// Whether rows belong to a run or to a sweep.
  public var owner: Owner {
    switch self {
    case .sweeps, .sweepPoints: .sweep
    case .runs, .parameters, .ticks, .hostTicks, .decisions, .view, .events, .metrics, .tickHashes:
      .run
    }
  }

  /// Whether rows come again and again, so that they can be thinned out.
  public var hasCadence: Bool { self == .hostTicks || isPerGuest }

  /// Whether rows have a simulated time.
  public var hasTime: Bool { hasCadence || self == .events }

  /// The tables in which a row has its run, guest and number packed into its `id`, and its run beside it.
  static let ofRows: [ResultTable] = [.ticks, .hostTicks, .decisions, .events, .metrics]

  /// Whether it is the view of a policy, which keeps no rows of its own.
  public var isView: Bool { if case .view = self { true } else { false } }

  /// Whether every row belongs to a guest.
  var isPerGuest: Bool { self == .ticks || self == .decisions || isView }

  /// Which rows belong to a run or a sweep, and their order.
  func condition(of owner: Int64) -> String {
    let keys = RowKey.range(of: owner)
    return switch self {
    case .ticks, .hostTicks, .decisions, .view, .events, .metrics, .tickHashes:
      "id BETWEEN \(keys.lowerBound) AND \(keys.upperBound)"
    case .runs, .sweeps: "id = \(owner)"
    case .parameters: "run_id = \(owner)"
    case .sweepPoints: "sweep_id = \(owner)"
    }
  }

  /// The order of a run's or a sweep's rows.
  var order: String {
    switch self {
    case .runs, .ticks, .hostTicks, .decisions, .view, .events, .metrics, .tickHashes, .sweeps:
      "id"
    case .parameters: "path"
    case .sweepPoints: "point, repetition"
    }
  }

  /// What a column is in SQL.
  func expression(of column: String) -> String {
    guard self == .tickHashes else { return column.quotedDatabaseIdentifier }
    return switch column {
    case "run_id": "id >> \(RowKey.runShift)"
    case "guest":
      """
      (SELECT json_extract(guests, '$[' || (tick_hashes.id >> \(RowKey.numberBits) & \(RowKey.guestLimit - 1)) || ']')
        FROM runs WHERE runs.id = tick_hashes.id >> \(RowKey.runShift))
      """
    case "tick": "id & \(RowKey.numberLimit - 1)"
    default: column.quotedDatabaseIdentifier
    }
  }
}

extension ResultTable: RawRepresentable, CaseIterable {
  /// All of them, with the views of today's policies.
  public static let allCases =
    [runs, parameters, ticks, hostTicks, decisions]
    + PolicyCatalogue.all.map { .view($0.card.view) }
    + [events, metrics, tickHashes, sweeps, sweepPoints]

  /// The table of a name; nil: there is none.
  public init?(rawValue: String) {
    guard let table = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = table
  }

  /// The name in the database.
  public var rawValue: String {
    switch self {
    case .runs: "runs"
    case .parameters: "parameters"
    case .ticks: "ticks"
    case .hostTicks: "host_ticks"
    case .decisions: "decisions"
    case .view(let name): name
    case .events: "events"
    case .metrics: "metrics"
    case .tickHashes: "tick_hashes"
    case .sweeps: "sweeps"
    case .sweepPoints: "sweep_points"
    }
  }
}

extension ResultStore {
  /// Those of some columns that a file's table has; an older one lacks what came later.
  static func present(
    _ columns: [String], in table: ResultTable, _ db: Database
  ) throws -> [String] {
    let names = try Set(db.columns(in: table.rawValue).map(\.name))
    return columns.filter(names.contains)
  }

  /// The table's columns in their order; what `id` packs stands in columns of its own.
  public func columns(of table: ResultTable) throws -> [String] {
    if table == .tickHashes { return ["run_id", "guest", "tick", "hash"] }
    let names = try read("read the columns of \(table.rawValue)") { db in
      try String.fetchAll(
        db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table.rawValue])
    }
    return ResultTable.ofRows.contains(table) || table.isView
      ? names.filter { $0 != "id" } : names
  }

  /// The columns named, after checking that the table has them; without names all of them.
  public func columns(of table: ResultTable, named names: [String]?) throws -> [String] {
    let known = try columns(of: table)
    guard let names else { return known }
    for name in names where !known.contains(name) {
      throw RecordingError.unknownColumn(
        name, table: table, nearest: nearestWord(to: name, among: known))
    }
    return names
  }
}
