import Scenarios
import Simulation
import Testing

@Suite("Who decides about a guest's memory")
struct PolicyKeyTests {
  private func read(
    _ lines: String, _ overrides: [String] = []
  ) throws(ScenarioProblems) -> ResolvedScenario {
    try ScenarioReader.read(
      text: """
        name: small
        duration: 1s
        guests:
          - name: one
            memory: 1GiB
            committed: { constant: 100MiB }
            \(lines)
        """, file: "s.yaml", overrides: overrides.compactMap { ScenarioOverride(set: $0) })
  }

  private func messages(_ lines: String) -> [String] {
    do {
      _ = try read(lines)
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test(
    "policy says what controller, driver and tunables say: the same run",
    arguments: [
      ("policy: selfballoon", "swappiness: 60"),
      ("policy: none", "controller: none"),
      ("policy: { none: }", "controller: none"),
      ("policy: { selfballoon: { version: \"3.6\" } }", "driver: \"3.6\""),
      (
        "policy: { selfballoon: { interval: 1, frontswap_inertia: 7 } }",
        "tunables: { selfballoon_interval: 1, frontswap_inertia: 7 }"
      ),
      (
        "policy: { selfballoon: { selfballoon_interval: 1 } }",
        "tunables: { selfballoon_interval: 1 }"
      ),
      (
        "policy: { xenballoond: { version: \"2008\", minmem: 64 } }",
        "{controller: xenballoond, policy_version: \"2008\", tunables: {XENBALLOON_MINMEM: 64}}"
      ),
    ])
  func sameRun(new: String, old: String) throws {
    // A mapping in one line is taken apart into lines of the guest.
    let lines =
      old.hasPrefix("{")
      ? "controller: xenballoond\n    policy_version: \"2008\"\n    tunables: { XENBALLOON_MINMEM: 64 }"
      : old

    let (one, two) = (try read(new), try read(lines))

    #expect(one.runKey == two.runKey)
    #expect(one.parameters == two.parameters)
    // What is recorded of it reads back to the same run.
    #expect(try ScenarioReader.read(text: one.yaml, file: "s.yaml").runKey == one.runKey)
  }

  @Test("Another policy is another run, and has its own settings among the parameters")
  func otherPolicies() throws {
    let keys = try ["selfballoon", "selfballoon2011", "xenballoond", "none"].map {
      try read("policy: \($0)").runKey
    }
    #expect(Set(keys).count == 4)

    let resolved = try read("policy: { xenballoond: { downhysteresis: 5 } }")
    let settings = resolved.parameters.filter { $0.path.hasPrefix("guests.one.tunables.") }
    #expect(settings.contains { $0.path.hasSuffix("DOWNHYSTERESIS") && $0.text == "5" })
    #expect(settings.contains { $0.path.hasSuffix("XENBALLOON_INTERVAL") && $0.text == "1" })
    #expect(!settings.contains { $0.path.contains("selfballoon_") })
  }

  @Test("The command line has the last word, in either words")
  func overrides() throws {
    let file = "policy: { xenballoond: { minmem: 64 } }"

    let fixed = try read(file, ["guests.one.controller=none"])
    #expect(try fixed.runKey == read("policy: none").runKey)
    let other = try read(file, ["guests.one.policy=selfballoon"])
    #expect(try other.runKey == read("policy: selfballoon").runKey)
    let set = try read(file, ["guests.one.policy.xenballoond.minmem=128"])
    #expect(try set.runKey == read("policy: { xenballoond: { minmem: 128 } }").runKey)
    let bare = try read(file, ["XENBALLOON_MINMEM=128"])
    #expect(bare.runKey == set.runKey)
  }

  @Test("A mistake is told with what is near it")
  func mistakes() {
    #expect(messages("policy: selfbaloon").contains { $0.contains("selfballoon") })
    #expect(messages("policy: { xenballoond: { minmen: 1 } }").contains { $0.contains("minmem") })
    #expect(messages("policy: { selfballoon: 1 }").contains { $0.contains("a mapping") })
    #expect(messages("policy: { selfballoon: {}, none: {} }").count == 1)
    #expect(messages("policy: []").count == 1)
    #expect(messages("policy:").count == 1)
    #expect(messages("policy: none\n    controller: none").contains { $0.contains("leave one") })
    #expect(messages("policy: { xenballoond: { version: \"2010\" } }").count == 1)
    #expect(
      messages("policy: { xenballoond: { XENBALLOON_MINMEM: 64, minmem: 32 } }").contains {
        $0.contains("second time")
      })
    #expect(messages("policy: { selfballoon: { version: \"5.0\" } }").count == 1)
    // A version of another policy is not passed over.
    #expect(
      messages("policy_version: \"2008\"").contains { $0.contains("version of selfballoon") })
    #expect(messages("controller: none\n    policy_version: \"2008\"").isEmpty)
  }
}
