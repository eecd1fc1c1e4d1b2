import GRDB
import Statistics
import TestSupport
import Testing
import Text
import Units

@testable import Recording
@testable import Reporting
@testable import Simulation

@Suite("Runs held against each other")
struct ComparisonTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
  }

  /// Records a run of which one guest takes another course from a tick on; in two columns there, in the first alone later.
  private func record(
    _ key: Character, ticks: Int64 = 1_500, partingAt parting: Int64? = nil, guest: Int = 1
  ) throws -> RunRecord {
    let run = description(key: key)
    let id = try store.begin(run)
    let recorder = RunRecorder(store: store, run: id, guests: run.guests)
    for tick in 0..<ticks {
      for place in run.guests.indices {
        var values = tickValues(tick)
        if let parting, tick >= parting, place == guest {
          values[0] += 5
          if tick == parting { values[4] += 1 }
        }
        try values.withUnsafeBufferPointer {
          try recorder.tick(
            guest: place, tick: tick, time: .zero + .seconds(tick), values: $0)
        }
      }
    }
    try recorder.finish(.sample)
    return try store.resolve("\(id)")
  }

  @Test(
    "The first tick that differs is found, with and without hashes",
    arguments: [0, 1, 255, 256, 700, 1_279, 1_280, 1_499])
  func parting(tick: Int64) throws {
    let first = try record("a")
    let second = try record("b", partingAt: tick)
    let expected = Parting(
      guest: "größer", tick: tick, time: .zero + .seconds(tick),
      differences: [
        .init(column: .committedPages, first: 1_000 * tick, second: 1_000 * tick + 5),
        .init(column: .targetPages, first: 1_000 * tick + 4, second: 1_000 * tick + 5),
      ])

    #expect(try store.parting(of: first, and: second) == expected)
    #expect(try store.parting(of: first, and: first) == nil)
    try store.alter("DELETE FROM tick_hashes")
    #expect(try store.parting(of: first, and: second) == expected)
  }

  @Test("Hashes are what is compared: a row changed behind them is not looked at")
  func usesHashes() throws {
    let first = try record("a")
    let second = try record("b")
    try store.alter("UPDATE ticks SET free_pages = 1 WHERE run_id = 2 AND tick = 300")
    #expect(try store.parting(of: first, and: second) == nil)
    try store.alter("DELETE FROM tick_hashes WHERE id >> 41 = 2")
    #expect(try store.parting(of: first, and: second)?.tick == 300)
  }

  @Test("The earliest of all guests counts; a run that ends sooner parts there")
  func guestsAndLengths() throws {
    let long = try record("a")
    let early = try record("b", partingAt: 40, guest: 0)
    let short = try record("c", ticks: 600)

    #expect(try store.parting(of: long, and: early)?.guest == "build")
    let end = try #require(try store.parting(of: long, and: short))
    #expect(end.tick == 600 && end.shorter == 1 && end.differences.isEmpty)
    #expect(try store.parting(of: short, and: long)?.shorter == 0)
    #expect(
      try PartingStory(store, long, short).text(width: 80, sentences: 80) == [
        "They are the same until run 3 ends, before tick 600, 600.0 s, in build."
      ])
  }

  @Test("Merging keeps the hashes, removing a run removes them")
  func mergedHashes() throws {
    let other = try ResultStore(path: folder.path("other.sqlite"), create: true)
    _ = try other.recordRun(description(key: "z"))
    _ = try record("a")
    _ = try record("b", partingAt: 900)
    _ = try other.merge([store.path])
    try other.alter("UPDATE ticks SET free_pages = 1 WHERE run_id = 3 AND tick = 300")

    let runs = try other.runs()
    #expect(try other.parting(of: runs[1], and: runs[2])?.tick == 900)
    try other.remove(runs: [2, 3])
    #expect(
      try other.queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM tick_hashes") } == 0)
  }

  /// Records a run with two figures.
  private func recordFigures(
    _ key: Character, seed: UInt64, stall: Double, held: Double, hysteresis: String = "8"
  ) throws -> RunRecord {
    var run = description(key: key)
    run.seed = seed
    run.parameters = [
      Parameter(path: "seed", value: "\(seed)", number: nil),
      Parameter(path: "downhysteresis", value: hysteresis, number: nil),
    ]
    let id = try store.begin(run)
    let metrics = [
      Metric(guest: "build", name: "stall", value: stall, unit: "s"),
      Metric(guest: nil, name: "held", value: held, unit: "pages"),
    ]
    let summary = RunSummary(
      simulated: .seconds(3), fingerprint: "f\(key)", ingredients: [], metrics: metrics)
    try RunRecorder(store: store, run: id, guests: run.guests).finish(summary)
    return try store.resolve("\(id)")
  }

  @Test("Differences of repetitions are taken between runs of one seed")
  func pairs() throws {
    let first = try [("a", 1, 10), ("b", 2, 20), ("c", 3, 30)].map {
      try recordFigures(Character($0.0), seed: $0.1, stall: $0.2, held: 512)
    }
    // Each 2 more than the run of the same seed, in another order.
    let second = try [("d", 3, 32), ("e", 1, 12), ("f", 2, 22)].map {
      try recordFigures(Character($0.0), seed: $0.1, stall: $0.2, held: 512, hysteresis: "2")
    }
    let comparison = RunComparison([try RunGroup(store, first), try RunGroup(store, second)])
    let figures = comparison.figures(comparison.groups[1])

    #expect(comparison.parameters.map(\.path) == ["downhysteresis"])
    #expect(comparison.parameters[0].values == ["8", "2"])
    #expect(figures[0].isPaired && figures[0].difference.mean == 2)
    #expect(figures[0].difference.halfWidth == 0)
    #expect(try #require(figures[0].first.halfWidth) > 10)
    #expect(abs(try #require(figures[0].ratio) - 1.1) < 1e-12)
    let (table, equal) = comparison.metricTable
    #expect(equal == 1 && table.rows.count == 1)
    #expect(table.rows[0].prefix(3) == ["build", "stall", "s"])
  }

  @Test("Differences have the digits to show; what rounding makes of equal figures is none")
  func smallDifferences() throws {
    func rows(_ first: Double, _ second: Double) throws -> (rows: [[String]], equal: Int) {
      let groups = try [first, second].map { stall in
        try RunGroup(store, [recordFigures("a", seed: 1, stall: stall, held: 512)])
      }
      let (table, equal) = RunComparison(groups).metricTable
      return (table.rows.map { Array($0.dropFirst(3)) }, equal)
    }

    // In seconds with a decimal, as many more as it takes.
    #expect(try rows(50, 50.003).rows == [["50.000", "50.003", "+0.003", "1.000"]])
    #expect(try rows(50.02, 50).rows == [["50.02", "50.00", "-0.02", "1.000"]])
    #expect(try rows(50, 53).rows == [["50.0", "53.0", "+3.0", "1.060"]])
    #expect(try rows(0.3, 0.1 + 0.2).equal == 2)
    #expect(try rows(0.3, 0.1 + 0.2).rows.isEmpty)
  }

  @Test("Tolerances in percent of the first and in the figure's unit")
  func tolerances() throws {
    let groups = try [("a", 100.0), ("b", 104)].map {
      try RunGroup(store, [recordFigures(Character($0.0), seed: 1, stall: $0.1, held: 7)])
    }
    let comparison = RunComparison(groups)
    func violations(_ text: String) throws -> [String] {
      try comparison.violations(of: [#require(MetricTolerance(text))])
    }
    #expect(try violations("stall=4%").isEmpty && violations("build.stall=4").isEmpty)
    #expect(
      try violations("stall=3.9%") == [
        "build.stall: run 2 has 104.0, run 1 100.0; 3.9% is allowed"
      ])
    #expect(try violations("stall=3.9").count == 1 && violations("held=0").isEmpty)
    #expect(throws: AnalysisError.unknownMetric("stal", nearest: "stall")) {
      try violations("stal=1")
    }
    for text in ["stall", "stall=", "=5", "stall=-1", "stall=x%", "stall=inf"] {
      #expect(MetricTolerance(text) == nil, "\(text)")
    }
  }
}
