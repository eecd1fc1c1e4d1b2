import Foundation
import Testing
import Units

@testable import Scenarios
@testable import Simulation

/// The bundled scenarios take the course that is on record. `Tests/reference.sh` holds the release build
/// against the same file, and `make reference` writes it anew.
@Suite("Reference runs")
struct ReferenceTests {
  struct Row: CustomTestStringConvertible {
    let scenario: String
    let duration: String
    let fingerprint: String
    let ingredients: [String]
    var testDescription: String { scenario }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let rows: [Row] = {
    let file = root.appending(path: "Tests/SimulationTests/Reference/fingerprints.tsv")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t").map(String.init)
      return Row(
        scenario: fields[0], duration: fields[1], fingerprint: fields[2],
        ingredients: Array(fields[3...]))
    }
  }()

  @Test("Every bundled scenario is on record")
  func everyScenarioIsThere() throws {
    let folder = Self.root.appending(path: "Scenarios")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)

    let scenarios = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }

    #expect(scenarios.count >= 4)
    #expect(Set(scenarios) == Set(Self.rows.map(\.scenario)))
  }

  @Test("A bundled scenario gives the fingerprint on record", arguments: rows)
  func fingerprintIsOnRecord(row: Row) throws {
    let overrides = row.duration == "whole" ? [] : [ScenarioOverride.duration(row.duration)]
    let file = Self.root.appending(path: "Scenarios/\(row.scenario).yaml").path
    let resolved = try ScenarioReader.read(file: file, overrides: overrides)

    var simulation = try Simulation(resolved.scenario, demands: resolved.demands)
    let summary = try simulation.run()

    // The ingredient that differs first says where to look.
    #expect(summary.ingredients.map(\.value) == row.ingredients)
    #expect(summary.fingerprint == row.fingerprint)
  }
}
