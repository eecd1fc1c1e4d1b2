import Simulation
import Statistics
import Testing
import Units

@testable import Recording
@testable import Reporting

@Suite("Advice from a sweep")
struct AdviceTests {
  private static let path = "guests.build.tunables.selfballoon_downhysteresis"
  private let known = ["memory_held_mean_pages", "stall", "oom_kills", "memory_saved_percent"]

  /// Hysteresis, and the memory and stall of two seeds. On the front: 1, 2, 8 and 64; 2 is the knee.
  private let figures: [(Int, [Double], [Double])] = [
    (1, [100, 102], [20, 22]), (2, [120, 122], [7, 9]), (4, [150, 152], [8, 10]),
    (8, [200, 202], [5, 7]), (64, [300, 302], [1, 1]),
  ]

  private func row(
    _ number: Int64, _ hysteresis: Int, seed: UInt64, memory: Double, stall: Double,
    kills: Double = 0, status: RunStatus = .finished
  ) -> SweepTable.Row {
    let run = RunRecord(
      id: number, key: "k\(number)", scenarioName: "build", seed: seed, version: "1",
      driver: "4.19", status: status, startedAt: "", command: "")
    let metrics = [
      Metric(guest: "build", name: "memory_held_mean_pages", value: memory, unit: "pages"),
      Metric(guest: "build", name: "stall", value: stall, unit: "s"),
      Metric(guest: "build", name: "oom_kills", value: kills, unit: "count"),
    ]
    let value = Parameter(path: Self.path, value: "\(hysteresis)", number: Double(hysteresis))
    return SweepTable.Row(
      run: run, values: [value], metrics: status == .finished ? metrics : [], traces: ["abc"])
  }

  private var rows: [SweepTable.Row] {
    figures.enumerated().flatMap { index, figure in
      (0..<2).map { seed in
        row(
          Int64(index * 2 + seed + 1), figure.0, seed: UInt64(seed), memory: figure.1[seed],
          stall: figure.2[seed])
      }
    }
  }

  private func advice(
    _ rows: [SweepTable.Row], _ constraints: [String] = ["oom_kills == 0"]
  ) throws -> Advice {
    let table = SweepTable(
      id: 3, name: "s", design: "{}", plannedRuns: rows.count, paths: [Self.path], rows: rows)
    return try Advice(
      table, objectives: [Objective("memory", known: known), Objective("harm", known: known)],
      constraints: constraints.map { try MetricCondition($0, known: known) })
  }

  @Test("The front, its knee and the defaults' place on it are as worked by hand")
  func frontAndKnee() throws {
    let advice = try advice(rows)

    #expect(advice.front.map(\.runs) == [[1, 2], [3, 4], [7, 8], [9, 10]])
    // Memory 101, 121, 201, 301 and stall 21, 8, 6, 1: scaled, below the line by 0, 0.55, 0.25 and 0.
    #expect(advice.recommended == 1 && advice.reason == .knee)
    let defaults = try #require(advice.defaults)
    #expect(defaults.point.runs == [7, 8] && defaults.isOnFront && defaults.distance == 0)
    #expect(defaults.changes.map(\.mean) == [-80, 2])
    // The change is the same under both seeds, whatever the seeds do to the values.
    #expect(defaults.changes.map(\.halfWidth) == [0, 0])
  }

  @Test("Defaults that are beaten are as far from the front as from its nearest point")
  func beatenDefaults() throws {
    let others = rows.filter { $0.values[0]?.value != "8" }
    let beaten = [
      row(21, 8, seed: 0, memory: 150, stall: 12), row(22, 8, seed: 1, memory: 152, stall: 12),
    ]

    let defaults = try #require(try advice(others + beaten).defaults)

    // 30 of the 200 pages and 4 of the 20 s away from the point at 121 pages and 8 s.
    #expect(!defaults.isOnFront)
    #expect(abs((defaults.distance ?? 0) - (0.15 * 0.15 + 0.2 * 0.2).squareRoot()) < 1e-12)
  }

