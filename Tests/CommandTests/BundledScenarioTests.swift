import Foundation
import Testing

@Suite("What comes with the program works", .timeLimit(.minutes(5)))
struct BundledScenarioTests {
  let workplace: Workplace
  static let scenarios: [String] = {
    do {
      return try FileManager.default.contentsOfDirectory(
        atPath: RepositoryFile.path("Scenarios")
      ).filter { $0.hasSuffix(".yaml") }.sorted()
    } catch {
      return ["\(error)"]
    }
  }()

  init() throws { workplace = try Workplace() }

  @Test("Every scenario passes its check, can be inspected and runs", arguments: scenarios)
  func scenario(name: String) async throws {
    let file = RepositoryFile.path("Scenarios/\(name)")

    let check = try await workplace.run("scenario", "check", file)
    let inspection = try await workplace.run("inspect", file)
    let run = try await workplace.run("run", file, "--duration", "5s", "--json")

    check.expect(0)
    #expect(check.output == "\(file): fine\n")
    inspection.expect(0)
    #expect(inspection.output.contains("totalreserve_pages"))
    run.expect(0)
    let report = try #require((try run.json() as? [[String: Any]])?.first)
    #expect(report["simulated_ns"] as? Int == 5_000_000_000)
    try await workplace.run("db", "check").expect(0)
  }

  @Test("Every trace can be summed up", arguments: ["swift-build", "pgbench"])
  func trace(name: String) async throws {
    let info = try await workplace.run(
      "trace", "info", RepositoryFile.path("Scenarios/traces/\(name).csv"))

    info.expect(0)
  }

  @Test("A new scenario is fine as it stands")
  func template() async throws {
    let check = try await workplace.shell(
      "balloonsim scenario new | balloonsim scenario check /dev/stdin")
    let run = try await workplace.shell(
      "balloonsim scenario new > new.yaml && balloonsim run new.yaml --duration 5s --no-record")

    check.expect(0)
    #expect(check.output == "/dev/stdin: fine\n")
    run.expect(0)
  }

  @Test("The boot facts of a guest are those of the kernel")
  func bootFacts() async throws {
    // G1 of Docs/kernel.md 5.4: 1 GiB, 255,976 managed pages.
    let file = RepositoryFile.path("Scenarios/steps.yaml")

    let inspection = try await workplace.run("inspect", file, "--json")
    let large = try await workplace.run(
      "inspect", file, "--set", "guests.memory=1TiB", "--set", "host.memory=2TiB")
    let small = try await workplace.run("inspect", file, "--set", "guests.memory=8MiB")

    inspection.expect(0)
    let guest = try #require((try inspection.json() as? [[String: Any]])?.first)
    let facts = try #require(guest["facts"] as? [[String: Any]])
    func fact(_ name: String) -> Int? {
      facts.first { $0["name"] as? String == name }?["value"] as? Int
    }
    #expect(fact("totalram_pages") == 255_976)
    #expect(fact("min_free_kbytes") == 4_047)
    #expect(fact("totalreserve_pages") == 2_504)
    large.expect(0)
    small.expect(64)
  }
}
