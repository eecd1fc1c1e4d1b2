internal import GRDB
internal import Policies
internal import Simulation

extension Schema {
  /// The views, for people who ask the database in SQL; the program reads none of them.
  var views: [View] {
    [
      View(
        name: "run_parameters",
        sql: """
            SELECT r.id AS run_id, r.scenario_name, r.seed, r.status, p.path, p.value, p.number
            FROM runs r JOIN parameters p ON p.run_id = r.id
          """),
      View(
        name: "run_metrics",
        sql: """
            SELECT r.id AS run_id, r.scenario_name, r.seed, r.status, m.guest, m.name, m.value, m.unit
            FROM runs r JOIN metrics m ON \(RowKey.isRow("m.id", of: "r.id"))
          """),
      View(
        name: "metric_parameters",
        sql: """
            SELECT m.run_id, m.scenario_name, m.seed, m.status, m.guest, m.name, m.value, m.unit,
              p.path, p.value AS parameter, p.number
            FROM run_metrics m JOIN parameters p ON p.run_id = m.run_id
          """),
      View(name: "ticks_mib", sql: ticksInMebibytes),
      View(name: "run_metrics_wide", sql: wideMetrics),
    ] + Self.decisionViews
  }

  /// The decisions of each policy.
  static let decisionViews = PolicyCatalogue.all.map { $0.card.decisionView }

  /// The levels of `ticks` in MiB: 256 pages each.
  private var ticksInMebibytes: String {
    let levels = tickColumns.filter { !$0.isCumulative && $0.unit == .pages }
      .map { "\($0.name) / 256.0 AS \($0.plainName)_mib" }
    return
      "  SELECT run_id, guest, tick, time_ns / 1e9 AS time_s, \(levels.joined(separator: ", ")) FROM ticks"
  }

  /// A row for every guest of every run, with a column for each figure: a view cannot find its columns by itself.
  private var wideMetrics: String {
    """
      SELECT r.id AS run_id, r.scenario_name, r.seed, r.status, g.value AS guest,
        \(figures.map(\.wideColumn).joined(separator: ",\n    "))
      FROM runs r, json_each(r.guests) g
      JOIN metrics m ON \(RowKey.isRow("m.id", of: "r.id"))
        AND (m.guest = g.value OR m.guest IS NULL)
      GROUP BY r.id, g.key
    """
  }
}

extension ResultStore {
  /// Makes those views that the file lacks or has otherwise than this program, and writes down the hashes of what it made.
  ///
  /// A table that bears a view's name stays: it is somebody's.
  func makeViews() throws {
    func outdated(_ db: Database) throws -> [Schema.View] {
      let hashes = try KeptHashes(db).views
      let taken = try String.fetchSet(
        db, sql: "SELECT name FROM main.sqlite_master WHERE type <> 'view'")
      return try schema.views.filter { view in
        if taken.contains(view.name) { return false }
        let hash = RowHash.of(view.statement)
        return try hashes[view.name] != hash || RowHash.ofView(view.name, db) != hash
      }
    }
    if try read("look at the views", outdated).isEmpty { return }
    try write("make the views") { db in
      for view in try outdated(db) {
        try db.execute(sql: "DROP VIEW IF EXISTS main.\(view.name); \(view.statement)")
        try RowHash.keep(
          RowHash.of(view.statement), as: view.name, of: RowHash.ownerOfViews, db)
      }
    }
  }
}

extension Figure {
  /// The figure as a column whose name ends with its unit: pages in MiB, of which one has 256.
  fileprivate var wideColumn: String {
    let value = "max(m.value) FILTER (WHERE m.name = '\(name)')"
    return switch unit {
    case .pages: "\(value) / 256.0 AS \(name.replacing("_pages", with: ""))_mib"
    case .seconds: "\(value) AS \(name)_s"
    case .gibibyteHours: "\(value) AS \(name)_gib_h"
    case .count: "CAST(\(value) AS INTEGER) AS \(name)"
    // The name has the unit already, or there is none.
    case .percent, .ratio, .perHour: "\(value) AS \(name)"
    }
  }
}

extension PolicyCard {
  /// The policy's decisions with a column for each of its terms.
  fileprivate var decisionView: Schema.View {
    let columns = columns.map { column in
      let source =
        switch column.source {
        case .turn: "turn"
        case .time: "time_ns"
        case .runTime: "run_ns"
        case .current: "current_pages"
        case .goal: "goal_pages"
        case .target: "target_pages"
        case .rule: "rule"
        case .shrunk: "shrunk_pages"
        case .fault: "fault"
        case .term(let place): "(SELECT value FROM json_each(terms) WHERE key = \(place))"
        }
      return source == column.name ? source : "\(source) AS \(column.name)"
    }
    return Schema.View(
      name: view,
      sql: """
          SELECT id, run_id, guest, \(columns.joined(separator: ", "))
          FROM decisions WHERE policy = '\(name)'
        """)
  }
}
