import Simulation
import Testing
import Units

@testable import Recording
@testable import Reporting
@testable import Statistics

@Suite("What moves a figure over a sweep")
struct SensitivityTests {
  private let known = ["stall"]

  private func run(_ number: Int64, seed: UInt64 = 1) -> RunRecord {
    RunRecord(
      id: number, key: "k\(number)", scenarioName: "s", seed: seed, version: "1", driver: "4.19",
      status: .finished, startedAt: "", command: "")
  }

  private func row(
    _ number: Int64, _ values: [Int], seed: UInt64 = 1, stall: Double
  ) -> SweepTable.Row {
    SweepTable.Row(
      run: run(number, seed: seed),
      values: zip(["a", "b"], values).map {
        Parameter(path: $0, value: "\($1)", number: Double($1))
      }, metrics: [Metric(guest: "g", name: "stall", value: stall, unit: "s")], traces: [])
  }

  private func table(
    _ rows: [SweepTable.Row], design: String = "{}", points: [[String]] = []
  ) -> SweepTable {
    SweepTable(
      id: 1, name: "s", design: design, plannedRuns: rows.count, points: points,
      paths: ["a", "b"], rows: rows)
  }

  @Test("A grid with two seeds gives the shares worked by hand, the seed as one more parameter")
  func grid() throws {
    // a from 2 to 16: 32 of 120; b: 72; together 8; the seed: 8.
    let figures: [([Int], [Double])] = [
      ([2, 5], [1, 3]), ([2, 1], [5, 7]), ([16, 5], [3, 5]), ([16, 1], [11, 13]),
    ]
    let rows = figures.enumerated().flatMap { index, figure in
      (0..<2).map { row(Int64(2 * index + $0), figure.0, seed: UInt64($0), stall: figure.1[$0]) }
    }

    let found = try Sensitivity(table(rows), metric: MetricChoice("stall", known: known))

    guard case .grid(let shares, let levels) = found.finding else {
      Issue.record("no grid")
      return
    }
    #expect(found.parameters == ["a", "b", "seed"])
    // Numbers are ordered as numbers.
    #expect(levels == [["2", "16"], ["1", "5"], ["0", "1"]])
    for (main, squares) in zip(shares.mains, [32.0, 72, 8]) {
      #expect(abs(main.share - squares / 120) < 1e-12)
    }
    #expect(shares.interactions[0].factors == [0, 1])
    #expect(abs(shares.interactions[0].share - 8.0 / 120) < 1e-12)
    #expect(found.text(width: 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("A grid with a gap is refused and the gap counted")
  func gap() throws {
    let rows = [row(1, [1, 1], stall: 1), row(2, [1, 2], stall: 2), row(3, [2, 1], stall: 4)]

    #expect(throws: AnalysisError.noFullGrid(missing: 1)) {
      try Sensitivity(table(rows), metric: MetricChoice("stall", known: known))
    }
  }

  @Test("A figure that never changes has no causes")
  func constant() throws {
    #expect(throws: AnalysisError.noVariance("stall")) {
      let rows = [row(1, [1, 1], stall: 1), row(2, [1, 2], stall: 1)]
      _ = try Sensitivity(table(rows), metric: MetricChoice("stall", known: known))
    }
  }

  @Test("A Morris sweep has the effects of its figure, repetitions averaged")
  func morris() throws {
    let unit = UnitDesign.morris(trajectories: 4, dimensions: 2, seed: 9)
    var rows: [SweepTable.Row] = []
    for (index, point) in unit.enumerated() {
      for repetition in 0..<2 {
        // The repetitions lie 1 above and below the figure.
        let stall = 3 * point[0] - 5 * point[1] + Double(2 * repetition - 1)
        rows.append(
          row(Int64(2 * index + repetition), [0, 0], seed: UInt64(repetition), stall: stall))
      }
    }
    let points = unit.indices.map { ["k\(2 * $0)", "k\(2 * $0 + 1)"] }
    let design = "{\"design\":\"morris\",\"samples\":4,\"seed\":9,\"axes\":[\"a\",\"b\"]}"

    let found = try Sensitivity(
      table(rows, design: design, points: points), metric: MetricChoice("stall", known: known))

    guard case .morris(let effects) = found.finding else {
      Issue.record("no screening")
      return
    }
    #expect(found.missing == 0 && effects.count == 2)
    #expect(abs((effects[0]?.mean ?? 0) - 3) < 1e-9)
    #expect(abs((effects[1]?.mean ?? 0) + 5) < 1e-9)
    #expect(found.text(width: 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("A Saltelli sweep has the indices of its figure; a row with a missing run is left out")
  func saltelli() throws {
    // 2 u + v: the variances are 4/12 and 1/12, so the shares 0.8 and 0.2, alone and in all.
    let unit = UnitDesign.saltelli(samples: 256, dimensions: 2, seed: 5)
    var rows = unit.enumerated().map { row(Int64($0), [0, 0], stall: 2 * $1[0] + $1[1]) }
    rows.remove(at: 6)
    let points = unit.indices.map { ["k\($0)"] }
    let design = "{\"design\":\"saltelli\",\"samples\":256,\"seed\":5,\"axes\":[\"a\",\"b\"]}"

    let found = try Sensitivity(
      table(rows, design: design, points: points), metric: MetricChoice("stall", known: known))

    guard case .sobol(let sobol) = found.finding else {
      Issue.record("no indices")
      return
    }
    #expect(found.missing == 1 && sobol.rows == 255)
    for (index, share) in zip(sobol.indices, [0.8, 0.2]) {
      #expect(abs(index.first - share) < 0.02 && abs(index.total - share) < 0.02)
    }
    #expect(found.text(width: 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}
