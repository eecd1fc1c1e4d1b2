import Recording
import Scenarios
import Simulation
import Traces
import Units

/// Whole runs: the simulated day of `selfballoon day`, and runs of scenario files.
enum WholeRun {
  /// A guest that balloons itself every 5.12 s after a random walk of committed memory, and touches nothing.
  private static let committedOnly = """
    name: day
    duration: 24h
    tick: 1s
    host: { memory: 4GiB }
    guests:
      - name: guest
        memory: 2GiB
        tunables: { selfballoon_interval: 5 }
        committed: { constant: 200000p }
        anon: { touched: 0 }
    """

  /// `day [REPEAT]`: 86,400 samples a second apart, unrecorded.
  static func runDay(_ arguments: Arguments) throws {
    let scenario = try ScenarioReader.read(text: committedOnly, file: "day.yaml").scenario
    let demand = CommittedDemand(walk())
    for _ in 0..<(try arguments.count(0, "REPEAT", default: 1)) {
      let watch = Stopwatch()
      var simulation = try Simulation(scenario, demands: [demand])
      let summary = try simulation.run()
      print(
        "day cpu_ms_day=\(decimal(watch.processor * 1e3)) events=\(summary["events"])",
        "balloon_out=\(summary["balloon_out"]) balloon_in=\(summary["balloon_in"])",
        "fingerprint=\(summary.fingerprint)")
    }
  }

  /// The walk of `selfballoon.h`: 8193 steps either way, and 80,000 pages up or down every 300 s.
  private static func walk() -> [CommittedPoint] {
    var state: UInt64 = 1
    var committed = 200_000
    var points = [CommittedPoint(at: .zero, committed: PageCount(committed), touched: nil)]
    for second in 1...86_400 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      committed += Int((state >> 33) % 8193) - 4096
      if second % 600 == 0 { committed += 80_000 }
      if second % 600 == 300 { committed -= 80_000 }
      committed = min(max(committed, 65_536), 600_000)
      points.append(
        CommittedPoint(
          at: .zero + .seconds(Int64(second)), committed: PageCount(committed), touched: nil))
    }
    return points
  }

  /// `run SCENARIO DB|none [PATH=VALUE ...]`: a scenario with or without recording.
  static func runScenario(_ arguments: Arguments) throws {
    let overrides = try arguments.rest(2).map { text in
      guard let override = ScenarioOverride(set: text) else {
        throw BenchmarkError.badArgument(text)
      }
      return override
    }
    let resolved = try ScenarioReader.read(
      file: try arguments.text(0, "SCENARIO"), overrides: overrides)
    let path = try arguments.text(1, "DB")
    let watch = Stopwatch()
    let summary =
      path == "none"
      ? try simulate(resolved, observer: nil) : try record(resolved, path: path)
    let gibibytes = resolved.scenario.guests.reduce(0) { $0 + $1.memory.pages } >> 18
    print(
      "run wall_s=\(decimal(watch.wall)) cpu_s=\(decimal(watch.processor))",
      "simulated_s=\(summary["simulated"]) events=\(summary["events"])",
      "fingerprint=\(summary.fingerprint) peak_MiB=\(Stopwatch.peakMemory >> 20)",
      "simulated_GiB=\(gibibytes)")
    for ingredient in summary.ingredients { print(ingredient.name, ingredient.value) }
  }

  private static func simulate(
    _ resolved: ResolvedScenario, observer: RunRecorder?
  ) throws -> RunSummary {
    var simulation = try Simulation(
      resolved.scenario, demands: resolved.demands, observer: observer)
    return try simulation.run()
  }

  private static func record(_ resolved: ResolvedScenario, path: String) throws -> RunSummary {
    let guests = resolved.scenario.guests.map(\.name)
    let store = try ResultStore(path: path, create: true)
    let run = try store.begin(.bare(scenario: resolved.scenario.name, guests: guests))
    let recorder = RunRecorder(store: store, run: run, guests: guests)
    let summary = try simulate(resolved, observer: recorder)
    try recorder.finish(summary)
    try store.close()
    return summary
  }
}

extension RunSummary {
  /// The sum of a metric over the guests.
  fileprivate subscript(name: String) -> Int {
    Int(metrics.filter { $0.name == name }.reduce(0) { $0 + $1.value })
  }
}
