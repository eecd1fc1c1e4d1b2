import Foundation
import Testing

@Suite("Who is killed is said first", .timeLimit(.minutes(5)))
struct CasualtyTests {
  let workplace: Workplace

  init() throws {
    workplace = try Workplace()
    // 10 MiB more than a guest of 64 MiB without swap can ever give: the one process dies at 8 s.
    try workplace.write(
      """
      name: deadly
      duration: 20s
      guests:
        - name: one
          memory: 64MiB
          committed: { points: [{ at: 0s, committed: 20MiB }, { at: 8s, committed: 74MiB }] }

      """, to: "deadly.yaml")
  }

  @Test("run, show and compare begin with the kills, and what is saved is saved by killing")
  func run() async throws {
    let run = try await workplace.run("run", "deadly.yaml")
    let json = try await workplace.run("run", "deadly.yaml", "--json")
    let show = try await workplace.run("show", "1")
    let compare = try await workplace.run(
      "compare", "1", "2", environment: ["COLUMNS": "200"])

    run.expect(0)
    #expect(run.lines[0].hasPrefix("KILLED (deadly): "))
    #expect(run.errors.contains(" killed, fingerprint "))
    #expect(
      run.lines.contains { $0.contains(" memory_saved_percent ") && $0.contains("by killing: ") })
    let reports = try #require(try json.json() as? [[String: Any]])
    #expect((reports[0]["kills"] as? Int ?? 0) > 0)
    #expect(show.lines[0].hasPrefix("KILLED (run 1): "))
    #expect(compare.lines[0].hasPrefix("KILLED (run 1): "))
  }

  @Test("A run in which nobody dies says nothing of it")
  func peace() async throws {
    let run = try await workplace.run("run", "small.yaml")

    #expect(!run.output.contains("KILLED") && !run.output.contains("by killing"))
    #expect(!run.errors.contains("killed"))
  }

  @Test("Saved memory that somebody died for is compared with nothing, in percent or otherwise")
  func noPercentages() async throws {
    try await workplace.run("run", "deadly.yaml", "--set", "guests.one.memory=128MiB").expect(0)
    let both = try await workplace.run("run", "deadly.yaml", "--baseline")
    let compare = try await workplace.run("compare", "1", "3")

    let memory = both.lines.filter { $0.contains(" memory_") }
    #expect(memory.count > 4)
    for line in memory {
      #expect(!line.hasSuffix("%"), "\(line)")
    }
    let saved = try #require(compare.lines.first { $0.contains(" memory_saved ") })
    #expect(saved.split(separator: " ").suffix(2) == ["-", "-"])
  }

  @Test("A sweep, its page and the list of sweeps say in how many runs something was killed")
  func sweep() async throws {
    let sweep = try await workplace.run(
      "sweep", "deadly.yaml", "--vary", "guests.one.memory=64MiB,128MiB", "--record", "metrics")
    let list = try await workplace.run("sweeps")
    let show = try await workplace.run("show", "--sweep", "1")
    let advice = try await workplace.run(
      "advise", "--sweep", "1", "--constraint", "stall < 1h", "--json")

    sweep.expect(0)
    #expect(sweep.lines[0].hasPrefix("KILLED: in 1 of 2 runs"))
    #expect(sweep.output.contains("0 failed, 1 KILLING in "))
    #expect(
      list.lines[0].contains("killing")
        && list.lines[2].contains(" 2         2       0        0        1 "))
    #expect(show.lines[0].hasPrefix("KILLED: in 1 of 2 runs"))
    // A constraint about something else does not let the kills in.
    let found = try #require(try advice.json() as? [String: Any])
    #expect(found["forbidden_settings"] as? Int == 1)
  }

  @Test("A write that the driver refuses is said first, as is a kernel that stops")
  func refusedAndStopped() async throws {
    let refused = try await workplace.run("run", "small.yaml", "--set", "selfballoon_interval=1s")
    // 2^32 is stored as 0, by which the worker divides.
    let stopped = try await workplace.run(
      "run", "small.yaml", "--set", "selfballoon_downhysteresis=4294967296", "--set",
      "selfballoon_uphysteresis=4294967296")

    #expect(
      refused.lines[0].hasPrefix("REFUSED (small): one: selfballoon_interval written: 1s (refused,")
    )
    #expect(refused.errors.contains("1 write refused, fingerprint"))
    #expect(stopped.lines[0].hasPrefix("STOPPED (small): in one the guest's kernel stopped"))
    #expect(stopped.errors.contains("1 kernel stopped, fingerprint"))
  }
}
