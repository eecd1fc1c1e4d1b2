import Foundation
import Policies
import Testing
import Validation

@testable import Traces

@Suite("Driver vectors")
struct DriverVectorsTests {
  /// A recorded file, as copied beside this test.
  private func recorded(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Vectors/\(name).jsonl")
  }

  /// The report on a file of our own with `text` in it.
  private func check(_ text: String) throws -> VectorReport {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    try Data(text.utf8).write(to: file)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
    return try DriverVectors.check(file: file.path)
  }

  /// All differences of a report, one a line.
  private func texts(_ report: VectorReport) -> [String] {
    report.differing.flatMap(\.differences).map {
      "\($0.path): expected \($0.expected ?? "nothing"), got \($0.got ?? "nothing")"
    }
  }

  /// The problem that checking `text` throws, with the file's name left out.
  private func problem(_ text: String) throws -> VectorError? {
    do {
      _ = try check(text)
      return nil
    } catch let error as VectorError {
      return switch error {
      case .empty: .empty(file: "")
      case .notJSON(_, let line): .notJSON(file: "", line: line)
      case .unknownKind(_, let line): .unknownKind(file: "", line: line)
      case .badField(let path, _, let line): .badField(path: path, file: "", line: line)
      }
    }
  }

  /// A line with one run, as the recorded ones are, with the given parts.
  private func singleTick(environment: String = "", expected: String) -> String {
    """
    {"id":"own-1","category":"own","frontswap_compiled_in":false,"environment":{\
    "totalram_pages":255976,"totalreserve_pages":2504,"max_pfn_pages":262144,\
    "committed_pages":20000,\(environment)"balloon_current_pages":262144},\
    "tunables":{"selfballooning":1,"selfballoon_reserved_mb":99},"expected":{\(expected)}}
    """
  }

  private let rightOutcome = """
    "balloon_target_pages":236128,"frontswap_shrink_target_pages":null,\
    "reschedule_delay_jiffies":1250
    """

  @Test(
    "Every recorded line is reproduced in every field",
    arguments: [
      ("mom", VectorReport.Kind(rawValue: "mom"), 400),
      ("proxmox", VectorReport.Kind(rawValue: "proxmox"), 419),
      ("vpa", VectorReport.Kind(rawValue: "vpa"), 329),
      ("vpa-buckets", VectorReport.Kind(rawValue: "vpa-buckets"), 176),
      ("single_tick", VectorReport.Kind.singleTick, 2_780), ("sequences", .steps, 167),
      ("sysfs", .steps, 202), ("init", .initialise, 144),
      ("xenballoond", VectorReport.Kind(rawValue: "xenballoond"), 90),
      ("selfballoon31", VectorReport.Kind(rawValue: "selfballoon2011"), 70),
      ("hv-floor", VectorReport.Kind(rawValue: "hyperv"), 120),
      ("squeezed", VectorReport.Kind(rawValue: "squeezed"), 426),
      ("tmem-quota", VectorReport.Kind(rawValue: "tmem"), 250),
      ("page-reporting", VectorReport.Kind(rawValue: "page_reporting"), 90),
      ("damon", VectorReport.Kind(rawValue: "damon"), 300),
      ("senpai", VectorReport.Kind(rawValue: "senpai"), 675),
      ("senpai-oomd", VectorReport.Kind(rawValue: "oomd-senpai"), 551),
      ("psi", VectorReport.Kind(rawValue: "psi"), 364),
    ])
  func recordedLinesAreEqual(name: String, kind: VectorReport.Kind, lines: Int) throws {
    let report = try DriverVectors.check(file: recorded(name).path)

    #expect(report.counts == [kind: lines])
    #expect(report.equalLines == lines)
    #expect(report.differing == [])
  }

