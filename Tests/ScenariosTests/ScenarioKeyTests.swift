import Foundation
import MemoryModel
import Simulation
import Testing
import Units

@testable import Scenarios
@testable import Traces

@Suite("The tables of a scenario's keys")
struct ScenarioKeyTests {
  /// A section of the page with the rows that its table should have.
  struct Section: CustomTestStringConvertible, Sendable {
    var title: String
    var rows: [KeyRow]
    var testDescription: String { title }
  }

  private static let stream = FileStreamSpec(
    name: "f", size: .pages(1), disk: "ssd", load: .open(.standIn))

  static let sections = [
    Section(title: "## Top level", rows: Scenario.keys.rows(ScenarioTemplate.standard)),
    Section(title: "## host", rows: HostSpec.keys.rows(ScenarioTemplate.standard.host)),
    Section(title: "## guests", rows: GuestSpec.keys.rows(ScenarioTemplate.standard.guests[0])),
    Section(title: "### committed", rows: CommittedSpec.keys.rows(.none)),
    Section(title: "### anon", rows: AnonSpec.keys.rows(AnonSpec())),
    Section(
      title: "### workload",
      rows: ScriptSpec.keys.rows(
        ScriptSpec(WorkloadScript(processes: []), text: "", disk: "ssd"))),
    Section(title: "### files", rows: FileStreamSpec.keys.rows(stream)),
    Section(
      title: "## events",
      rows: EventSpec.keys.rows(EventSpec(at: .zero, guest: 0, action: .dropCaches))),
    Section(title: "## sweep", rows: SweepSpec.keys.rows(SweepSpec())),
  ]

  @Test("Docs/scenarios.md has each key with its type, default and meaning", arguments: sections)
  func pageHasKeys(section: Section) throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Docs/scenarios.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")

    let own = lines.drop { $0 != section.title }.dropFirst().prefix { !$0.hasPrefix("#") }
    let table = own.drop { !$0.hasPrefix("| key |") }.dropFirst(2).prefix { $0.hasPrefix("|") }

    #expect(table.map(String.init) == section.rows.map(\.markdown))
  }

  @Test("A key stands once in its table", arguments: sections)
  func keysDiffer(section: Section) {
    let paths = section.rows.map(\.path)

    #expect(Set(paths).count == paths.count)
  }

  @Test("The template names every key, but those of what a trace's file leaves open")
  func templateHasKeys() {
    let words = Set(
      ScenarioTemplate.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))

    let named = Self.sections.flatMap(\.rows).flatMap { $0.path.split(separator: ".") }
    let missing = Set(named.map(String.init)).subtracting(words)

    let left =
      ImportOptions.keys.map(\.name) + SweepSpec.keys.map(\.name) + ["script", "NAME", "*"]
    #expect(missing.subtracting(left) == [])
  }

  @Test("What a page says is a default is what a guest has that says nothing of it")
  func defaultsHold() throws {
    let text = """
      name: small
      duration: 1s
      guests:
        - { name: small, memory: 1GiB, committed: { constant: 0p } }
      """
    let resolved = try ScenarioReader.read(text: text, file: "s.yaml")

    let parameters = Dictionary(
      resolved.parameters.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
    let rows = GuestSpec.keys.rows(ScenarioTemplate.standard.guests[0])
    let said = rows.compactMap { row in row.value.map { ("guests.small.\(row.path)", $0) } }

    #expect(said.count > 20)
    for (path, value) in said { #expect(parameters[path] == value, "\(path)") }
  }

  @Test(
    "Settings can be chosen and conditions not",
    arguments: [
      ("guests.a.committed.scale", true), ("guests.a.files.f.rate", true), ("seed", true),
      ("guests.a.costs.hypercall", true), ("host.disks.ssd.write", true), ("tick", true),
      ("guests.a.memory", false), ("guests.a.tunables.selfballoon_interval", false),
      ("host.memory", false), ("host.tmem.quota", false), ("events.0.at", false), ("xyz", false),
    ])
  func conditions(path: String, isCondition: Bool) {
    #expect(ParameterPath(path).isCondition == isCondition)
  }

  @Test("A path is named by its end, and shortened as far as others allow")
  func shortPaths() {
    let paths = ["guests.a.swap.size", "guests.b.swap.size", "host.memory"].map(ParameterPath.init)

    #expect(paths[0].guest == "a")
    #expect(paths[0].inGuest == ParameterPath("swap.size"))
    #expect(paths[0].isNamed(by: "swap.size") && !paths[0].isNamed(by: "wap.size"))
    #expect(paths.map { $0.short(among: paths) } == ["a.swap.size", "b.swap.size", "memory"])
    #expect(ParameterPath.tunable("x", of: "g").tunable == "x")
    #expect(ParameterPath("guests.g.tunables.x.y").tunable == nil)
  }
}
