import MemoryModel
import Simulation
import TestSupport
import Testing
import Units

@testable import Scenarios
@testable import Traces

@Suite("Resolved scenarios and values from the command line")
struct ResolvedScenarioTests {
  private func override(_ argument: String) throws -> ScenarioOverride {
    try #require(ScenarioOverride(set: argument))
  }

  @Test("A resolved scenario reads back to itself", arguments: Bundled.scenarios)
  func resolvedScenarioReadsBack(name: String) throws {
    let first = try ScenarioReader.read(file: Bundled.scenario(name))

    let second = try ScenarioReader.read(text: first.yaml, file: "resolved.yaml")

    #expect(second.yaml == first.yaml)
    #expect(second.parameters == first.parameters)
    #expect(second.scenario.description == first.scenario.description)
  }

  @Test("A recorded scenario reads back without its traces", arguments: Bundled.scenarios)
  func recordedScenarioReadsBack(name: String) throws {
    let resolved = try ScenarioReader.read(file: Bundled.scenario(name))
    let moved = resolved.yaml.replacing("traces/", with: "nowhere/")

    let recorded = try #require(ScenarioReader.recorded(moved))

    #expect(ParameterTree(recorded).yaml == moved)
    #expect(ScenarioReader.recorded("name: [") == nil)
  }

  @Test("The template with all its forms reads back to itself")
  func resolvedTemplateReadsBack() throws {
    let first = try ScenarioReader.read(text: ScenarioTemplate.text, file: "t.yaml")

    let second = try ScenarioReader.read(text: first.yaml, file: "t.yaml")

    #expect(second.yaml == first.yaml)
    #expect(second.parameters == first.parameters)
  }

  @Test("Texts that YAML would take for something else survive resolving")
  func awkwardTextsReadBack() throws {
    let awkward = ["no", "010", " 5", "+5\n", "a: b # c", "\"", "\\", "- x", "\u{e9}\u{2028}", "~"]
    for text in awkward {
      let first = try ScenarioReader.read(text: smallScenario, file: "s.yaml")
      var scenario = first.scenario
      scenario.description = text
      scenario.guests[0].tunables = [("frontswap_inertia", text)]
      let resolved = ResolvedScenario(scenario: scenario, traces: [])

      let second = try ScenarioReader.read(text: resolved.yaml, file: "s.yaml").scenario

      #expect(second.description == text)
      #expect(second.guests[0].tunables.map(\.text) == [text])
    }
  }

  @Test("Every parameter can be set through its path", arguments: Bundled.scenarios)
  func everyParameterIsReachable(name: String) throws {
    let first = try ScenarioReader.read(file: Bundled.scenario(name))

    for parameter in first.parameters where !parameter.path.contains(".tunables.") {
      let text = parameter.text.contains(" ") ? "\"\(parameter.text)\"" : parameter.text
      let set = try override("\(parameter.path)=\(text)")
      // A trace's path is relative to the file, which here stands in the working directory.
      let second = try ScenarioReader.read(text: first.yaml, file: "s.yaml", overrides: [set])
      #expect(second.yaml == first.yaml, "\(set.option)")
    }
  }

  @Test("Parameters have numbers in their base units, and the tunables that were left alone")
  func parametersHaveNumbers() throws {
    let resolved = try ScenarioReader.read(file: Bundled.scenario("compile"))

    func parameter(_ path: String) -> ScenarioParameter? {
      resolved.parameters.first { $0.path == path }
    }

    #expect(parameter("guests.build.memory")?.number == 1_048_576)
    #expect(parameter("tick")?.number == 1)
    #expect(parameter("host.disks.ssd.random_read")?.number == 0.00015)
    #expect(parameter("host.disks.ssd.bandwidth")?.number == 450_000_000)
    #expect(parameter("guests.build.files.sources.rate")?.number == 1_000)
    #expect(parameter("guests.build.anon.access.pattern.zipf")?.number == 0.9)
    #expect(parameter("guests.build.thp")?.number == 0)
    #expect(parameter("guests.build.controller")?.text == "selfballoon")
    #expect(parameter("guests.build.tunables.selfballoon_downhysteresis")?.number == 8)
    #expect(parameter("guests.build.tunables.selfballoon_reserved_mb")?.text == "set at boot")
    #expect(Set(resolved.parameters.map(\.path)).count == resolved.parameters.count)
  }

  @Test("A trace comes with the scenario, its path relative to the scenario's folder")
  func resolvesTraces() throws {
    let resolved = try ScenarioReader.read(file: Bundled.scenario("compile"))

    let trace = try #require(
      resolved.trace(Bundled.path("traces/swift-build.csv"), ImportOptions()))

