import Simulation
import TestSupport
import Testing

@testable import Scenarios

@Suite("The plan of a sweep")
struct SweepPlanTests {
  static let scenario = """
    name: s
    seed: 7
    duration: 10s
    host: { memory: 4GiB }
    guests:
      - name: g
        memory: 1GiB
        committed: { constant: 100MiB }

    """

  private func plan(
    _ vary: [String], where conditions: [String] = [], section: String = "",
    _ change: (inout SweepOptions) -> Void = { _ in }
  ) throws -> SweepPlan {
    var options = SweepOptions()
    options.vary = vary
    options.conditions = conditions
    change(&options)
    let text = Self.scenario + section
    return try SweepPlan(bytes: Array(text.utf8), file: "s.yaml", options: options)
  }

  private func problem(_ body: () throws -> SweepPlan) -> String {
    do {
      let plan = try body()
      _ = try plan.keys()
      return "no problem in \(plan.points)"
    } catch let problems as ScenarioProblems {
      return problems.description
    } catch { return "\(error)" }
  }

  @Test("A grid has every combination, the last parameter changing fastest")
  func grid() throws {
    let plan = try plan(["selfballoon_interval=1,5", "guests.memory=1GiB..2GiB step 512MiB"])

    #expect(
      plan.points == [
        ["1", "1GiB"], ["1", "1536MiB"], ["1", "2GiB"], ["5", "1GiB"], ["5", "1536MiB"],
        ["5", "2GiB"],
      ])
    let second = try plan.scenario(of: .init(point: 4, repetition: 0))
    let values = Dictionary(uniqueKeysWithValues: second.parameters.map { ($0.path, $0.text) })
    #expect(values["guests.g.memory"] == "1536MiB")
    #expect(values["guests.g.tunables.selfballoon_interval"] == "5")
  }

  @Test(
    "Lists and ranges of anything a scenario has",
    arguments: [
      ("tick=1..10 log 4", nil),
      ("tick=1s..8s log 4", ["1s", "2s", "4s", "8s"]),
      ("selfballoon_downhysteresis=1..64 log 7", ["1", "2", "4", "8", "16", "32", "64"]),
      ("selfballoon_downhysteresis=1..13 step 4", ["1", "5", "9", "13"]),
      ("selfballoon_downhysteresis=1..4", ["1", "2", "3", "4"]),
      ("guests.driver=3.6,4.4,4.19", ["3.6", "4.4", "4.19"]),
      (
        "guests.committed={constant: 1GiB}, {constant: 100MiB}",
        ["{constant: 1GiB}", "{constant: 100MiB}"]
      ),
      ("duration=10s,1min", ["10s", "1min"]),
    ] as [(String, [String]?)])
  func values(vary: String, expected: [String]?) throws {
    if let expected {
      #expect(try plan([vary]).points.map { $0[0] } == expected)
    } else {
      #expect(problem { try plan([vary]) }.contains("--vary '\(vary)'"))
    }
  }

  @Test("Constraints compare parameters, values with units, and words")
  func constraints() throws {
    let pairs = try plan(
      ["selfballoon_downhysteresis=1,2,4", "selfballoon_uphysteresis=1,2,4"],
      where: ["selfballoon_uphysteresis < selfballoon_downhysteresis"])
    let sizes = try plan(["guests.memory=512MiB,1GiB,2048MiB"], where: ["guests.memory >= 1GiB"])
    let words = try plan(["guests.driver=3.6,4.19"], where: ["guests.driver != 3.6"])

    #expect(pairs.points == [["2", "1"], ["4", "1"], ["4", "2"]])
    #expect(sizes.points == [["1GiB"], ["2048MiB"]])
    #expect(words.points == [["4.19"]])
  }

  @Test(
    "The section of the scenario says the same as the options; options take its place or add to it")
  func section() throws {
    let section = """
      sweep:
        vary:
          selfballoon_downhysteresis: 1..8 log 4
          guests.memory: [1GiB, 2GiB]
        where: selfballoon_downhysteresis > 1
        repeat: 2
      """
    let plain = try plan([], section: section)
    let changed = try plan(["guests.memory=1GiB"], section: section) { $0.repetitions = 3 }

    #expect(
      plain.points == [
        ["2", "1GiB"], ["2", "2GiB"], ["4", "1GiB"], ["4", "2GiB"], ["8", "1GiB"], ["8", "2GiB"],
      ])
    #expect(plain.count == 12)
    #expect(
      changed.points == [["2", "1GiB"], ["4", "1GiB"], ["8", "1GiB"]] && changed.count == 9)
  }

  @Test("A repetition has the same seed at every point, the scenario's and those that follow it")
  func commonRandomNumbers() throws {
    let plan = try plan(["selfballoon_downhysteresis=1,8"]) { $0.repetitions = 3 }

    for point in 0..<2 {
      let seeds = try (0..<3).map {
        try plan.scenario(of: .init(point: point, repetition: $0)).scenario.seed
      }
      #expect(seeds == [7, 8, 9])
    }
  }

  @Test("A run has the key of the same run by itself")
  func keys() throws {
    let keys = try plan(["selfballoon_downhysteresis=1,8"]).keys()
    let alone = try ScenarioReader.read(
      text: Self.scenario, file: "s.yaml",
      overrides: [try #require(ScenarioOverride(set: "selfballoon_downhysteresis=1"))])

    #expect(keys.count == 2 && keys[0] != keys[1])
    #expect(keys[0] == [alone.runKey])
  }

  @Test(
    "After the keys a run's scenario is the same, of the first runs and of later ones, asked for once or twice"
  )
  func scenariosAfterKeys() throws {
    let plan = try plan(["selfballoon_downhysteresis=1..1030 step 1"])
    let keys = try plan.keys()

    for point in [0, 7, 1_023, 1_024, 1_029] {
      let alone = try ScenarioReader.read(
        text: Self.scenario, file: "s.yaml",
        overrides: [
          try #require(ScenarioOverride(set: "selfballoon_downhysteresis=\(point + 1)"))
        ])
      for _ in 0..<2 {
        let scenario = try plan.scenario(of: .init(point: point, repetition: 0))
        #expect(scenario.parameters == alone.parameters && scenario.runKey == keys[point][0])
      }
    }
  }

  @Test(
    "A design has its points and no others",
    arguments: [
      (SweepSpec.Design.random, 5, 5), (.lhs, 6, 6), (.sobol, 8, 8), (.morris, 3, 9),
      (.saltelli, 4, 16),
    ])
  func designs(design: SweepSpec.Design, samples: Int, points: Int) throws {
    func made(seed: UInt64) throws -> [[String]] {
      try plan(["selfballoon_downhysteresis=1..64", "guests.memory=1GiB..4GiB log"]) {
        $0.design = design
        $0.samples = samples
        $0.designSeed = seed
      }.points
    }

    let first = try made(seed: 1)
    let again = try made(seed: 1)
    let other = try made(seed: 2)

    #expect(first.count == points)
    #expect(first == again && first != other)
    #expect(first.allSatisfy { (1...64).contains(Int($0[0]) ?? 0) })
  }

  @Test(
    "What is wrong is one sentence with its place",
    arguments: [
      (["selfballoon_downhysteresis"], [], "expected PATH=VALUES"),
      (["selfbaloon_interval=1"], [], "did you mean 'selfballoon_interval'?"),
      (["guests.memory=1GiB,64KiB"], [], "out of range"),
      (["selfballoon_interval=1,,2"], [], "expected values with commas between them"),
      (["selfballoon_interval=9..1"], [], "a range goes up"),
      (["guests.memory=1GiB..2s"], [], "1GiB is a size and 2s is a time"),
      (["selfballoon_interval=1..1000000"], [], "a grid needs the values"),
      (["selfballoon_interval=1,2"], ["selfballoon_interval"], "expected a comparison"),
      (["selfballoon_interval=1,2"], ["selfballon_interval < 2"], "unknown parameter"),
      (["selfballoon_interval=1,2"], ["selfballoon_interval > 2"], "no point"),
      (["guests.driver=3.6,4.19"], ["guests.driver < linux"], "unknown parameter"),
      (
        ["selfballoon_interval=1", "guests.g.tunables.selfballoon_interval=2"], [], "varied twice"
      ),
      ([], [], "nothing varies"),
    ] as [([String], [String], String)])
  func problems(vary: [String], conditions: [String], expected: String) {
    let text = problem { try plan(vary, where: conditions) }

    #expect(text.contains(expected), "\(text)")
    #expect(!text.contains("\n"), "\(text)")
  }

  @Test("What is wrong in the section is told with line and column")
  func sectionProblems() {
    let unknown = problem { try plan([], section: "sweep: { vari: { tick: 1s } }\n") }
    let range = problem {
      try plan([], section: "sweep:\n  vary:\n    selfballoon_interval: 9..1\n")
    }

    #expect(unknown.hasPrefix("s.yaml:9:10: sweep: unknown key 'vari'"), "\(unknown)")
    #expect(range.hasPrefix("s.yaml:11:27: selfballoon_interval: a range goes up"), "\(range)")
  }

  @Test("Shares of a sweep are disjoint, whole and alike in size, in any order of the keys")
  func shares() throws {
    let keys = Set((0..<103).map { "key \($0)" })
    for count in [1, 2, 8, 103, 200] {
      let shares = try (0..<count).map {
        try #require(SweepShard(index: $0, count: count)).share(of: keys)
      }
      #expect(shares.reduce(into: Set()) { $0.formUnion($1) } == keys)
      #expect(shares.map(\.count).reduce(0, +) == keys.count)
      #expect(Set(shares.map(\.count)).isSubset(of: [103 / count, 103 / count + 1]))
    }
    #expect(SweepShard(index: 8, count: 8) == nil && SweepShard(index: -1, count: 8) == nil)
    #expect(SweepShard(index: 0, count: 0) == nil)
  }
}
