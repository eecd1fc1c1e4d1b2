import Foundation
import GRDB
import Testing

@Suite("Following a run of another process", .timeLimit(.minutes(5)))
struct WatchTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  /// Starts a run that takes far longer than a test, and waits until something of it is kept.
  private func startRun() async throws -> RunningProgram {
    let run = try workplace.start(["run", "small.yaml", "--duration", "20000h", "--quiet"])
    while true {
      let ticks = try await workplace.run("export", "last", "--table", "host_ticks", "--to", "0s")
      if ticks.code == 0, ticks.lines.count > 1 { return run }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @Test("Through a pipe there is a line for every piece of news, and the end when the run ends")
  func pipe() async throws {
    let run = try await startRun()
    let watch = try workplace.start(["watch", "last", "--every", "50ms"])
    try await Task.sleep(for: .seconds(3))
    #expect(watch.isRunning)
    run.send(SIGINT)
    let outcome = try await watch.outcome()
    _ = try await run.outcome()

    outcome.expect(1)
    #expect(outcome.errors == "balloonsim: run 1 was interrupted\n")
    #expect(outcome.lines.count >= 2, "\(outcome)")
    // A guest of 64 MiB.
    let form =
      /run 1 small  ([0-9,]+) s simulated, ([0-9]+\.[0-9]) MiB in guests(, [0-9,]+ s\/s, [0-9,]+ s left)?/
    var last = -1
    for line in outcome.lines {
      let match = try #require(line.wholeMatch(of: form), "\(line)")
      let time = try #require(Int(match.1.replacing(",", with: "")))
      #expect(time > last)
      #expect(try #require(Double(match.2)) <= 64)
      last = time
    }
  }

  @Test("A run whose process dies is noticed")
  func died() async throws {
    let run = try await startRun()
    let watch = try workplace.start(["watch", "1", "--every", "50ms", "--json"])
    try await Task.sleep(for: .seconds(1))
    run.send(SIGKILL)
    _ = try await run.outcome()

    let outcome = try await watch.outcome()

    outcome.expect(1)
    #expect(
      outcome.errors
        == "balloonsim: run 1: its process is gone without a word; what it wrote is kept\n")
    let objects = try outcome.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.dropLast().allSatisfy { $0["status"] as? String == "running" })
    #expect(objects.last?["status"] as? String == "interrupted")
  }

  @Test("Ctrl-C ends the watching with 130, and the run goes on")
  func interrupted() async throws {
    let run = try await startRun()
    let watch = try workplace.start(["watch", "last"])
    try await Task.sleep(for: .seconds(1))
    watch.send(SIGINT)

    let outcome = try await watch.outcome()

    outcome.expect(130)
    #expect(outcome.errors == "balloonsim: no longer watching; the run goes on\n")
    #expect(run.isRunning)
    run.send(SIGKILL)
    _ = try await run.outcome()
  }

  @Test("Of a run that is over its end is told at once")
  func finished() async throws {
    let run = try await workplace.run("run", "small.yaml", "--json", "--quiet")
    let reports = try #require(try run.json() as? [[String: Any]])
    let fingerprint = try #require(reports.first?["fingerprint"] as? String)
    let database = try DatabaseQueue(path: workplace.path("Results/balloonsim.sqlite"))

    let watch = try await workplace.run("watch", "last")
    try await database.write {
      try $0.execute(sql: "UPDATE runs SET status = 'failed', error = 'the reason'")
    }
    let failed = try await workplace.run("watch", "last")

    watch.expect(0)
    #expect(watch.output == "run 1 small finished: 20.0 s simulated, fingerprint \(fingerprint)\n")
    failed.expect(1, saying: "run 1 failed: the reason")
  }
}
