import Experiments
import SimulationEngine
import Testing

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
}

@Suite("Tunables as they are set on a machine")
struct KernelTunablesTests {
  private func tunables(
    _ values: [(String, String)], boot: String = "tmem", driver: String = "4.19"
  )
    -> KernelTunables
  {
    KernelTunables(
      guest: "g",
      parameters: values.map {
        Parameter(path: "guests.g.tunables.\($0.0)", value: $0.1, number: nil)
      } + [
        Parameter(path: "guests.g.boot", value: boot, number: nil),
        Parameter(path: "guests.g.driver", value: driver, number: nil),
      ])
  }

  @Test(
    "What is no number never becomes a command, and no word with a shell's characters a boot option",
    arguments: ["2; touch X #", "$(id)", "`id`", "1\n2", "1s", "-1", "", "0x1", "\u{662}", "1;2"])
  func hostile(text: String) {
    let hostile = tunables([("selfballoon_downhysteresis", text)], boot: "tmem a;b $(id) quiet")

    #expect(hostile.sysfsWrites(always: []).isEmpty)
    #expect(hostile.bootOptions == "tmem quiet")
  }

  @Test(
    "What is as after boot is not written, what varies is, and what the kernel sets is left to it")
  func writes() {
    let tunables = tunables([
      ("selfballoon_interval", "5"), ("selfballoon_downhysteresis", "8"),
      ("selfballoon_uphysteresis", "2"), ("selfballoon_reserved_mb", "set at boot"),
    ])

    let folder = "/sys/devices/system/xen_memory/xen_memory0/selfballoon"
    #expect(
      tunables.sysfsWrites(always: ["guests.g.tunables.selfballoon_downhysteresis"]) == [
        "echo 8 > \(folder)/selfballoon_downhysteresis",
        "echo 2 > \(folder)/selfballoon_uphysteresis",
      ])
  }

  @Test("A zero is written as 2^32, which the kernel's test lets pass; a switch as it is")
  func zeros() {
    let tunables = tunables([("selfballoon_reserved_mb", "0"), ("frontswap_selfshrinking", "0")])

    // Facts 1.1: a plain 0 is refused with EINVAL, 4294967296 is stored as 0; the switches take 0 and 1.
    let words = tunables.sysfsWrites(always: []).map { $0.split(separator: " ")[1] }
    #expect(words == ["4294967296", "0"])
  }

  @Test("A static guest has both parts off, and no tmem")
  func staticGuest() {
    let parameters = [("controller", "none"), ("boot", "quiet tmem tmem.cleancache=0")]
      .map { Parameter(path: "guests.g.\($0.0)", value: $0.1, number: nil) }

    let tunables = KernelTunables(guest: "g", parameters: parameters)

    let files = tunables.sysfsWrites(always: []).compactMap { $0.split(separator: "/").last }
    #expect(files == ["selfballooning", "frontswap_selfshrinking"])
    #expect(tunables.bootOptions == "quiet")
  }

  @Test("The switches are boot options, by the names of the generation")
  func bootOptions() {
    let off = [("selfballooning", "1"), ("frontswap_selfshrinking", "0")]

    #expect(
      tunables(off, boot: "tmem tmem.selfshrinking=1").bootOptions
        == "tmem tmem.selfballooning=1 tmem.selfshrinking=0")
    #expect(tunables(off, driver: "3.6").bootOptions == "tmem noselfshrink")
    #expect(tunables([]).bootOptions == "tmem")
  }
}
