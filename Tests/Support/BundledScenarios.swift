import Foundation
package import Scenarios
import Traces

/// The scenarios and traces that come with the program.
package enum Bundled {
  package static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scenarios").path
  package static let scenarios = [
    "after-cancellation", "burst-with-reserve", "burst-without-reserve", "compile", "hunting",
    "pgbench", "stale-frontswap", "steps", "two-guests",
  ]
  package static let traces = ["traces/pgbench.csv", "traces/swift-build.csv"]

  /// The path of a file below `Scenarios`.
  package static func path(_ name: String) -> String { "\(folder)/\(name)" }
  /// The path of a scenario.
  package static func scenario(_ name: String) -> String { path("\(name).yaml") }
  /// The bytes of a file below `Scenarios`.
  package static func bytes(_ name: String) throws -> [UInt8] {
    try contents(ofFile: path(name), limit: 1 << 30)
  }
}

/// A small scenario; problems that tests put into it stand where the test says.
package let smallScenario = """
  name: small
  duration: 1min
  guests:
    - name: one
      memory: 1GiB
      committed: { constant: 80MiB }

  """

/// The problems of a scenario's text, one a line, as people see them; empty if there are none.
package func problems(of text: String, _ overrides: [ScenarioOverride] = []) -> [String] {
  do {
    _ = try ScenarioReader.read(text: text, file: "s.yaml", overrides: overrides)
    return []
  } catch {
    return error.problems.map(\.description)
  }
}
