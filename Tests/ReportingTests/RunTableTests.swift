import Foundation
import Reporting
import Simulation
import TestSupport
import Testing
import Text

@testable import Recording

@Suite("Tables of runs and metrics")
struct RunTableTests {
  @Test("Metrics of two runs stand side by side in one unit, with the change")
  func metricsSideBySide() {
    let runs = [
      MetricsTable.Run(
        title: "static",
        metrics: [
          Metric(guest: "build", name: "held_mean_pages", value: 1_048_576, unit: "pages"),
          Metric(guest: nil, name: "stall_ns", value: 2e9, unit: "ns"),
          Metric(guest: nil, name: "oom_kills", value: 0, unit: "count"),
        ]),
      MetricsTable.Run(
        title: "selfballoon",
        metrics: [
          Metric(guest: "build", name: "held_mean_pages", value: 262_144, unit: "pages"),
          Metric(guest: nil, name: "stall_ns", value: 2.5e9, unit: "ns"),
          Metric(guest: nil, name: "oom_kills", value: 0, unit: "count"),
          Metric(guest: nil, name: "saved", value: 75, unit: "%"),
        ]),
    ]

    let text = MetricsTable(runs).table.text(width: 120)

    #expect(
      text == """
        guest  metric     unit   static  selfballoon  change
        -----  ---------  ----  -------  -----------  ------
        build  held_mean  MiB   4,096.0      1,024.0  -75.0%
        host   stall      s         2.0          2.5  +25.0%
        host   oom_kills              0            0
        host   saved      %           -         75.0

        """)
  }

  @Test("What only the later run has stands with its guest, and no time is nothing in seconds")
  func metricsByGuest() {
    let least = Metric(guest: "one", name: "stall_ns", value: 0, unit: "ns")
    let host = Metric(guest: nil, name: "events", value: 5, unit: "count")
    let later = Metric(guest: "one", name: "settling_s", value: 5, unit: "s")

    let table = MetricsTable([
      .init(title: "a", metrics: [least, host]), .init(title: "b", metrics: [least, host, later]),
    ]).table

    #expect(
      table.text() == """
        guest  metric    unit    a    b  change
        -----  --------  ----  ---  ---  ------
        one    stall     s     0.0  0.0
        one    settling  s       -  5.0
        host   events            5    5

        """)
  }

  @Test("What rounds to nothing has no sign")
  func noNegativeZero() {
    #expect([-0.0, -0.0004].map { UnitScale.text($0, unit: "ratio") } == ["0.000", "0.000"])
    #expect(UnitScale.text(-0.04, unit: "%") == "0.0 %")
    #expect(UnitScale.text(-0.06, unit: "%") == "-0.1 %")
  }

  @Test("A guest that hunts is named below the figures, with amplitude and period")
  func hunting() {
    let figures = [
      Metric(guest: "one", name: "hunting_swings", value: 6, unit: "count"),
      Metric(guest: "one", name: "hunting_period", value: 45, unit: "s"),
      Metric(guest: "one", name: "hunting_amplitude", value: 384, unit: "pages"),
      Metric(guest: "two", name: "hunting_swings", value: 0, unit: "count"),
    ]

    let text = MetricsTable([.init(title: "run 7", metrics: figures)]).text()

    #expect(
      text.hasSuffix(
        "one hunts (run 7): 6 swings of memory that committed memory did not ask for, 1.5 MiB to either side, up and down "
          + "in 45.0 s.\n"))
    #expect(!text.contains("two hunts"))
  }

  @Test("The driver is a column of a list if there are several")
  func driverColumn() throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    _ = try store.recordRun()
    let run = try store.resolve("last")
    var older = run
    older.driver = "3.6"

    #expect(!RunList([run, run]).table.columns.map(\.title).contains("driver"))
    #expect(RunList([run, older]).table.columns[3].title == "driver")
    #expect(RunList([run, older]).table.rows.map { $0[3] } == ["4.19", "3.6"])
  }

  @Test("A list of runs and the page of one fit 60 columns, and their JSON can be read")
  func runsAreShown() throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    let id = try store.recordRun()
    let run = try store.resolve("last")
    let page = RunPage(
      run: run, provenance: try store.provenance(of: id), parameters: try store.parameters(of: id),
      metrics: try store.metrics(of: id))

    let list = RunList([run])
    let wide = list.table.text(width: 120)
    let texts = [list.table.text(width: 60), page.text(width: 60)]

    #expect(wide.contains("  1  aaaaaaaa  compile      7  finished      3.0 s  "))
    for text in texts {
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 }, "\(text)")
    }
    let json = try JSONSerialization.jsonObject(with: Data(page.json.text.utf8)) as? [String: Any]
    #expect(json?["simulated_ns"] as? Int == 3_000_000_000)
    #expect((json?["parameters"] as? [Any])?.count == 3)
    #expect(try JSONSerialization.jsonObject(with: Data(list.json.text.utf8)) is [Any])
    #expect(RunList([]).json.text == "[]")
  }
}
