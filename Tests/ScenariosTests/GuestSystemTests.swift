import Simulation
import TestSupport
import Testing

@testable import MemoryModel
@testable import Scenarios

@Suite("Systems that never were")
struct GuestSystemTests {
  private func read(_ keys: String) throws -> ResolvedScenario {
    try ScenarioReader.read(
      text: """
        name: s
        duration: 10s
        guests:
          - name: g
            memory: 64MiB
            committed: { constant: 10MiB }
        \(keys.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
        """, file: "s.yaml")
  }

  @Test(
    "Without tmem's time or hypervisor the defaults have neither tmem nor the driver",
    arguments: ["kernel: '6.1'", "kernel: '6.18'", "balloon: { model: virtio }"])
  func defaults(keys: String) throws {
    let resolved = try read(keys)

    #expect(resolved.scenario.guests[0].boot == "")
    #expect(resolved.scenario.guests[0].controller == .none)
    #expect(resolved.warnings.isEmpty)
    #expect(try ScenarioReader.read(text: resolved.yaml, file: "s.yaml").yaml == resolved.yaml)
  }

  @Test(
    "A Xen guest of 4.19 has both, with either of Xen's balloon drivers",
    arguments: ["4.4", "4.19"])
  func xen(model: String) throws {
    let resolved = try read("balloon: { model: '\(model)' }")

    #expect(resolved.scenario.guests[0].boot == "tmem")
    #expect(resolved.scenario.guests[0].controller == .usual)
    #expect(resolved.warnings.isEmpty)
  }

  @Test(
    "What no machine had is refused where it is written, and warned of when it is asked for all the same",
    arguments: [
      ("kernel: '6.18'", "boot: tmem", "guests.g.boot"),
      ("kernel: '6.1'", "boot: quiet tmem tmem.frontswap=0", "guests.g.boot"),
      ("kernel: '6.1'", "controller: selfballoon", "guests.g.controller"),
      ("balloon: { model: virtio }", "controller: selfballoon", "guests.g.controller"),
      ("balloon: { model: virtio }", "boot: tmem", "guests.g.boot"),
    ])
  func refused(system: String, key: String, path: String) throws {
    let problems = try #require(throws: ScenarioProblems.self) { _ = try read("\(system)\n\(key)") }
    let asked = try read("\(system)\n\(key)\ncounterfactual: true")

    #expect(problems.problems.map(\.path) == [path])
    #expect(problems.problems.allSatisfy { $0.message.contains("counterfactual: true") })
    #expect(asked.warnings.count == 1)
    #expect(try ScenarioReader.read(text: asked.yaml, file: "s.yaml").yaml == asked.yaml)
  }

  @Test("A word that only looks like tmem's is none")
  func otherWords() throws {
    #expect(try read("kernel: '6.1'\nboot: quiet notmem").warnings.isEmpty)
  }
}
