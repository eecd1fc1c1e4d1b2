import Foundation
import Testing

@testable import Scenarios
@testable import Simulation

@Suite("Figures")
struct FigureTests {
  @Test("Docs/model.md, section 7, has a row for every figure, with its unit and its meaning")
  func pageIsComplete() throws {
    let page = ReferenceTests.root.appending(path: "Docs/model.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = try #require(
      text.split(separator: "\n## 7.").last?.split(separator: "\n## ").first)
    let found = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)

    let expected = Figure.all.map { "| `\($0.name)` | \($0.unit.rawValue) | \($0.meaning) |" }

    #expect(found == expected, "the table is to be:\n\(expected.joined(separator: "\n"))")
  }

  @Test("No two figures have a name, and what counts in per cent says so")
  func names() {
    #expect(Set(Figure.all.map(\.name)).count == Figure.all.count)
    for figure in Figure.all {
      #expect(Figure.named(figure.name)?.name == figure.name)
      #expect(figure.unit != .percent || figure.name.hasSuffix("_percent"))
    }
    #expect(Figure.named("none") == nil)
  }

  @Test("A figure more moves neither the key of a run nor its fingerprint")
  func figureMore() throws {
    let file = ReferenceTests.root.appending(path: "Scenarios/steps.yaml").path
    let resolved = try ScenarioReader.read(file: file, overrides: [.duration("60s")])
    let key = resolved.runKey
    var plain = try Simulation(resolved.scenario, demands: resolved.demands)
    var richer = try Simulation(resolved.scenario, demands: resolved.demands)
    richer.figures.insert(
      Figure("made_up", .count, .sum, "half of the runs of the worker: 11 in 60 s, 5.12 s apart") {
        guest, _ in
        Double(guest.invocations) / 2
      }, at: 3)

    let (before, after) = (try plain.run(), try richer.run())

    #expect(after.metrics.count == before.metrics.count + 1)
    #expect(after.metrics.first { $0.name == "made_up" }?.value == 5.5)
    #expect(after.metrics.filter { $0.name != "made_up" } == before.metrics)
    #expect(after.fingerprint == before.fingerprint)
    #expect(after.ingredients.map(\.value) == before.ingredients.map(\.value))
    #expect(after.ingredients.map(\.name) == ["events", "samples", "draws"])
    #expect(resolved.runKey == key)
  }
}

extension Figure {
  /// A figure of every guest.
  init(
    _ name: String, _ unit: Unit, _ kind: Kind, _ meaning: String,
    _ value: @escaping @Sendable (borrowing SimulatedGuest, FigureContext) -> Double?
  ) {
    self.init(name, unit, kind, meaning, .guest(value))
  }
}
