import Foundation
import GRDB
import Testing

@Suite("The views of the database", .timeLimit(.minutes(5)))
struct ViewTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  /// A scenario that has nearly every figure there is: read-ahead, overcommit, faults, work that is done, two guests.
  static let rich = """
    name: rich
    duration: 40s
    guests:
      - name: one
        memory: 64MiB
        swap: { size: 64MiB }
        page_cluster: 3
        overcommit_memory: 2
        committed: { trace: demand.csv }
        anon: { touched: 0.8, access: { rate: 200/s } }
        files:
          - { name: data, size: 8MiB, rate: 100/s, writes: 0.1, read_ahead: 128KiB }
      - name: two
        memory: 64MiB
        committed: { trace: demand.csv }
    events:
      - { at: 5s, guest: two, balloon: { stuck_for: 10s } }
      - { at: 20s, host: { out_of_memory_for: 5s } }

    """

  @Test("run_metrics_wide has a column for every figure, with its value, on a row for every guest")
  func wide() async throws {
    try workplace.write(Self.rich, to: "rich.yaml")
    try await workplace.run("run", "rich.yaml", "--quiet").expect(0)
    let database = try DatabaseQueue(path: workplace.path("Results/balloonsim.sqlite"))

    let (rows, metrics) = try database.read { db in
      (
        try Row.fetchAll(db, sql: "SELECT * FROM run_metrics_wide ORDER BY guest"),
        try Row.fetchAll(db, sql: "SELECT guest, name, value, unit FROM metrics")
      )
    }

    #expect(rows.map { $0["guest"] as String? } == ["one", "two"])
    #expect(metrics.count > 100)
    for metric in metrics {
      let (name, unit): (String, String) = (metric["name"], metric["unit"])
      let guest: String? = metric["guest"]
      let (column, divisor) =
        switch unit {
        case "pages": (name.replacing("_pages", with: "") + "_mib", 256.0)
        case "s": (name + "_s", 1)
        case "GiB*h": (name + "_gib_h", 1)
        default: (name, 1)
        }
      for row in rows where guest == nil || row["guest"] == guest {
        try #require(row.hasColumn(column), "\(column)")
        #expect(
          row[column] as Double? == (metric["value"] as Double?).map { $0 / divisor }, "\(column)")
      }
    }
  }
}