    #expect(trace.samples.count == 374)
    guard case .trace(let path, _) = resolved.scenario.guests[0].committed.source else {
      Issue.record("no trace")
      return
    }
    #expect(path == trace.provenance.path)
  }

  @Test(
    "A value can be set by its full path, without the only guest's name, or by a bare sysfs name")
  func setsValues() throws {
    let overrides = try [
      override("guests.one.memory=2GiB"), override("guests.vcpus=3"),
      override("frontswap_inertia=010"), override("guests.tunables.selfballoon_interval=1"),
      override("host.disks.ssd.write=1ms"),
      override("guests.one.files=[{name: a, size: 1MiB, rate: 5/s}]"),
      override("guests.one.files.a.pattern.zipf=0.5"), .seed("7"), .duration("2min"),
    ]

    let scenario = try ScenarioReader.read(
      text: smallScenario, file: "s.yaml", overrides: overrides
    ).scenario

    #expect(scenario.guests[0].memory == .gibibytes(2))
    #expect(scenario.guests[0].kernel.vcpus == 3)
    #expect(scenario.guests[0].tunables.map(\.text) == ["010", "1"])
    #expect(scenario.host.disks[0].parameters.write == .milliseconds(1))
    #expect(scenario.guests[0].files[0].phases[0].pattern == .zipf(alpha: 0.5))
    #expect(scenario.seed == 7)
    #expect(scenario.duration == .time(.seconds(120)))
  }

  @Test("A bare sysfs name sets the tunable of every guest")
  func setsEveryGuest() throws {
    let resolved = try ScenarioReader.read(
      file: Bundled.scenario("two-guests"), overrides: [override("selfballoon_interval=9")])

    #expect(resolved.scenario.guests.map { $0.tunables.map(\.text) } == [["9"], ["9"]])
  }

  @Test(
    "A wrong value from the command line is reported with its option",
    arguments: [
      (
        "guests.one.memry=2GiB",
        "--set guests.one.memry=2GiB: guests.one: unknown key 'memry'; did you mean 'memory'?"
      ),
      (
        "guests.memry=2GiB",
        "--set guests.memry=2GiB: guests.one: unknown key 'memry'; did you mean 'memory'?"
      ),
      (
        "guests.on.memory=2GiB",
        "--set guests.on.memory=2GiB: guests.on.memory: unknown item of guests 'on'; did you mean 'one'?"
      ),
      ("guests.one.memory=2GB", "--set guests.one.memory=2GB: guests.one.memory: expected a size"),
      (
        "guests.one.memory.x=1",
        "--set guests.one.memory.x=1: guests.one.memory.x: memory is '1GiB', which has no parts"
      ),
      (
        "selfballoon_intervall=1",
        "--set selfballoon_intervall=1: unknown parameter 'selfballoon_intervall'; did you mean 'selfballoon_interval'?"
      ),
      (
        "memory=1GiB",
        "--set memory=1GiB: unknown parameter 'memory'; did you mean 'guests.memory'?"
      ),
      (
        "committed.between=linear",
        "--set committed.between=linear: unknown parameter 'committed'; did you mean 'guests.committed.between'?"
      ),
      ("sede=1", "--set sede=1: unknown parameter 'sede'; did you mean 'seed'?"),
      ("seed=[1", "--set seed=[1: not valid YAML: "),
      ("seed=", "--set seed=: seed: expected a whole number"),
    ])
  func reportsOptions(argument: String, problem: String) throws {
    let found = problems(of: smallScenario, [try override(argument)])

    #expect(found.count == 1, "\(found)")
    #expect(found.contains { $0.hasPrefix(problem) }, "\(found)")
  }

  @Test(
    "watermark_scale_factor reaches the marks, is checked, and by default moves no key of a run")
  func watermarkScaleFactor() throws {
    let text = """
      name: small
      duration: 1s
      guests:
        - { name: g, memory: 1GiB, committed: { constant: 0p } }
      """
    func resolved(_ value: Int) throws -> ResolvedScenario {
      try ScenarioReader.read(
        text: text, file: "s.yaml",
        overrides: [override("guests.g.watermark_scale_factor=\(value)")])
    }
    let plain = try ScenarioReader.read(text: text, file: "s.yaml")

    let wide = try resolved(100)
    let refused = try #require(throws: ScenarioProblems.self) { _ = try resolved(1_001) }

    let path = "guests.g.watermark_scale_factor"
    // What came later than 0.4 takes no part in the key, as long as it has its default.
    let others = plain.parameters.filter { ParameterPath($0.path).laterDefault == nil }.map {
      "\($0.path)=\($0.text)\n"
    }
    let keyed = "balloonsim \(modelVersion)\n" + others.joined()
    #expect(plain.parameters.first { $0.path == path }?.text == "10")
    #expect(plain.runKey == SHA256.digits(of: keyed.utf8))
    #expect(try resolved(10).runKey == plain.runKey)
    #expect(wide.runKey != plain.runKey)
    #expect(wide.parameters.first { $0.path == path }?.number == 100)
    #expect(
      GuestZones(wide.scenario.guests[0].bootParameters).zones.map(\.high.pages) == [93, 6_035, 0])
    #expect(
      refused.problems.map(\.message) == ["'1001' is out of range, which is 1 to 1000"])
    #expect(ParameterPath(path).laterDefault == "10")
    #expect(ParameterPath("guests.g.swappiness").laterDefault == nil)
  }

  @Test(
    "A setting that does nothing with the guest's kernel or balloon is warned of",
    arguments: [
      ("watermark_boost_factor: 0", "watermark_boost_factor does nothing with kernel 4.19"),
      (
        "balloon: { model: virtio, max_retry_count: 3 }",
        "balloon.max_retry_count does nothing with virtio's balloon"
      ),
      (
        "balloon: { model: virtio, scrub: false }",
        "balloon.scrub does nothing with virtio's balloon"
      ),
      (
        "balloon: { online_added_memory: true }",
        "balloon.online_added_memory does nothing with a balloon other than 6.1's"
      ),
      (
        "slab_in_use: 20p, kernel_unreclaimable: 10p",
        "slab_in_use is part of kernel_unreclaimable, so only 10 pages of it count"
      ),
      ("balloon: { model: \"6.1\", online_added_memory: true, max_retry_count: 3 }", ""),
      ("kernel: \"6.1\", balloon: { model: \"6.1\", scrub: false }, watermark_boost_factor: 0", ""),
    ])
  func idleSettings(setting: String, says: String) throws {
    let text = """
      name: small
      duration: 1s
      guests:
        - { name: g, memory: 1GiB, committed: { constant: 0p }, \(setting) }
      """

    let warnings = try ScenarioReader.read(text: text, file: "s.yaml").warnings

    // A guest with a late balloon is counterfactual too; that is another sentence.
    let found = warnings.filter { $0.contains("does nothing") || $0.contains("of it count") }
    #expect(found == (says.isEmpty ? [] : ["guest g: " + says]))
  }

  @Test("hz reaches the guest's timers, takes four values, and by default moves no key of a run")
  func frequency() throws {
    let text = """
      name: small
      duration: 1s
      guests:
        - { name: g, memory: 1GiB, committed: { constant: 0p } }
      """
    func resolved(_ value: String) throws -> ResolvedScenario {
      try ScenarioReader.read(
        text: text, file: "s.yaml", overrides: [override("guests.g.hz=\(value)")])
    }
    let plain = try ScenarioReader.read(text: text, file: "s.yaml")

    let guests = try ["100", "250", "300", "1000"].map { try resolved($0).scenario.guests[0] }
    let refused = try #require(throws: ScenarioProblems.self) { _ = try resolved("1024") }

    #expect(guests.map(\.timers.hz) == [100, 250, 300, 1000])
    #expect(plain.scenario.guests[0].timers.hz == 250)
    #expect(try resolved("250").runKey == plain.runKey)
    #expect(try resolved("1000").runKey != plain.runKey)
    #expect(
      refused.problems.map(\.message) == ["expected one of 100, 250, 300, 1000, found '1024'"])
    #expect(ParameterPath("guests.g.hz").laterDefault == "250")
  }

  @Test(
    "A guest's driver tells whether its timers have the wheel",
    arguments: [
      ("selfballoon", true), ("{ selfballoon: { version: '4.4' } }", false),
      ("{ selfballoon: { version: '3.6' } }", false), ("selfballoon2011", false),
      ("xenballoond", true), ("none", true),
    ])
  func wheel(policy: String, hasWheel: Bool) throws {
    let text = """
      name: small
      duration: 1s
      guests:
        - { name: g, memory: 1GiB, committed: { constant: 0p }, policy: \(policy) }
      """

    let resolved = try ScenarioReader.read(text: text, file: "s.yaml")

    #expect(resolved.scenario.guests[0].timers.hasWheel == hasWheel)
  }

  @Test("A key of the only guest is one even where it is as short as the guest's name")
  func shortNames() throws {
    let text = """
      name: small
      duration: 1s
      guests:
        - { name: g, memory: 1GiB, committed: { constant: 0p } }
      """

    let resolved = try ScenarioReader.read(
      text: text, file: "s.yaml", overrides: [override("guests.hz=100")])

    #expect(resolved.parameters.first { $0.path == "guests.g.hz" }?.number == 100)
  }

  @Test("What is no PATH=VALUE is no override", arguments: ["", "a", "=1", "a..b=1", ".a=1"])
  func refusesMalformedOverrides(argument: String) {
    #expect(ScenarioOverride(set: argument) == nil)
  }
}
