import Foundation
import MemoryModel
import SimulationEngine
import TestSupport
import Testing
import Units

@testable import Recording
@testable import Reporting
@testable import Simulation

/// What pictures and pages are made of.
@Suite("Pictures")
struct PictureTests {
  /// A run of one guest whose columns walk at random, and what was recorded of it.
  private func walk(
    _ store: ResultStore, ticks: Int64, seed: UInt64
  ) throws -> (run: RunRecord, values: [[Int64]]) {
    var run = description()
    run.guests = ["build"]
    let id = try store.begin(run)
    let recorder = RunRecorder(store: store, run: id, guests: run.guests)
    var random = RandomStream(seed: seed, purpose: "walk")
    var values = TickColumn.all.map { _ in Int64(1_000_000) }
    var all: [[Int64]] = []
    for tick in 0..<ticks {
      values = values.map { $0 + Int64.random(in: -1_000...1_000, using: &random) }
      all.append(values)
      let time = SimTime(nanoseconds: tick * 1_000_000_000)
      try values.withUnsafeBufferPointer {
        try recorder.tick(guest: 0, tick: tick, time: time, values: $0)
      }
      try [tick, 2, 3, 4].withUnsafeBufferPointer {
        try recorder.hostTick(tick: tick, time: time, values: $0)
      }
    }
    var summary = RunSummary.sample
    summary.simulated = .seconds(ticks - 1)
    try recorder.finish(summary)
    return (try store.resolve("\(id)"), all)
  }

  @Test(
    "However few moments of a run are kept, no column loses its least or its greatest value",
    arguments: 0..<5 as Range<UInt64>)
  func extremes(seed: UInt64) throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    let (run, values) = try walk(store, ticks: 2_000, seed: seed)
    let columns: [TickColumn] = [.freePages, .committedPages, .counter(.pgfault)]

    let series = try TickSeries(store, run: run, guest: "build", columns: columns, parts: 20)

    // In each of 20 parts, and one for the last tick, the first tick and two for each column at most.
    #expect(series.points.count <= 21 * (1 + 2 * columns.count))
    #expect(series.points.map(\.time) == series.points.map(\.time).sorted())
    for (place, column) in columns.enumerated() {
      let recorded = values.map { $0[column.place] }
      let kept = series.points.map { $0.values[place] }
      #expect(kept.max() == recorded.max() && kept.min() == recorded.min(), "seed \(seed)")
      for point in series.points {
        #expect(point.values[place] == recorded[Int(point.time / 1_000_000_000)])
      }
    }
  }

  @Test("Increments are what a counter grew by in a tick, and their peak stays")
  func increments() throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    let (run, values) = try walk(store, ticks: 500, seed: 9)
    let faults = values.map { $0[TickColumn.counter(.pgfault).place] }
    let expected = [0] + zip(faults.dropFirst(), faults).map { $0 - $1 }

    let series = try TickSeries(
      store, run: run, guest: "build", columns: [.counter(.pgfault)], parts: 7, of: .increments)

    #expect(series.points.map { $0.values[0] }.max() == expected.max())
    #expect(series.points.allSatisfy { $0.values[0] == expected[Int($0.time / 1_000_000_000)] })
  }

  @Test("The layers of a guest's memory add up to its RAM, its balloon and what tmem holds")
  func layers() throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    let id = try store.recordRun()

    let memory = try MemoryLayers(
      store, run: try store.resolve("\(id)"), guest: "build", parts: 10)

    let point = try #require(memory.points.first)
    // tickValues(0): a column's value is its place. RAM 1 of 2 pages, free 7, files 8 and 9, anonymous 10 and 11.
    #expect(point.layers.map { $0 * 256 } == [0, 21, 17, 7, 1, 16, 17])
    // No worker ran, so there is neither goal nor target.
    #expect(point.lines.map { $0.map { $0 * 256 } } == [0, nil, nil])
  }

  @Test("Data of a chart is JSON that cannot end its element")
  func chartData() throws {
    let chart = ChartData(
      x: "</script><!--", y: "\"y\"", places: [0, 0.000125, 1_234.56789],
      series: [
        .init(name: "a", colour: "#000000", kind: .step, dash: [1, 2], values: [1, nil, .nan])
      ])

    let text = chart.json
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])

    #expect(!text.contains("</") && !text.contains("<!--"))
    #expect(object["x"] as? String == "</script><!--")
    let rows = try #require(object["rows"] as? [[Any]])
    #expect(rows[1][0] as? Double == 0.000125 && rows[2][0] as? Double == 1_234.5679)
    #expect(rows[0][1] as? Double == 1 && rows[1][1] is NSNull && rows[2][1] is NSNull)
  }

  @Test("The script of a picture draws what it holds, with texts that cannot be commands")
  func script() throws {
    let folder = try Folder()
    let store = try ResultStore(path: folder.path(), create: true)
    var run = description()
    run.scenarioName = "it's; system('x')"
    let id = try store.recordRun(run, ticks: 30)
    let plot = try MemoryPlot(store, run: try store.resolve("\(id)"), guest: "build")

    let text = String(decoding: try PlotTarget.script.picture(plot), as: UTF8.self)

    #expect(text.contains("set title 'it''s; system(''x''), run 1, guest build'"))
    #expect(text.contains("set xlabel 'simulated time (s)'\n"))
    #expect(text.contains("title 'cleancache'") && text.contains("title 'committed'"))
  }

  @Test("Values of a parameter stand in the order of their numbers, others as the sweep has them")
  func axis() {
    func table(_ values: [(String, Double?)]) -> SweepTable {
      let run = RunRecord.sample
      return SweepTable(
        id: 1, name: "s", design: "{}", plannedRuns: values.count, paths: ["guests.a.b", "c.b"],
        rows: values.map {
          .init(
            run: run, values: [Parameter(path: "guests.a.b", value: $0.0, number: $0.1), nil],
            metrics: [], traces: [])
        })
    }

    #expect(
      SweepAxisValues(table([("16MiB", 4_096), ("2GiB", 524_288), ("8p", 8)]), place: 0).texts == [
        "8p", "16MiB", "2GiB",
      ])
    #expect(
      SweepAxisValues(table([("b", nil), ("a", nil), ("b", nil)]), place: 0).texts == ["b", "a"])
    #expect(throws: AnalysisError.unknownParameter("b", varying: ["guests.a.b", "c.b"])) {
      try SweepAxisValues(table([]), named: "b")
    }
  }
}

extension RunRecord {
  /// A finished run.
  static let sample: RunRecord = {
    do {
      let folder = try Folder()
      let store = try ResultStore(path: folder.path(), create: true)
      return try store.resolve("\(try store.recordRun())")
    } catch {
      preconditionFailure("\(error)")
    }
  }()
}
