import Foundation
import Testing

@Suite("Recorded behaviour, as it is and with a planted mistake", .timeLimit(.minutes(5)))
struct ValidateTests {
  let workplace: Workplace
  static let vectors = "Tests/ValidationTests/Vectors/"
  static let zones = "Tests/ValidationTests/GroundTruth/zones/zones.json"

  init() throws { workplace = try Workplace() }

  @Test("All lines of the driver's vectors are equal")
  func driver() async throws {
    let files = ["single_tick", "sequences", "sysfs", "init"]
      .map { RepositoryFile.path(Self.vectors + $0 + ".jsonl") }

    let outcome = try await workplace.start(["validate", "driver"] + files).outcome()
    let json = try await workplace.start(["validate", "driver", "--json"] + files).outcome()

    outcome.expect(0)
    #expect(outcome.lines.last == "3293 of 3293 lines equal")
    let object = try json.json() as? [String: Any]
    #expect(object?["lines"] as? Int == 3_293)
    #expect(object?["equal"] as? Int == 3_293)
  }

  @Test("A line that differs is printed with what was expected and what came")
  func plantedVector() async throws {
    var lines = try RepositoryFile.read(Self.vectors + "single_tick.jsonl").split(separator: "\n")
    let right = try #require(lines[2].firstMatch(of: /"balloon_target_pages":(\d+)/))
    lines[2].replaceSubrange(right.range, with: #""balloon_target_pages":17"#)
    try workplace.write(lines.prefix(10).joined(separator: "\n"), to: "planted.jsonl")

    let outcome = try await workplace.run("validate", "driver", "planted.jsonl")
    let json = try await workplace.run("validate", "driver", "planted.jsonl", "--json")

    outcome.expect(1)
    #expect(outcome.lines[0].hasPrefix("planted.jsonl:3: tick-00003 "))
    #expect(
      outcome.lines[0].hasSuffix(
        ": expected.balloon_target_pages: expected 17, got \(right.output.1)"))
    #expect(outcome.lines.last == "9 of 10 lines equal")
    json.expect(1)
    #expect((try json.json() as? [String: Any])?["equal"] as? Int == 9)
  }

  @Test("All recorded guests are within tolerance")
  func zones() async throws {
    let file = RepositoryFile.path(Self.zones)

    let outcome = try await workplace.run("validate", "zones", file)
    let json = try await workplace.run("validate", "zones", file, "--json")

    outcome.expect(0)
    #expect(outcome.lines.last == "\(file): 12 of 12 guests within tolerance")
    #expect((try json.json() as? [[String: Any]])?.first?["ok"] as? Bool == true)
  }

  @Test("A guest outside is printed with what was expected and what came")
  func plantedZone() async throws {
    let text = try RepositoryFile.read(Self.zones)
    let right = try #require(text.firstMatch(of: /"min_free_kbytes": *(\d+)/))
    let wrong = try #require(Int(right.output.1)) + 1
    var planted = text
    planted.replaceSubrange(right.range, with: #""min_free_kbytes": \#(wrong)"#)
    try workplace.write(planted, to: "planted.json")

    let outcome = try await workplace.run("validate", "zones", "planted.json")

    outcome.expect(1)
    #expect(outcome.lines[0].hasPrefix("planted.json: "))
    #expect(
      outcome.lines[0].hasSuffix(": min_free_kbytes: expected \(wrong), got \(right.output.1)"))
    #expect(outcome.lines.last == "planted.json: 11 of 12 guests within tolerance")
  }

  @Test("A recorded guest is simulated, a planted fault in it found, and a broken series refused")
  func closedLoop() async throws {
    let name = "Tests/ValidationTests/GroundTruth/closedloop/bursts_m512_d8u1i5"
    let series = try RepositoryFile.read(name + ".series.csv")
    let right = try RepositoryFile.read(name + ".json")
    try workplace.write(
      right.replacing("alloc x1 30000", with: "alloc x1 40000"), to: "planted.json")
    try workplace.write(series, to: "planted.series.csv")
    try workplace.write(try RepositoryFile.read(name + ".control.csv"), to: "planted.control.csv")
    try workplace.write(right, to: "broken.json")
    try workplace.write(series + "1,2\n", to: "broken.series.csv")

    let outcome = try await workplace.run(
      "validate", "closedloop", RepositoryFile.path(name + ".json"))
    let planted = try await workplace.run("validate", "closedloop", "planted.json", "--json")

    outcome.expect(0)
    #expect(outcome.lines.contains("1 of 1 recordings within tolerance"))
    #expect(outcome.lines.last == "30 of 30 worker decisions equal")
    planted.expect(1)
    #expect((try planted.json() as? [String: Any])?["ok"] as? Bool == false)
    try await workplace.run("validate", "closedloop", "broken.json").expect(
      65, saying: "broken.series.csv: line 153: expected 60 numbers")
  }

  @Test("A recorded swap run within tolerance exits 0; one with a tenth more swap-ins exits 1")
  func swap() async throws {
    let path = "Tests/ValidationTests/GroundTruth/anonswap/runs/stale_r0.4.json"
    let planted = try RepositoryFile.read(path).replacing(
      "\"swapin_faults\": 9884", with: "\"swapin_faults\": 10872")
    try workplace.write(planted, to: "planted.json")

    let right = try await workplace.run("validate", "swap", RepositoryFile.path(path))
    let wrong = try await workplace.run("validate", "swap", "planted.json", "--json")

    right.expect(0)
    #expect(right.lines.last == "1 of 1 runs within tolerance")
    wrong.expect(1)
    #expect((try wrong.json() as? [String: Any])?["ok"] as? Bool == false)
  }

  @Test("A file that is no recording is refused with its place")
  func wrongFiles() async throws {
    try workplace.write("", to: "empty")
    try workplace.write("[1,2\n,x]", to: "broken.json")
    try workplace.write("[{}]", to: "other.json")

    try await workplace.run("validate", "driver", "empty").expect(
      65, saying: "empty:1:1: there is no line in it")
    try await workplace.run("validate", "driver", "small.yaml").expect(
      65, saying: "small.yaml:1:1: expected one JSON object a line")
    try await workplace.run("validate", "zones", "broken.json").expect(
      65, saying: "broken.json:2:2: not valid JSON")
    try await workplace.run("validate", "zones", "empty").expect(
      65, saying: "empty:1:1: not valid JSON")
    try await workplace.run("validate", "zones", "other.json").expect(
      65, saying: "other.json: [0]: \"guest_mb\" is missing")
    try await workplace.run("validate", "swap", "broken.json").expect(
      65, saying: "broken.json:2:2: not valid JSON")
    try await workplace.run("validate", "swap", "other.json").expect(65)
    for kind in ["driver", "zones", "swap"] {
      try await workplace.run("validate", kind, ".").expect(66, saying: ".: is a directory")
      try await workplace.run("validate", kind, "none").expect(
        66, saying: "none: No such file or directory")
      try await workplace.run("validate", kind, "/dev/zero").expect(
        66, saying: "/dev/zero: is a device, not a file")
    }
  }
}
