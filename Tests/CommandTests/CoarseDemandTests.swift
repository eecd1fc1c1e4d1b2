import Foundation
import Testing

@Suite("What nobody recorded between coarse samples is a range", .timeLimit(.minutes(5)))
struct CoarseDemandTests {
  let workplace: Workplace

  init() throws {
    workplace = try Workplace()
    try write(every: 602)
    try workplace.write(
      """
      name: coarse
      guests:
        - { name: db, memory: 512MiB, committed: { trace: demand.csv } }

      """, to: "coarse.yaml")
  }

  /// Samples so far apart: a jump by 380 MiB between two runs of the worker, which follows it if it is a slope.
  private func write(every seconds: Int) throws {
    let levels = [20, 20, 400, 20, 20]
    let rows = levels.enumerated().map { "\($0 * seconds),\($1 * 1024)\n" }
    try workplace.write("time_s,committed_kb\n" + rows.joined(), to: "demand.csv")
  }

  @Test("run gives both guesses, their range first, and says which is which")
  func run() async throws {
    let run = try await workplace.run("run", "coarse.yaml", environment: ["COLUMNS": "300"])
    let json = try await workplace.run("run", "coarse.yaml", "--json", "--no-record")
    let show = try await workplace.run("show", "last", "--json")

    run.expect(0)
    #expect(run.errors.contains("warning: guest db follows samples 602s apart"))
    #expect(run.errors.contains("--set guests.db.committed.between=step"))
    #expect(run.lines[0].hasPrefix("KILLED (coarse, step): 1 process was killed in db"))
    let range = try #require(run.lines.first { $0.hasPrefix("RANGE (db): ") })
    #expect(range.contains("oom_kills 0 (linear) to 1 (step)"))
    #expect(range.contains(" by killing (step)"))
    let head = try #require(run.lines.first { $0.contains("metric") && $0.contains("unit") })
    #expect(head.contains("coarse, linear") && head.contains("coarse, step"))
    #expect(!head.contains("change"))
    let reports = try #require(try json.json() as? [[String: Any]])
    #expect(reports.map { $0["between"] as? String } == ["linear", "step"])
    #expect(reports.map { $0["kills"] as? Int } == [0, 1])
    // The last run is that of the default.
    #expect(show.output.contains("\"name\":\"oom_kills\",\"value\":1"))
    for report in reports {
      let command = try #require(report["command"] as? String)
      let again = try await workplace.shell(command + " --no-record --json")
      let alone = try #require(try again.json() as? [[String: Any]])
      #expect(alone.map { $0["fingerprint"] as? String } == [report["fingerprint"] as? String])
    }
  }

  @Test("A baseline is run under both guesses")
  func baseline() async throws {
    let run = try await workplace.run("run", "coarse.yaml", "--baseline", "--json", "--no-record")

    let reports = try #require(try run.json() as? [[String: Any]])
    #expect(
      reports.map { $0["between"] as? String } == ["linear", "linear", "step", "step"])
    #expect(Set(reports.map { $0["fingerprint"] as? String }).count == 4)
  }

  @Test("Who chooses, or has samples less than a minute apart, has one answer and no warning")
  func chosen() async throws {
    let chosen = try await workplace.run(
      "run", "coarse.yaml", "--no-record", "--set", "guests.committed.between=linear")
    try write(every: 59)
    let fine = try await workplace.run("run", "coarse.yaml", "--no-record")
    try write(every: 60)
    let coarse = try await workplace.run("run", "coarse.yaml", "--no-record")

    for run in [chosen, fine] {
      run.expect(0)
      #expect(!run.output.contains("RANGE") && !run.errors.contains("warning"))
    }
    #expect(coarse.output.contains("RANGE (db): "))
  }

  @Test("trace info says what is not known of coarse samples, and what they are")
  func info() async throws {
    let info = try await workplace.run("trace", "info", "demand.csv")
    let json = try await workplace.run("trace", "info", "demand.csv", "--json")
    try await workplace.run(
      "trace", "resample", "demand.csv", "--every", "20min", "--rule", "mean", "-o", "mean.csv"
    ).expect(0)
    let mean = try await workplace.run("trace", "info", "mean.csv")
    try write(every: 10)
    let fine = try await workplace.run("trace", "info", "demand.csv")

    #expect(info.output.contains("The samples are instants 602s apart"))
    #expect(info.output.contains("380.0 MiB at once (jump)"))
    // By hand: of four intervals one is at 400 MiB with jumps; lines pass 210 MiB in the middle of two.
    #expect(info.output.contains("115.0 MiB (jumps), 115.0 MiB (straight lines)"))
    let facts = try #require(try json.json() as? [String: Any])
    #expect(facts["coarse"] as? Bool == true && facts["averages"] as? Bool == false)
    #expect(mean.output.contains("The samples are averages over 20min"))
    #expect(!fine.output.contains("The samples are"))
  }

  @Test(
    "A grid varies the guess, of all guests at once; search and other designs say that they take jumps"
  )
  func sweep() async throws {
    try workplace.write(
      """
      name: coarse
      guests:
        - { name: db, memory: 512MiB, committed: { trace: demand.csv } }
        - { name: web, memory: 512MiB, committed: { trace: demand.csv } }

      """, to: "two.yaml")
    let vary = "guests.db.tunables.selfballoon_interval=1,5"
    let grid = try await workplace.run("sweep", "two.yaml", "--vary", vary)
    let parameters = try await workplace.run("show", "last", "--json")
    let chosen = try await workplace.run(
      "sweep", "two.yaml", "--dry-run", "--vary", vary, "--set",
      "guests.db.committed.between=step", "--set", "guests.web.committed.between=step")
    let random = try await workplace.run(
      "sweep", "two.yaml", "--dry-run", "--design", "random", "--samples", "3", "--vary", vary)
    let search = try await workplace.run(
      "search", "coarse.yaml", "--find", "guests.memory", "in", "448MiB..512MiB", "step", "64MiB",
      "--such-that", "oom_kills == 0")

    grid.expect(0)
    #expect(grid.output.contains("4 computed"))
    #expect(grid.errors.contains("Every point is run with jumps"))
    #expect(grid.errors.contains("warning: guests db, web follow samples 602s apart"))
    for guest in ["db", "web"] {
      #expect(parameters.output.contains("guests.\(guest).committed.between\",\"value\":\"linear"))
    }
    #expect(!chosen.errors.contains("warning"))
    // With another demand there may be no samples, between which nothing can be guessed.
    let whole = try await workplace.run(
      "sweep", "coarse.yaml", "--dry-run", "--vary",
      "guests.db.committed={trace: demand.csv},{constant: 1MiB}", "--set", "duration=1min")
    whole.expect(0)
    for other in [random, search] {
      #expect(other.errors.contains("All runs take jumps"))
    }
  }
}
