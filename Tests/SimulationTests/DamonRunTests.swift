import MemoryModel
import Policies
import Testing
import Units

@testable import Scenarios
@testable import Simulation

@Suite("A run with DAMON_RECLAIM")
struct DamonRunTests {
  /// A guest of 512 MiB, 300 MiB of them in use, a tenth of these again and again.
  private static func text(policy: String, kernel: String = "6.1", sysctl: String = "") -> String {
    """
    name: damon
    duration: 4min
    tick: 1s
    host: { memory: 2GiB }
    guests:
      - name: one
        memory: 512MiB
        kernel: "\(kernel)"
        policy: \(policy)
        balloon: { model: virtio, free_page_reporting: \(kernel == "4.19" ? "false" : "true") }
        swap: { size: 1GiB }
        swap_in_memory: true
        committed: { constant: 300MiB }
        anon:
          touched: 1
          access: { rate: 1000/s, pattern: { hotcold: { hot: 0.1, access: 0.9999 } } }
    """
  }

  private struct Outcome {
    var swapped: Double
    var swapIns: Double
    var held: Double
    var decisions: [DecisionRecord]
    var fingerprint: String
  }

  private func run(_ policy: String) throws -> Outcome {
    let resolved = try ScenarioReader.read(text: Self.text(policy: policy), file: "s.yaml")
    let log = RunLog()
    var simulation = try Simulation(resolved.scenario, demands: resolved.demands, observer: log)
    let summary = try simulation.run()
    let figures = Dictionary(
      summary.metrics.map { ($0.name, $0.value) }, uniquingKeysWith: { one, _ in one })
    return Outcome(
      swapped: figures["swap_outs"] ?? -1, swapIns: figures["swap_ins"] ?? -1,
      held: figures["memory_held_mean_pages"] ?? -1, decisions: log.decisions,
      fingerprint: summary.fingerprint)
  }

  @Test(
    "Cold pages are swapped out after two minutes, within the quota; hot ones stay; the host gets them"
  )
  func coldPages() throws {
    let still = try run("none")
    let damon = try run("damon")
    let again = try run("damon")
    let older = try run("{ damon: { min_age: 300000000 } }")

    #expect(still.swapped == 0 && older.swapped == 0)
    // 69,120 of 76,800 pages are cold.
    #expect((10_000...72_000).contains(damon.swapped))
    #expect(damon.swapIns < damon.swapped / 20)
    #expect(damon.held < still.held - 2_000)
    #expect(damon.fingerprint == again.fingerprint)
    // Turns in which nothing was tried are not recorded, but for the first after a stop.
    let tried = damon.decisions.filter { $0.row[DamonPolicy.Term.tried] ?? 0 > 0 }
    #expect(!tried.isEmpty && damon.decisions.count < 1_000)
    #expect(tried.allSatisfy { $0.time >= .zero + .seconds(120) })
    let out = tried.reduce(0) { $0 + ($1.row[DamonPolicy.Term.pagedOut] ?? 0) }
    #expect(out == Int64(damon.swapped))
    // No window of a second tries more than 128 MiB, once the first one is over.
    let after = tried.filter { $0.row[DamonPolicy.Term.quota] != 0 }
    #expect(after.allSatisfy { $0.row[DamonPolicy.Term.charged] ?? 0 <= 32_768 })
  }

  @Test("A kernel before 5.16 has none, which one sentence says with its place")
  func refused() {
    let error = #expect(throws: ScenarioProblems.self) {
      try ScenarioReader.read(
        text: Self.text(policy: "damon", kernel: "4.19"), file: "s.yaml")
    }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains("DAMON_RECLAIM came with Linux 5.16"), "\(message)")
    #expect(message.contains("s.yaml:"), "\(message)")
  }
}
