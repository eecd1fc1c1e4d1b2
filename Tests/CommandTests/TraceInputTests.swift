import Foundation
import Testing

@Suite("A trace that is wrong is refused with its place", .timeLimit(.minutes(5)))
struct TraceInputTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test(
    "A wrong line is named with file, line and column",
    arguments: [
      ("", ":1:1", "no samples: the file is empty"),
      ("time_s,committed_kb\n", ":1:1", "no samples below the header line"),
      (
        "time_s,committed_kb\n0,1\n5,2\n4,3\n", ":4:1", "the time goes back by 1s; times must rise"
      ),
      (
        "time_s,committed_kb\n0,1\n0,2\n", ":3:1",
        "the time is that of the row before; times must rise"
      ),
      (
        "time_s,committed_kb\n0,1\n1,many\n", ":3:3",
        "committed_kb: expected a number of kB, found 'many'"
      ),
      (
        "time_s,committed_kb\n0,1\nnan,1\n", ":3:1",
        "time_s: expected seconds such as 12.5, found 'nan'"
      ),
      ("time_s,committed_kb\n0,1\n1", ":3:1", "1 of 2 fields: the line seems cut off"),
      ("time_s,committed_kb\n0,1\n1,2,3\n", ":3:5", "more than the header's 2 fields"),
      ("time_s,committed_kb\n0,-5\n", ":2:3", "committed_kb is negative: '-5'"),
      (
        "time_s,committed_kb\n0,99999999999999999999\n", ":2:3",
        "committed_kb is beyond 2^40 kB: '99999999999999999999'"
      ),
      (
        "time_s,committed_kb\n0,1\n99999999999999,1\n", ":3:1",
        "time_s is out of range: '99999999999999'"
      ),
      (
        "time_s,comitted_kb\n0,1\n", ":1:1",
        "no column committed_kb (or Committed_AS); is 'comitted_kb' meant?"
      ),
      (
        "\u{1}\u{2}\u{3}", ":1:1",
        #"no known format begins with '\u{01}\u{02}\u{03}'; `balloonsim trace formats` lists those that are known"#
      ),
    ])
  func wrongLine(text: String, place: String, message: String) async throws {
    try workplace.write(text, to: "demand.csv")

    let info = try await workplace.run("trace", "info", "demand.csv", "--quiet")
    let run = try await workplace.run("run", "small.yaml")

    info.expect(65, saying: "demand.csv\(place): \(message)")
    run.expect(65, saying: "demand.csv\(place): guests.one.committed.trace: \(message)")
  }

  @Test("What is no file cannot be read")
  func unreadable() async throws {
    try await workplace.run("trace", "info", "none.csv").expect(
      66, saying: "none.csv: No such file or directory")
    try await workplace.run("trace", "info", ".").expect(66, saying: ".: is a directory")
    try await workplace.run("trace", "info", "/dev/zero").expect(
      66, saying: "/dev/zero: is a device, not a file")
  }

  @Test("A good trace is summed up, for people and as JSON")
  func goodTrace() async throws {
    let text = try await workplace.run("trace", "info", "demand.csv", "--quiet")
    let json = try await workplace.run("trace", "info", "demand.csv", "--json")

    text.expect(0)
    #expect(text.lines.contains("samples              3"))
    #expect(text.lines.contains("span                 14.0 s"))
    // 20,480 kB for 8 s and 51,200 kB for 6 s; 30,720 kB more within 8 s.
    #expect(text.lines.contains("committed, mean      32.9 MiB"))
    #expect(text.lines.contains("steepest rise        3.8 MiB a second"))
    let object = try json.json() as? [String: Any]
    #expect(object?["committed_least_pages"] as? Int == 2_560)
    #expect(object?["committed_greatest_pages"] as? Int == 12_800)
    #expect(object?["span_ns"] as? Int == 14_000_000_000)
  }

  @Test("A trace may have very many columns; a person is shown the first")
  func manyColumns() async throws {
    let count = 50_000
    let names = (0..<count).map { "c\($0)" }.joined(separator: ",")
    let values = String(repeating: ",1", count: count)
    try workplace.write(
      "time_s,committed_kb,\(names)\n0,4\(values)\n1,8\(values)\n", to: "wide.csv")

    let text = try await workplace.run("trace", "info", "wide.csv")
    let json = try await workplace.run("trace", "info", "wide.csv", "--json")

    text.expect(0)
    #expect(text.output.contains("c47 and \(count - 48) more"))
    #expect(((try json.json() as? [String: Any])?["columns"] as? [Any])?.count == count + 2)
  }
}