  @Test("A wrong expectation is reported with its line, its field and both values")
  func wrongExpectationIsReported() throws {
    let wrong = rightOutcome.replacing("236128", with: "236129")
    let text = singleTick(expected: rightOutcome) + "\n\n" + singleTick(expected: wrong) + "\n"

    let report = try check(text)

    #expect(report.lines == 2)
    #expect(report.equalLines == 1)
    #expect(report.differing.map(\.line) == [3])
    #expect(report.differing.map(\.id) == ["own-1"])
    #expect(report.differing.map(\.category) == ["own"])
    #expect(
      texts(report) == ["expected.balloon_target_pages: expected 236129, got 236128"])
  }

  @Test("In a recorded sequence, one changed page of one step is found")
  func changedStepIsFound() throws {
    let text = try String(contentsOf: recorded("sequences"), encoding: .utf8)
    let target = "\"ran_at_jiffies\":2500,\"balloon_target_pages\":"
    let place = try #require(text.range(of: target))
    let changed = text.replacingCharacters(in: place, with: target + "1")

    let report = try check(changed)

    #expect(report.differing.count == 1)
    #expect(report.differing.first?.line == 1)
    #expect(
      report.differing.first?.differences.map(\.path) == ["steps[2].expected.balloon_target_pages"])
  }

  @Test(
    "In a recorded life of a policy, one changed page of one run is found",
    arguments: [
      ("xenballoond", "\"balloon_target_bytes\":", "rounds[0].balloon_target_bytes"),
      ("selfballoon31", "\"rearm_jiffies\":", "runs[0].rearm_jiffies"),
      ("hv-floor", "\"floor_pages\":", "floor_pages"),
      ("damon", "\"next_input\":", "next_input"),
    ])
  func changedRunIsFound(name: String, field: String, path: String) throws {
    let text = try String(contentsOf: recorded(name), encoding: .utf8)
    let place = try #require(text.range(of: field))
    let changed = text.replacingCharacters(in: place, with: field + "1")

    let report = try check(changed)

    #expect(report.differing.map(\.line) == [1])
    #expect(report.differing.map(\.id) == ["public-0001"])
    #expect(report.differing.first?.differences.map(\.path) == [path])
  }

  @Test("In a recorded update of pressure, one changed figure is found")
  func changedPressureIsFound() throws {
    let text = try String(contentsOf: recorded("psi"), encoding: .utf8)
    func differences(_ old: String, _ new: String) throws -> [String] {
      let place = try #require(text.range(of: old))
      let report = try check(text.replacingCharacters(in: place, with: new))
      #expect(report.differing.map(\.id) == ["s61-few 0"])
      return report.differing.flatMap(\.differences).map(\.path)
    }

    #expect(try differences("\"updated\":true", "\"updated\":false") == ["updated"])
    #expect(try differences("total=2215\"", "total=2216\"") == ["text"])
    #expect(
      try differences("\"avg_next_update_ns\":6919845536", "\"avg_next_update_ns\":6919845537")
        == ["after.avg_next_update_ns"])
  }

  @Test("A malformed update of pressure is an error that names the field")
  func malformedPressureHasAPlace() throws {
    let text = try String(contentsOf: recorded("psi"), encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first)
    func place(_ old: String, _ new: String) throws -> String? {
      let changed = String(line).replacing(old, with: new)
      guard case .badField(let path, _, _)? = try problem(changed) else { return nil }
      return path
    }

    #expect(try place("\"hz\":250", "\"hz\":0") == "hz")
    #expect(try place("\"now_ns\":", "\"now_ns\":-") == "now_ns")
    #expect(try place("[2215163,738387]", "[2215163]") == "total_ns")
    #expect(try place("[[0,0,0],[0,0,0]]", "[[0,0,0]]") == "before.avg")
    #expect(try place("[[0,0,0],[0,0,0]]", "[[0,0,0],[0,0]]") == "before.avg")
    #expect(
      try place("\"avg_next_update_ns\":4915845536", "\"avg_next_update_ns\":0")
        == "before.avg_next_update_ns")
  }

  @Test("A malformed life of a policy is an error that names the field")
  func malformedLivesHaveAPlace() throws {
    let daemon = #"{"id":"a","daemon":"2008","config":{},"xenstore_enabled":true,"rounds":"#
    let round = #"{"mem_total_kb":1,"committed_as_kb":1"#
    let driver = #"{"id":"a","driver":"3.1","hz":250,"selfballooning":2,"runs":[]}"#

    #expect(try problem(daemon + "1}") == .badField(path: "rounds", file: "", line: 1))
    #expect(try problem(daemon + "[1]}") == .badField(path: "rounds[0]", file: "", line: 1))
    #expect(
      try problem(daemon + "[{}]}") == .badField(path: "rounds[0].mem_total_kb", file: "", line: 1))
    #expect(
      try problem(daemon + "[" + round + #","xenstore_set":{"interval":"soon"}}]}"#)
        == .badField(path: "rounds[0].xenstore_set.interval", file: "", line: 1))
    #expect(
      try problem(daemon.replacing("2008", with: "2010") + "[]}")
        == .badField(path: "daemon", file: "", line: 1))
    #expect(
      try problem(driver) == .badField(path: "selfballooning", file: "", line: 1))
    #expect(
      try problem(#"{"daemon":"2008","rounds":[]}"#) == .badField(path: "id", file: "", line: 1))
  }

  @Test("A field that only one side has is a difference")
  func missingFieldIsADifference() throws {
    let text = singleTick(
      expected: #""balloon_target_pages":236128,"frontswap_shrink_target_pages":null,"x":"y""#)

    let report = try check(text)

    #expect(
      texts(report) == [
        "expected.reschedule_delay_jiffies: expected nothing, got 1250",
        #"expected.x: expected "y", got nothing"#,
      ])
  }

  @Test("Numbers keep all 64 bits")
  func numbersAreExact() throws {
    let expected = rightOutcome.replacing("236128", with: "18446744073709551615")

    let report = try check(singleTick(expected: expected))

    #expect(report.differing.first?.differences.first?.expected == "18446744073709551615")
  }

  @Test("A line that is not in the schema is an error with its place")
  func malformedLinesHaveAPlace() throws {
    let good = singleTick(expected: rightOutcome) + "\n"
    let misspelt = singleTick(environment: #""frontswap":0,"#, expected: rightOutcome)
    let negative = singleTick(environment: #""frontswap_pages":-1,"#, expected: rightOutcome)
    let nested = singleTick(expected: #""balloon_target_pages":{}"#)
    let tooBig = singleTick(expected: rightOutcome)
      .replacing(#"reserved_mb":99"#, with: #"reserved_mb":4294967296"#)
    let start = #"{"id":"a","category":"b","frontswap_compiled_in":true"#

    #expect(try problem("\n") == .empty(file: ""))
    #expect(try problem(good + "{") == .notJSON(file: "", line: 2))
    #expect(try problem(good + "[]") == .notJSON(file: "", line: 2))
    #expect(try problem("{}") == .unknownKind(file: "", line: 1))
    #expect(try problem(start + "}") == .unknownKind(file: "", line: 1))
    #expect(
      try problem(good + misspelt) == .badField(path: "environment.frontswap", file: "", line: 2))
    #expect(
      try problem(negative) == .badField(path: "environment.frontswap_pages", file: "", line: 1))
    #expect(
      try problem(tooBig) == .badField(path: "tunables.selfballoon_reserved_mb", file: "", line: 1))
    #expect(
      try problem(nested) == .badField(path: "expected.balloon_target_pages", file: "", line: 1))
    #expect(
      try problem(start + #","steps":[{"op":"leap"}]}"#)
        == .badField(path: "steps[0].op", file: "", line: 1))
    #expect(
      try problem(start + #","steps":[{"op":"write","text":"1"}]}"#)
        == .badField(path: "steps[0].attribute", file: "", line: 1))
  }

  @Test("A file that is not there is an error that names it")
  func missingFileIsNamed() {
    let file = recorded("no_such_file")

    let error = #expect(throws: UnreadableFile.self) { try DriverVectors.check(file: file.path) }

    #expect(error?.path == file.path)
  }
}
