import GRDB
import TestSupport
import Testing

@testable import Recording
@testable import Reporting
@testable import Simulation

@Suite("What the table of figures decides")
struct FigureUseTests {
  @Test(
    "Figures of several guests are added up where their kind allows it, or the guest is asked for")
  func addingUp() throws {
    for figure in Figure.all {
      let metrics = zip(["one", "two"], [1.0, 2]).map {
        Metric(guest: $0, name: figure.name, value: $1, unit: figure.unit.rawValue)
      }
      let choice = try MetricChoice(figure.name, known: Figure.all.map(\.name))

      if figure.kind.isAdditive {
        #expect(try choice.value(in: metrics, run: 1).value == 3)
      } else {
        #expect(throws: AnalysisError.guestNeeded(metric: figure.name, guests: ["one", "two"])) {
          try choice.value(in: metrics, run: 1)
        }
      }
    }
    #expect(
      Figure.all.filter { !$0.kind.isAdditive }.map(\.name) == [
        "memory_saved_percent", "allocation_stall_p50", "allocation_stall_p99",
        "allocation_stall_p999", "settling_mean", "half_life_down", "half_life_down_law",
        "half_life_up", "half_life_up_law", "half_life_frontswap_law", "balloon_reversals_hourly",
        "balloon_churn", "hunting_period", "hunting_amplitude", "host_held_p50_pages",
        "host_held_p95_pages", "host_held_p99_pages",
      ])
  }

  @Test("An objective is to be least, but for what is the better the more there is of it")
  func directions() throws {
    let known = Figure.all.map(\.name)

    let greatest = try known.filter { try Objective($0, known: known).isMaximised }

    #expect(greatest == ["memory_saved", "memory_saved_percent"])
    #expect(try !Objective("min:saved", known: known).isMaximised)
    #expect(try Objective("max:stall", known: known).isMaximised)
  }

  @Test("A figure more is a column of run_metrics_wide, without a migration")
  func column() throws {
    let folder = try Folder()
    _ = try ResultStore(path: folder.path(), create: true).recordRun()
    var schema = Schema.current
    schema.figures.append(
      Figure("made_up", .seconds, .sum, "nothing", .run { _ in 1 }))

    let store = try ResultStore(path: folder.path(), schema: schema)

    try store.alter("UPDATE metrics SET name = 'made_up', value = 7 WHERE guest IS NOT NULL")
    let values = try store.read("test") {
      try Double?.fetchAll($0, sql: "SELECT made_up_s FROM run_metrics_wide ORDER BY guest")
    }
    #expect(values == [7, nil])
    #expect(try store.check().version == Schema.current.version)
  }
}
