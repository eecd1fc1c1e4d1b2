private import Foundation
internal import GRDB
internal import Scenarios
internal import Simulation
private import Text

extension ResultStore {
  /// A sweep by its number, its name, of which the last sweep of that name is meant, or `last`.
  ///
  /// Throws `unknownSweep`, and `ambiguousSweep` for a name that several have; a number goes before a name. Of several runs with one key the last finished one counts, or else the last.
  ///
  /// - Parameter names: The names of the figures to read; nil: all.
  public func sweepTable(_ text: String, metrics names: [String]? = nil) throws -> SweepTable {
    var table = try read("read the sweep \(text)") { db in
      let condition = text == "last" ? "true" : "name = :text OR CAST(id AS TEXT) = :text"
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM sweeps WHERE \(condition)
          ORDER BY CAST(id AS TEXT) = :text DESC, id DESC
          """, arguments: ["text": text])
      guard let row = rows.first else { throw RecordingError.unknownSweep(text) }
      let id: Int64 = try row.value("id")
      if text != "last", "\(id)" != text, rows.count > 1 {
        let candidates: [Int64] = try rows.map { try $0.value("id") }
        throw RecordingError.ambiguousSweep(text, candidates: candidates.reversed())
      }
      return SweepTable(
        id: id, name: try row.value("name"), design: try row.value("design"),
        plannedRuns: try row.count("planned_runs"), points: try Self.points(of: id, db),
        paths: [], rows: [])
    }
    var filter = RunFilter()
    filter.sweep = table.id
    let runs = Self.onePerKey(try runs(filter))
    table.paths = try paths(of: runs)
    table.rows = try rows(of: runs, paths: table.paths, metrics: names)
    table.coarseTraces = try coarseTraces(of: runs)
    return table
  }

  /// Finished runs that do not belong to a sweep but could: with these values where the sweep varies, under
  /// conditions that it has, and in all else as its runs.
  ///
  /// - Parameters:
  ///   - values: Texts of some of the table's `paths`; a run must have them.
  ///   - names: The names of the figures to read; nil: all.
  public func rows(
    beside table: SweepTable, with values: [String: String], metrics names: [String]?
  ) throws -> [SweepTable.Row] {
    guard let sample = table.rows.first?.run else { return [] }
    var filter = RunFilter()
    filter.scenario = sample.scenarioName
    filter.status = .finished
    filter.parameters = values.map { Parameter(path: $0.key, value: $0.value, number: nil) }
    /// What a run has in common with a run of the sweep that differs in `values` only.
    func rest(_ run: RunRecord) throws -> [String: String] {
      let others = try parameters(of: run.id).filter {
        values[$0.path] == nil && ParameterPath($0.path).laterDefault != $0.value
      }
      return Dictionary(others.map { ($0.path, $0.value) }) { first, _ in first }
    }
    let own = Set(table.rows.map(\.run.key))
    let candidates = Self.onePerKey(try runs(filter))
      .filter { !own.contains($0.key) && $0.version == sample.version }
    if candidates.isEmpty { return [] }
    let conditions = Set(try table.rows.map { try rest($0.run) })
    let fitting = try candidates.filter { conditions.contains(try rest($0)) }
    return try rows(of: fitting, paths: table.paths, metrics: names)
  }

  /// The keys of a sweep's plan.
  private static func points(of sweep: Int64, _ db: Database) throws -> [[String]] {
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT point, key FROM sweep_points WHERE sweep_id = ? ORDER BY point, repetition",
      arguments: [sweep])
    var points: [[String]] = []
    var last: Int64?
    while let row = try rows.next() {
      let point: Int64 = try row.value("point")
      if point != last { points.append([]) }
      last = point
      points[points.count - 1].append(try row.value("key"))
    }
    return points
  }

  private static func onePerKey(_ runs: [RunRecord]) -> [RunRecord] {
    var chosen: [String: RunRecord] = [:]
    for run in runs where run.status == .finished || chosen[run.key]?.status != .finished {
      chosen[run.key] = run
    }
    return chosen.values.sorted { $0.id < $1.id }
  }

  private static func members(_ runs: [RunRecord]) -> String {
    "(SELECT value FROM json_each('[\(runs.map { "\($0.id)" }.joined(separator: ","))]'))"
  }

  /// The parameters that are not the same in all runs, the seed aside.
  private func paths(of runs: [RunRecord]) throws -> [String] {
    try read("compare the runs of a sweep") { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT path, count(DISTINCT value) AS kinds, min(value) AS value
          FROM parameters WHERE run_id IN \(Self.members(runs)) AND path <> 'seed'
          GROUP BY path HAVING kinds > 1 OR count(*) < \(runs.count) ORDER BY path
          """)
      return try rows.compactMap { row in
        let path: String = try row.value("path")
        let kinds: Int64 = try row.value("kinds")
        let value: String = try row.value("value")
        // Runs recorded before there was the key had its default.
        return kinds == 1 && ParameterPath(path).laterDefault == value ? nil : path
      }
    }
  }

  private func rows(
    of runs: [RunRecord], paths: [String], metrics names: [String]?
  ) throws -> [SweepTable.Row] {
    let members = Self.members(runs)
    return try read("read the runs of a sweep") { db in
      let values = try Self.values(of: paths, of: members, db)
      let metrics = try Self.metrics(named: names, of: members, db)
      let traces = try Self.traces(of: members, db)
      return runs.map { run in
        SweepTable.Row(
          run: run, values: paths.map { values[run.id]?[$0] ?? Parameter(laterDefaultOf: $0) },
          metrics: run.status == .finished ? metrics[run.id] ?? [] : [],
          traces: traces[run.id] ?? [])
      }
    }
  }

  private static func values(
    of paths: [String], of members: String, _ db: Database
  ) throws -> [Int64: [String: Parameter]] {
    var values: [Int64: [String: Parameter]] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT run_id, path, value, number FROM parameters
        WHERE run_id IN \(members) AND path IN (SELECT value FROM json_each(?))
        """, arguments: [paths.json.text])
    while let row = try rows.next() {
      let parameter = Parameter(
        path: try row.value("path"), value: try row.value("value"),
        number: try row.optional("number"))
      values[try row.value("run_id"), default: [:]][parameter.path] = parameter
    }
    return values
  }

  private static func metrics(
    named names: [String]?, of members: String, _ db: Database
  ) throws -> [Int64: [Metric]] {
    var metrics: [Int64: [Metric]] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT m.run_id, m.guest, m.name, m.value, m.unit FROM runs r
        JOIN metrics m ON \(RowKey.isRow("m.id", of: "r.id"))
        WHERE r.id IN \(members) AND (?1 IS NULL OR m.name IN (SELECT value FROM json_each(?1)))
        ORDER BY m.id
        """, arguments: [names?.json.text])
    while let row = try rows.next() {
      metrics[try row.value("run_id"), default: []].append(
        Metric(
          guest: try row.optional("guest"), name: try row.value("name"),
          value: try row.optional("value") ?? .nan, unit: try row.value("unit")))
    }
    return metrics
  }

  /// What was remarked of coarse traces, by their files.
  private func coarseTraces(of runs: [RunRecord]) throws -> [String: String] {
    try read("read the traces of a sweep") { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT DISTINCT ifnull(t.value ->> 'path', '') AS path, u.value AS remark
          FROM (SELECT DISTINCT trace_provenance AS traces FROM runs WHERE id IN \(Self.members(runs)))
          JOIN json_each(traces) t
          JOIN json_each(iif(t.type = 'object', t.value, '{}'), '$.understood') u
          WHERE u.type = 'text' AND u.value LIKE 'coarse: %'
          """)
      var traces: [String: String] = [:]
      while let row = try rows.next() { traces[try row.value("path")] = try row.value("remark") }
      return traces
    }
  }

  /// The hash of every trace of every run; a provenance that is no list of traces has none.
  private static func traces(of members: String, _ db: Database) throws -> [Int64: [String]] {
    var traces: [Int64: [String]] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT r.id AS run_id, t.value ->> 'sha256' AS sha256
        FROM runs r JOIN json_each(r.trace_provenance) t WHERE r.id IN \(members) ORDER BY r.id
        """)
    while let row = try rows.next() {
      traces[try row.value("run_id"), default: []].append(try row.value("sha256"))
    }
    return traces
  }
}