  @Test("Where all settings are alike in one objective, the other one alone tells the distance")
  func distanceInOneObjective() throws {
    let alike = rows.map { row in
      var row = row
      row.metrics[1].value = 0
      return row
    }

    let advice = try advice(alike)

    // Memory 101, 121, ... 301: the defaults' 201 are half of the range from the only point of the front.
    let defaults = try #require(advice.defaults)
    #expect(advice.front.map(\.runs) == [[1, 2]] && advice.reason == .only)
    #expect(!defaults.isOnFront && defaults.distance == 0.5)
    #expect(advice.text(tunables: []).contains("they are 0.500 of the settings' ranges away"))
  }

  /// The rows without a stall, and with so many accesses in each.
  private func idle(accesses: Double) -> [SweepTable.Row] {
    rows.map { row in
      var row = row
      row.metrics[1].value = 0
      row.metrics.append(Metric(guest: "build", name: "accesses", value: accesses, unit: "count"))
      return row
    }
  }

  @Test(
    "Where no access is modelled and nothing stalled, nothing is recommended and it is said what is missing"
  )
  func groundless() throws {
    let advice = try advice(idle(accesses: 0))

    let text = advice.text(tunables: [], width: 80)
    #expect(advice.recommended == nil && advice.reason == .groundless)
    #expect(text.contains("No setting is recommended: no run models an access"))
    #expect(!text.contains("Recommended:") && !text.contains("echo "))
    // Every setting with what it held is still said, the least first.
    let settings = text.split(separator: "\n").filter { $0.contains("downhysteresis=") }
    #expect(
      settings.map { $0.split(separator: " ")[1] }
        == [1, 2, 4, 8, 64].map { "downhysteresis=\($0)" })
    // With accesses, no stall is a finding.
    #expect(try self.advice(idle(accesses: 5)).recommended == 0)
  }

  @Test("Without a knee, nearest to the best of both is measured by what all settings span")
  func noKnee() throws {
    let figures = [(100.0, 40.0), (110, 10), (300, 40), (300, 10)]
    let rows = figures.enumerated().map { place, figure in
      row(Int64(place + 1), place + 1, seed: 0, memory: figure.0, stall: figure.1)
    }

    let advice = try advice(rows)

    // The first is the best in memory by 10 of 200 pages, and the worst in stall.
    #expect(advice.front.map(\.runs) == [[1], [2]])
    #expect(advice.reason == .nearest && advice.recommended == 1)
  }

  @Test("Harm that was measured is weighed even if no access is modelled")
  func measuredHarm() throws {
    let stalled = rows.map { row in
      var row = row
      row.metrics.append(Metric(guest: "build", name: "accesses", value: 0, unit: "count"))
      return row
    }

    #expect(try advice(stalled).recommended == 1)
  }

  @Test("The nearest tested setting that breaks a constraint is named, with what breaks it")
  func cliff() throws {
    var killed = rows
    killed[0] = row(1, 1, seed: 0, memory: 100, stall: 20, kills: 212)

    let advice = try advice(killed)

    // Allowed: 2, 4, 8, 64; the recommended one is a step of tested values or two from 1.
    let place = try #require(advice.recommended)
    let cliff = try #require(advice.cliff(of: advice.front[place]))
    let hysteresis = try #require(advice.front[place].values[0]?.number)
    #expect(cliff.point.runs == [1, 2])
    #expect(cliff.steps == [2: 1, 8: 3, 64: 4][hysteresis])
    #expect(
      advice.text(tunables: []).contains(
        "downhysteresis=1, where oom_kills == 0 does not hold, with 212 in run 1."))
  }

  @Test("Settings with the very same figures are one line, that most like the defaults")
  func ties() throws {
    let tied =
      rows + [
        row(11, 16, seed: 0, memory: 200, stall: 5), row(12, 16, seed: 1, memory: 202, stall: 7),
      ]

    let advice = try advice(tied)

    #expect(advice.front.map(\.runs) == [[1, 2], [3, 4], [7, 8], [9, 10]])
    #expect(advice.text(tunables: []).contains("downhysteresis=8|16 "))
  }

  @Test("A value that the driver refuses is never recommended", arguments: ["1s", "1;2", "", "0"])
  func refused(text: String) throws {
    var wrong = rows
    for place in 2...3 { wrong[place].values[0]?.value = text }

    let advice = try advice(wrong)

    #expect(advice.refused == 1 && advice.forbidden == 0)
    #expect(!advice.front.contains { $0.runs == [3, 4] })
    #expect(advice.basis.contains("1 has a value that the driver refuses"))
    for place in wrong.indices { wrong[place].values[0]?.value = "\(place / 2)s" }
    #expect(
      try self.advice(wrong).text(tunables: []).contains("No setting is one that the driver takes"))
  }

  @Test(
    "The defaults that were not run are commands, whose words are taken and nothing else of a shell"
  )
  func defaultCommands() throws {
    var others = rows.filter { $0.values[0]?.value != "8" }
    for place in others.indices {
      others[place].run.command =
        "balloonsim run 'my $(x).yaml' --set selfballoon_downhysteresis=1 --set 'a=b'\\''c' --seed \(others[place].run.seed)"
    }

    #expect(
      try advice(others).defaultCommands
        == ["0", "1"].map {
          [
            "balloonsim", "run", "my $(x).yaml", "--set", "a=b'c", "--seed", $0, "--set",
            "\(Self.path)=8",
          ]
        })
    for bad in ["balloonsim run a; rm b", "balloonsim run $(b)", "rm b", "balloonsim run 'a"] {
      others[0].run.command = bad
      #expect(try advice(others).defaultCommands.isEmpty)
    }
    #expect(try advice(rows).defaultCommands.isEmpty)
  }

  @Test("Traces are no chance: between them nothing widens the interval")
  func traces() throws {
    func row(_ number: Int64, _ hysteresis: Int, seed: UInt64, trace: String, _ memory: Double)
      -> SweepTable.Row
    {
      var row = self.row(number, hysteresis, seed: seed, memory: memory, stall: 1)
      row.values.append(Parameter(path: "guests.build.committed.trace", value: trace, number: nil))
      return row
    }
    func advice(_ rows: [SweepTable.Row]) throws -> Advice {
      try Advice(
        SweepTable(
          id: 3, name: "s", design: "{}", plannedRuns: rows.count,
          paths: [Self.path, "guests.build.committed.trace"], rows: rows),
        objectives: [Objective("memory", known: known), Objective("harm", known: known)],
        constraints: [])
    }
    let one = [row(1, 1, seed: 0, trace: "a", 100), row(2, 1, seed: 0, trace: "b", 300)]
    let other = [row(3, 2, seed: 0, trace: "a", 90), row(4, 2, seed: 0, trace: "b", 310)]
    let again = [row(5, 1, seed: 1, trace: "a", 102), row(6, 1, seed: 1, trace: "b", 302)]

    let single = try advice(one + other)
    let figures = try advice(one + again + [row(7, 2, seed: 0, trace: "a", 400)]).points[0].figures

    #expect(single.points.map(\.figures[0].mean) == [200, 200])
    #expect(single.points.allSatisfy { $0.figures[0].halfWidth == nil })
    // The seeds' means over both traces are 200 and 202: half their distance times 12.706, Student's t for 1 degree.
    #expect(figures[0].mean == 201 && figures[0].count == 2)
    #expect(abs((figures[0].halfWidth ?? 0) - 12.706) < 0.001)
  }

  @Test("A setting that breaks a constraint under one condition is left out")
  func constraints() throws {
    var killed = rows
    killed[3] = row(4, 2, seed: 1, memory: 122, stall: 9, kills: 1)

    let advice = try advice(killed)

    #expect(advice.forbidden == 1)
    #expect(!advice.front.contains { $0.runs == [3, 4] })
    #expect(try self.advice(rows, ["stall < 2s"]).front.map(\.runs) == [[9, 10]])
    #expect(try self.advice(rows, ["memory_held_mean <= 1p"]).recommended == nil)
  }

  @Test("A setting without a run under some condition is left out and counted")
  func incompleteSettings() throws {
    var failed = rows
    failed[3] = row(4, 2, seed: 1, memory: 0, stall: 0, status: .failed)

    let advice = try advice(failed)

    #expect(
      advice.incomplete == 1 && advice.front.map(\.runs) == [[1, 2], [5, 6], [7, 8], [9, 10]])
  }

  @Test("A second run under a condition that the sweep has is not counted")
  func repeatedConditions() throws {
    let again = row(31, 8, seed: 1, memory: 0, stall: 0)

    let defaults = try #require(try advice(rows + [again]).defaults)

    #expect(defaults.point.runs == [7, 8] && defaults.changes.map(\.mean) == [-80, 2])
  }

  @Test("Advice says on how few traces and seeds it rests")
  func warnings() throws {
    let both = try advice(rows).warnings
    let single = try advice(rows.filter { $0.run.seed == 0 })

    #expect(both.count == 1 && both[0].contains("one trace"))
    #expect(single.warnings.count == 2 && single.warnings[1].contains("one seed"))
    #expect(single.front.allSatisfy { $0.figures.allSatisfy { $0.halfWidth == nil } })
  }

  @Test("The text fits 80 columns, commands aside, and has the commands to paste")
  func text() throws {
    let advice = try advice(rows)
    let tunables = KernelTunables(
      guest: "build", parameters: [Parameter(path: Self.path, value: "2", number: 2)])

    let text = advice.text(tunables: [tunables], width: 80)

    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("echo ") })
    #expect(lines.contains { $0.hasPrefix("* 3-4") && $0.contains("downhysteresis=2") })
    #expect(
      text.contains(
        "echo 2 > /sys/devices/system/xen_memory/xen_memory0/selfballoon/selfballoon_downhysteresis\n"
      ))
  }

  @Test("What cannot be weighed is an error that says why")
  func errors() throws {
    #expect(throws: AnalysisError.unknownMetric("stal", nearest: "stall")) {
      try Objective("stal", known: known)
    }
    #expect(throws: AnalysisError.notACondition("stall")) {
      try MetricCondition("stall", known: known)
    }
    #expect(
      throws: AnalysisError.wrongValue("5parsec", unit: "s", condition: "stall < 5parsec")
    ) {
      _ = try advice(rows, ["stall < 5parsec"])
    }
    #expect(throws: AnalysisError.nothingFinished) { _ = try advice([]) }
    #expect(throws: AnalysisError.guestNeeded(metric: "memory_saved_percent", guests: ["a", "b"])) {
      let metrics = ["a", "b"].map {
        Metric(guest: $0, name: "memory_saved_percent", value: 1, unit: "%")
      }
      _ = try MetricChoice("memory_saved_percent", known: known).value(in: metrics, run: 1)
    }
  }

  @Test(
    "Both guesses of what happened between coarse samples are told apart, and one alone is warned of"
  )
  func coarse() throws {
    // Memory 100 with jumps, of which 2 kills, and 300 with lines; the other setting 200 and 400, without a kill.
    let between = "guests.build.committed.between"
    var number: Int64 = 0
    let rows = [
      ("step", 1, 100.0, 1.0), ("linear", 1, 300, 0), ("step", 2, 200, 0), ("linear", 2, 400, 0),
    ]
    .map { guess, hysteresis, memory, kills in
      number += 1
      var row = row(
        number, hysteresis, seed: 1, memory: memory * 256, stall: 1, kills: kills)
      row.values.append(Parameter(path: between, value: guess, number: nil))
      return row
    }
    var table = SweepTable(
      id: 3, name: "s", design: "{}", plannedRuns: 4, paths: [Self.path, between], rows: rows)
    table.coarseTraces = [
      "day.sar": "coarse: 10min apart; what happened between samples was not recorded"
    ]
    func advice() throws -> Advice {
      try Advice(
        table, objectives: [Objective("memory", known: known), Objective("harm", known: known)],
        constraints: [try MetricCondition("oom_kills == 0", known: known)])
    }

    let both = try advice()
    table.rows.removeAll { $0.values[1]?.value == "linear" }
    table.paths = [Self.path]
    let one = try advice()

    #expect(both.front.map(\.runs) == [[4, 3]] || both.front.map(\.runs) == [[3, 4]])
    #expect(
      both.rangeTexts.first?.contains(
        "Of 2 settings 1 with step and 0 with linear break a constraint") == true)
    #expect(
      both.rangeTexts.last?.contains("memory_held_mean 200.0 MiB (step) to 400.0 MiB (linear)")
        == true)
    #expect(!both.warnings.contains { $0.contains("day.sar") })
    #expect(one.rangeTexts.isEmpty)
    #expect(one.warnings.contains { $0.hasPrefix("day.sar: 10min apart; ") })
  }
}
