import Foundation
import Testing
import Units

@testable import Scenarios
@testable import Simulation

/// The bundled scenarios take the course and give the figures that are on record. `Tests/reference.sh` holds the release build
/// against the same files, and `make reference` writes them anew.
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

  /// The rows of a file of `Reference`, without its header.
  private static func fields(of file: String) -> [[String]] {
    let path = root.appending(path: "Tests/SimulationTests/Reference/\(file)")
    guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t").map(String.init)
    }
  }

  static let rows = fields(of: "fingerprints.tsv").map { fields in
    Row(
      scenario: fields[0], duration: fields[1], fingerprint: fields[2],
      ingredients: Array(fields[3...]))
  }

  /// Every figure on record: the value by scenario, guest, figure and unit.
  static let figures = Dictionary(
    uniqueKeysWithValues: fields(of: "figures.tsv").map { (Array($0[..<4]), Double($0[4])) })

  @Test("Every bundled scenario is on record")
  func everyScenarioIsThere() throws {
    let folder = Self.root.appending(path: "Scenarios")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)

    let scenarios = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }

    #expect(scenarios.count >= 4)
    #expect(Set(scenarios) == Set(Self.rows.map(\.scenario)))
  }

  @Test("A bundled scenario gives the fingerprint and the figures on record", arguments: rows)
  func fingerprintIsOnRecord(row: Row) throws {
    let overrides = row.duration == "whole" ? [] : [ScenarioOverride.duration(row.duration)]
    let file = Self.root.appending(path: "Scenarios/\(row.scenario).yaml").path
    let resolved = try ScenarioReader.read(file: file, overrides: overrides)

    var simulation = try Simulation(resolved.scenario, demands: resolved.demands)
    let summary = try simulation.run()

    // The ingredient that differs first says where to look.
    #expect(summary.ingredients.map(\.value) == row.ingredients)
    #expect(summary.fingerprint == row.fingerprint)
    let known = Self.figures.filter { $0.key[0] == row.scenario }
    let found = Dictionary(
      uniqueKeysWithValues: summary.metrics.map {
        ([row.scenario, $0.guest ?? "-", $0.name, $0.unit], $0.value)
      })
    for key in Set(known.keys).union(found.keys).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let (was, now) = (known[key] ?? nil, found[key])
      // Another C library may round a logarithm otherwise.
      let isSame = was.flatMap { was in now.map { abs(was - $0) <= 1e-12 * abs(was) } } ?? false
      #expect(
        isSame,
        "guest \(key[1]): \(key[2]) was \(was.map { "\($0)" } ?? "not there"), is \(now.map { "\($0)" } ?? "not there") \(key[3])"
      )
    }
  }
}
