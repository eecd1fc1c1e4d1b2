import Foundation
import Testing

/// A policy is a folder and a line of the catalogue: the rest of the program does not know it by name.
@Suite("The seam of policies")
struct PolicySeamTests {
  /// Files outside the folders that may name one, each with the reason.
  private static let allowed: [String: String] = [
    "Policies/PolicyCatalogue.swift": "the catalogue",
    "Scenarios/Keys/GuestKeys.swift": "keys of scenarios as they have been written",
    "Scenarios/Reading/ScenarioTemplate.swift": "an example of each key",
    "Simulation/Specification/GuestSpec.swift": "the key `driver`",
    "Recording/Store/WorkerRows.swift": "rows of older files",
    "Reporting/Analysis/KernelTunables.swift": "the sysfs tree of a real machine",
    "Reporting/Analysis/Advice+Text.swift": "names of that tree, shortened",
    "Reporting/Tables/BootFacts.swift": "what a real guest would have at boot",
    "Validation/": "recordings of the real driver",
    "balloonsim/": "examples in the help of commands",
  ]

  /// Swift's code without comments and texts that explain.
  private func code(_ text: String) -> String {
    text.split(separator: "\n").filter {
      !$0.drop { $0 == " " }.hasPrefix("//")
    }.joined(separator: "\n")
  }

  @Test("No other file names a policy")
  func noNames() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources").standardizedFileURL
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    let folders = ["SelfBalloon", "FirstSelfBalloon", "Xenballoond"].map { "Policies/\($0)/" }
    var found: [String] = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let path = String(file.standardizedFileURL.path.dropFirst(sources.path.count + 1))
      if folders.contains(where: path.hasPrefix) { continue }
      if Self.allowed.keys.contains(where: { path.hasPrefix($0) }) { continue }
      let words = code(try String(contentsOf: file, encoding: .utf8)).lowercased()
      if ["selfballoon", "xenballoond"].contains(where: words.contains) { found.append(path) }
    }
    #expect(found.sorted() == [])
  }
}
