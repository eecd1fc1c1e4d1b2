import SimulationEngine
import TestSupport
import Testing
import Units

@testable import MemoryModel
@testable import Scenarios
@testable import Simulation

/// A rate of first touches slows touching down, and nothing else.
@Suite("First touches at a rate")
struct TouchRateTests {
  /// A burst at 304 s, between the worker's runs at 302.08 s and 307.2 s, of 50 to 250 MiB.
  private struct Burst: CustomStringConvertible {
    let memory: Int
    let base: Int
    let size: Int
    let reserve: Int
    let swap: Bool
    let boot: String

    init(seed: UInt64) {
      var random = RandomStream(seed: seed, purpose: "burst")
      memory = 320 + Int(random.below(512))
      base = 60 + Int(random.below(60))
      size = 50 + Int(random.below(200))
      reserve = 1 + Int(random.below(200))
      swap = random.below(2) == 0
      boot = random.below(2) == 0 ? "tmem" : ""
    }

    var pages: Int { size * 256 }
    var description: String {
      "\(memory) MiB, \(base)+\(size), reserve \(reserve), swap \(swap), '\(boot)'"
    }

    func yaml(rate: String) -> String {
      """
      name: burst
      duration: 330s
      guests:
        - name: g
          memory: \(memory)MiB
          committed:
            points:
              - { at: 0s, committed: \(base + 40)MiB, touched: \(base)MiB }
              - { at: 304s, committed: \(base + 40 + size)MiB, touched: \(base + size)MiB }
          anon: { touched: trace, touch_rate: \(rate) }
          boot: "\(boot)"
          \(swap ? "swap: { size: 1GiB }" : "swappiness: 60")
          tunables: { selfballoon_reserved_mb: \(reserve), selfballoon_interval: 5 }
      """
    }
  }

  private struct Course {
    let log: RunLog
    let summary: RunSummary

    func metric(_ name: String) -> Double? {
      summary.metrics.first { $0.name == name && $0.guest == "g" }?.value
    }
  }

  private func run(_ burst: Burst, rate: String) throws -> Course {
    let resolved = try ScenarioReader.read(text: burst.yaml(rate: rate), file: "burst.yaml")
    let log = RunLog()
    var simulation = try Simulation(resolved.scenario, demands: resolved.demands, observer: log)
    return Course(log: log, summary: try simulation.run())
  }

  @Test(
    "All pages of a burst due in one quantum: the course is that of unlimited touches, event by event"
  )
  func oneQuantum() throws {
    var withStores = 0
    for seed in UInt64(1)...24 {
      let burst = Burst(seed: seed)
      // The first touches, at 0 s, are due at once too.
      let rate = max(burst.pages, (burst.base + 1) * 256) * 100

      let unlimited = try run(burst, rate: "unlimited")
      let limited = try run(burst, rate: "\(rate)/s")

      #expect(limited.summary.fingerprint == unlimited.summary.fingerprint, "\(seed): \(burst)")
      if try #require(unlimited.metric("frontswap_stores")) > 0 { withStores += 1 }
    }
    // Else no burst came below the low mark, and nothing was shown.
    #expect(withStores > 3)
  }

  @Test("A burst over before anybody else's next event ends as with unlimited touches")
  func beforeOthers() throws {
    var kills = 0
    for seed in UInt64(100)..<130 {
      let burst = Burst(seed: seed)
      guard !burst.swap else { continue }
      // Two seconds of the 3.2 until the worker runs.
      let rate = burst.pages / 2

      let unlimited = try run(burst, rate: "unlimited")
      let limited = try run(burst, rate: "\(rate)/s")

      for name in ["oom_kills", "faults", "swap_outs"] {
        #expect(limited.metric(name) == unlimited.metric(name), "\(name), \(seed): \(burst)")
      }
      // How often kswapd comes in between is the rate's doing: it reclaims in batches, a few of them more or less.
      for column in [TickColumn.freePages, .ramPages, .activeAnonPages] {
        let difference =
          limited.log.value(column, at: 325) - unlimited.log.value(column, at: 325)
        #expect(abs(difference) <= 512, "\(column.name), \(seed): \(burst)")
      }
      if try #require(unlimited.metric("oom_kills")) > 0 { kills += 1 }
    }
    #expect(kills > 1)
  }
}
