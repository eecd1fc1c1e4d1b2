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

  @Test(
    "A scenario's trace that is no recording is refused at once",
    arguments: [
      ("/", "is a folder with ", ", not a recording"),
      ("/proc", "is a folder of the kernel's, not a recording", ""),
      ("pipe", "is a pipe, not a file", ""), ("/dev/zero", "is a device, not a file", ""),
      ("-", "is standard input, not a file", ""),
    ])
  func noRecording(trace: String, beginning: String, end: String) async throws {
    try workplace.write(
      Workplace.small.replacing("demand.csv", with: "\"\(trace)\""), to: "bad.yaml")
    let script = "mkfifo pipe; timeout 30 balloonsim run bad.yaml"

    let run = try await workplace.shell(script)

    run.expect(65)
    let place = "balloonsim: bad.yaml:8:25: guests.one.committed.trace: cannot read \(trace): "
    #expect(run.errors.hasPrefix(place + beginning), "\(run)")
    #expect(run.errors.hasSuffix(end + "\n"), "\(run)")
  }

  @Test("A pipe is read if somebody writes to it, and not waited for if nobody does")
  func pipes() async throws {
    let nobody = try await workplace.shell("mkfifo pipe; timeout 30 balloonsim trace info pipe")
    let named = try await workplace.shell(
      "(sleep 0.2; cat demand.csv) > pipe & sleep 0.1; balloonsim trace info pipe --quiet")
    let unnamed = try await workplace.shell(
      "(sleep 0.2; cat demand.csv) | balloonsim trace info /dev/stdin --quiet")
    let scenario = try await workplace.shell(
      "(sleep 0.2; cat small.yaml) | balloonsim scenario check /dev/stdin")

    nobody.expect(66, saying: "pipe: is a pipe that nobody writes to")
    for outcome in [named, unnamed] {
      outcome.expect(0)
      #expect(outcome.lines.contains("samples              3"))
    }
    // The trace is sought beside the pipe.
    scenario.expect(65)
    #expect(scenario.errors.contains("demand.csv: No such file or directory"))
  }

  @Test("A folder that is deeper than a recording is refused, a folder on the way is not")
  func deepFolder() async throws {
    try await workplace.shell(
      """
      mkdir -p deep/1/2/3/4/5/6/7/8/9 flat/host/memory
      printf 'epoch,value\\n1700000000.000,4096\\n' > flat/host/memory/memory-used-2023-11-14
      cp -r flat/host deep
      """
    ).expect(0)

    let deep = try await workplace.run("trace", "info", "deep")
    let flat = try await workplace.run(
      "trace", "info", "flat", "--quiet", "--committed-from", "used")

    deep.expect(66, saying: "deep: is a folder with folders more than 8 deep, not a recording")
    flat.expect(0)
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
