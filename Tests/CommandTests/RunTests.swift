import Foundation
import GRDB
import Testing

@Suite("Runs and what they leave behind", .timeLimit(.minutes(5)))
struct RunTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  /// The one run that `run --json` tells of.
  private func report(_ arguments: String...) async throws -> [String: Any] {
    let outcome = try await workplace.start(["run", "small.yaml", "--json"] + arguments).outcome()
    outcome.expect(0)
    return try #require((try outcome.json() as? [[String: Any]])?.first)
  }

  @Test(
    "The same scenario and seed give the same fingerprint, recorded or not; another seed does not")
  func fingerprints() async throws {
    let first = try await report()
    let second = try await report()
    let unrecorded = try await report("--no-record")
    let other = try await report("--seed", "4")

    let prints = [first, second, unrecorded, other].map { $0["fingerprint"] as? String ?? "" }
    #expect(prints[0].count == 16)
    #expect(prints[1] == prints[0])
    #expect(prints[2] == prints[0])
    #expect(prints[3] != prints[0])
    #expect(first["key"] as? String == second["key"] as? String)
    #expect(first["key"] as? String != other["key"] as? String)
    #expect([first, second, unrecorded, other].map { $0["run"] as? Int } == [1, 2, nil, 3])
    for name in ["metrics", "ingredients"] {
      #expect(first[name] as? NSObject == unrecorded[name] as? NSObject, "\(name)")
    }
  }

  @Test("A baseline of a static guest is the run itself, which is made once")
  func staticBaseline() async throws {
    let run = try await workplace.run(
      "run", "small.yaml", "--baseline", "--set", "guests.one.controller=none", "--json")

    run.expect(0)
    #expect((try run.json() as? [Any])?.count == 1)
    #expect(run.errors.contains("nothing to compare"))
    #expect(try await workplace.run("runs").lines.count == 3)
  }

  @Test("Defaults stand in the help as one types them")
  func typedDefaults() async throws {
    let help = try await workplace.run("trace", "generate", "walk", "--help")

    let text = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for size in ["512MiB", "2GiB", "64MiB"] { #expect(text.contains("(default: \(size))")) }
  }

  @Test("A row a tick is recorded, a row a run of the worker, and the events")
  func rows() async throws {
    _ = try await report()

    // 20 s at a tick of 1 s, both ends included; the worker every 5.12 s until the event at 10 s.
    let ticks = try await workplace.run("export", "last", "--columns", "tick,time_ns")
    let worker = try await workplace.run(
      "export", "last", "--table", "worker", "--columns", "time_ns")
    let events = try await workplace.run(
      "export", "last", "--table", "events", "--format", "ndjson")

    #expect(ticks.lines.count == 22)
    #expect(ticks.lines.first == "tick,time_ns")
    #expect(ticks.lines.last == "20,20000000000")
    #expect(worker.lines.dropFirst().first == "5120000000")
    #expect(worker.lines.count > 4)
    #expect(events.output.contains("10000000000"))
  }

  @Test(
    "How much is kept of a run changes neither its key nor its course",
    arguments: [
      // 20 s at a tick of 1 s: 0 s and 7 s and 14 s begin spans of 7 s. The worker runs at 5.12 s first.
      ("ticks", 21, true), ("every:7s", 3, true), ("worker", 0, true), ("metrics", 0, false),
    ])
  func levels(level: String, ticks: Int, keepsWorker: Bool) async throws {
    let whole = try await report("--no-record")
    let run = try await report("--record", level)

    #expect(run["key"] as? String == whole["key"] as? String)
    #expect(run["fingerprint"] as? String == whole["fingerprint"] as? String)
    #expect(run["metrics"] as? NSObject == whole["metrics"] as? NSObject)
    let database = try DatabaseQueue(path: workplace.path("Results/balloonsim.sqlite"))
    let (kept, worker, text) = try await database.read { db in
      (
        try Int.fetchOne(db, sql: "SELECT count(*) FROM ticks"),
        try Int.fetchOne(db, sql: "SELECT count(*) FROM worker"),
        try String.fetchOne(db, sql: "SELECT recording FROM runs")
      )
    }
    #expect(kept == ticks && text == level)
    #expect((try #require(worker) > 0) == keepsWorker)
    let command = try #require(run["command"] as? String)
    #expect(command == "balloonsim run small.yaml" + (level == "ticks" ? "" : " --record \(level)"))
  }

  @Test("Runs are found by number, by the beginning of a key and as the last; lists are filtered")
  func finding() async throws {
    let first = try await report()
    _ = try await report("--seed", "8")
    let key = try #require(first["key"] as? String)

    func seed(_ run: String) async throws -> Int? {
      let show = try await workplace.run("show", run, "--json")
      return (try show.json() as? [String: Any])?["seed"] as? Int
    }
    func numbers(_ arguments: String...) async throws -> [Int] {
      let list = try await workplace.start(["runs", "--json"] + arguments).outcome()
      return (try list.json() as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
    }
    #expect(try await seed("1") == 3)
    #expect(try await seed(String(key.prefix(8))) == 3)
    #expect(try await seed("last") == 8)
    #expect(try await numbers() == [1, 2])
    #expect(try await numbers("--sort=-seed") == [2, 1])
    #expect(try await numbers("--limit", "1") == [1])
    #expect(try await numbers("--set", "seed=8") == [2])
    #expect(try await numbers("--status", "failed") == [])
    #expect(try await numbers("--scenario", "small", "--driver", "4.19") == [1, 2])
    #expect(try await numbers("--scenario", "it's") == [])
    #expect(try await numbers("--sort", "accesses").sorted() == [1, 2])
  }

  @Test(
    "Every format of an export reads back to the same rows",
    arguments: ["ticks", "metrics", "events"])
  func formats(table: String) async throws {
    _ = try await report()
    func export(_ format: String) async throws -> Outcome {
      let outcome = try await workplace.run(
        "export", "last", "--table", table, "--format", format, "--every", "1s")
      return outcome.code == 0
        ? outcome
        : try await workplace.run("export", "last", "--table", table, "--format", format)
    }
    let json = try #require(try await export("json").json() as? [[String: Any]])
    let ndjson = try await export("ndjson").lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let csv = try await export("csv")
    let tsv = try await export("tsv")

    #expect(json.count > 2)
    #expect(json as NSArray == ndjson as NSArray)
    #expect(csv.lines.count == json.count + 1)
    #expect(tsv.lines.count == json.count + 1)
    let names = csv.lines[0].split(separator: ",").map(String.init)
    #expect(tsv.lines[0].split(separator: "\t").map(String.init) == names)
    #expect(Set(json[0].keys) == Set(names))
    guard table == "ticks" else { return }
    for (line, row) in zip(csv.lines.dropFirst(), json) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      #expect(fields == names.map { row[$0].map { "\($0)" } ?? "" })
    }
    #expect(tsv.output == csv.output.replacing(",", with: "\t"))
  }

  @Test("A file is what standard output would have been")
  func exportToFile() async throws {
    _ = try await report()

    let output = try await workplace.run("export", "last", "--columns", "tick,free_pages")
    try await workplace.run("export", "last", "--columns", "tick,free_pages", "-o", "x.csv").expect(
      0)

    #expect(try workplace.read("x.csv") == output.output)
    #expect(output.lines[0] == "tick,free_pages")
  }
}
