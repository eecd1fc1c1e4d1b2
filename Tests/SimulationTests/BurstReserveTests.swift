import TestSupport
import Testing
import Units

@testable import MemoryModel
@testable import Scenarios
@testable import Simulation

/// The bundled pair that shows why selfballoon_reserved_mb came.
@Suite("A burst with and without a reserve")
struct BurstReserveTests {
  private func run(
    _ name: String, _ overrides: [ScenarioOverride] = []
  ) throws -> (log: RunLog, metrics: [String: Double]) {
    let resolved = try ScenarioReader.read(file: Bundled.scenario(name), overrides: overrides)
    let log = RunLog()
    var simulation = try Simulation(resolved.scenario, demands: resolved.demands, observer: log)
    let summary = try simulation.run()
    let metrics = summary.metrics.map { ($0.name, $0.value) }
    return (log, Dictionary(metrics, uniquingKeysWith: { first, _ in first }))
  }

  @Test("The two differ in their driver and in nothing else")
  func onePair() throws {
    let files = ["burst-with-reserve", "burst-without-reserve"]

    let parameters = try files.map { name in
      try ScenarioReader.read(file: Bundled.scenario(name)).parameters
    }

    let differing = zip(parameters[0], parameters[1]).filter {
      $0.path != $1.path || $0.text != $1.text
    }
    #expect(parameters[0].count == parameters[1].count)
    #expect(differing.map(\.0.path) == ["guests.burst.driver"])
    #expect(differing.map(\.0.text) == ["4.19"])
    #expect(differing.map(\.1.text) == ["3.6"])
  }

  @Test("Without a reserve the burst ends in a kill before the worker's next run")
  func killed() throws {
    let (log, metrics) = try run("burst-without-reserve")

    // Goal: 25600 pages committed, and R.
    let guest = try ScenarioReader.read(file: Bundled.scenario("burst-without-reserve")).scenario
      .guests[0]
    let zones = GuestZones(guest.bootParameters)
    let goal = Int64(25_600 + zones.totalReserve.pages)
    #expect(log.value(.goalPages, at: 405) == goal)
    #expect((goal...goal + 7).contains(log.value(.ramPages, at: 405)))
    // The burst needs 10240 pages; what is free and above the marks is less.
    #expect(log.value(.freePages, at: 405) - Int64(zones.minMark.pages) < 10_240)
    #expect(metrics["oom_kills"] == 1)
    // Touched at 20000 a second the burst is over at 406.512 s; the worker runs at 410 s.
    let kill = try #require(log.seconds(of: .oomKill).first)
    #expect((406.0..<410).contains(kill))
    // The largest process is the old one, with its 12800 pages.
    let detail = log.events.first { $0.kind == .oomKill }?.detail
    #expect(detail?.map(\.value) == [.number(25_600), .number(12_800)])
  }

  @Test("With a reserve of a tenth the same burst finds room, and the worker restores the reserve")
  func survives() throws {
    let without = try run("burst-without-reserve")

    let (log, metrics) = try run("burst-with-reserve")

    // A tenth in whole MiB, 24 of them: 6144 pages more than without.
    #expect(log.value(.goalPages, at: 405) - without.log.value(.goalPages, at: 405) == 6_144)
    #expect(metrics["oom_kills"] == 0)
    #expect(log.value(.activeAnonPages, at: 407) == 12_800 + 10_240)
    // The room is there after one run: 10240 pages at once.
    #expect(log.value(.goalPages, at: 412) - log.value(.goalPages, at: 405) == 10_240)
    #expect(log.value(.ramPages, at: 412) == log.value(.goalPages, at: 412))
    // The price in quiet times.
    #expect(
      log.value(.ramPages, at: 405) - without.log.value(.ramPages, at: 405) == 6_144)
  }

  @Test(
    "The driver of 4.19 without its reserve fares as that of 3.6: a write of 2^32 MiB is one of 0")
  func reserveTakenAway() throws {
    let overrides = ["guests.burst.driver=4.19", "selfballoon_reserved_mb=4294967296"]
      .compactMap { ScenarioOverride(set: $0) }

    let (_, metrics) = try run("burst-without-reserve", overrides)

    #expect(metrics["oom_kills"] == 1)
  }
}
