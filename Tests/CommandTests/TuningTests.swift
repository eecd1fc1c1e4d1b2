import Foundation
import GRDB
import Testing

@Suite("Advice, sensitivity and search", .timeLimit(.minutes(5)))
struct TuningTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  /// Records a grid of two hystereses and two intervals under two seeds, as sweep 1.
  private func sweep() async throws {
    for seed in ["1", "2"] {
      for hysteresis in ["1", "8"] {
        for interval in ["1", "5"] {
          try await workplace.run(
            "run", "small.yaml", "--quiet", "--seed", seed, "--set",
            "selfballoon_downhysteresis=\(hysteresis)", "--set", "selfballoon_interval=\(interval)"
          ).expect(0)
        }
      }
    }
    let queue = try DatabaseQueue(path: workplace.path("Results/balloonsim.sqlite"))
    try await queue.write { db in
      try db.execute(
        sql: """
          INSERT INTO sweeps (name, design, created_at, command, planned_runs)
          VALUES ('small', '{}', '2026-01-01T00:00:00.000Z', 'balloonsim sweep', 8);
          INSERT INTO sweep_points SELECT 1, id, 0, key FROM runs;
          """)
    }
    try queue.close()
  }

  @Test("advise prints the front, the defaults and what to paste; JSON has the same numbers")
  func advise() async throws {
    try await sweep()

    let text = try await workplace.run("advise", "--sweep", "last")
    let json = try await workplace.run("advise", "--sweep", "small", "--json")

    text.expect(0)
    json.expect(0)
    #expect(text.output.contains("4 settings, each under 2 conditions: 1 trace, 2 seeds"))
    #expect(text.output.contains("warning: this rests on one trace"))
    #expect(text.output.contains("The kernel's defaults (runs 4, 8)"))
    let folder = "/sys/devices/system/xen_memory/xen_memory0/selfballoon"
    #expect(
      text.lines.contains {
        $0.hasPrefix("echo ") && $0.hasSuffix("\(folder)/selfballoon_interval")
      })
    #expect(text.lines.last == "tmem")
    #expect(text.lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("echo ") })
    let advice = try #require(try json.json() as? [String: Any])
    #expect(advice["conditions"] as? Int == 2 && advice["settings"] as? Int == 4)
    let front = try #require(advice["front"] as? [[String: Any]])
    for point in front {
      let runs = (point["runs"] as? [Int] ?? []).map(String.init).joined(separator: ", ")
      #expect(text.output.contains(runs))
    }
    let figures = try #require(front[0]["figures"] as? [[String: Any]])
    #expect(figures.allSatisfy { $0["count"] as? Int == 2 && $0["half_width"] as? Double != nil })
  }

  @Test("advise takes other objectives and constraints, and says when nothing satisfies them")
  func otherObjectives() async throws {
    try await sweep()

    let other = try await workplace.run(
      "advise", "--sweep", "1", "--objective", "max:one.memory_saved_percent", "--objective",
      "disk_reads", "--constraint", "faults > 0", "--json")
    let nothing = try await workplace.run("advise", "--sweep", "1", "--constraint", "faults < 0")

    other.expect(0)
    #expect(
      other.output.contains(
        "\"metric\":\"memory_saved_percent\",\"guest\":\"one\",\"direction\":\"max\""))
    nothing.expect(1)
    #expect(nothing.output.contains("No setting satisfies the constraints."))
  }

  @Test("sensitivity of a grid has every parameter, every pair and the seed")
  func sensitivity() async throws {
    try await sweep()

    let text = try await workplace.run("sensitivity", "--sweep", "last", "--metric", "memory")
    let json = try await workplace.run(
      "sensitivity", "--sweep", "last", "--metric", "memory", "--json")

    text.expect(0)
    #expect(text.output.contains("selfballoon_downhysteresis x selfballoon_interval"))
    let found = try #require(try json.json() as? [String: Any])
    let parameters = try #require(found["parameters"] as? [[String: Any]])
    let pairs = try #require(found["interactions"] as? [[String: Any]])
    #expect(parameters.count == 3 && pairs.count == 3)
    let shares = (parameters + pairs).compactMap { $0["share"] as? Double }
    let rest = try #require(found["rest"] as? Double)
    #expect(abs(shares.reduce(rest, +) - 1) < 1e-9)
  }

  @Test("A sweep in which nothing varies has no answer, which is no wrong usage")
  func nothingVaries() async throws {
    let sweep = try await workplace.run(
      "sweep", "small.yaml", "--vary", "seed=1,2", "--record", "metrics")
    sweep.expect(0)

    try await workplace.run("advise", "--sweep", "1")
      .expect(1, saying: "all runs of the sweep have the same settings")
    try await workplace.run("sensitivity", "--sweep", "1", "--metric", "oom_kills")
      .expect(1, saying: "oom_kills is the same in all runs, so nothing explains it")
    #expect(
      !sweep.errors.contains("advise") && sweep.errors.contains("balloonsim report --sweep 1"))
  }

  @Test("What a sweep suggests in the end has an answer")
  func suggestions() async throws {
    // Without accesses nothing ever waits, so stall is the same in all runs.
    try workplace.write(
      """
      name: idle
      duration: 20s
      guests: [{ name: one, memory: 64MiB, committed: { trace: demand.csv } }]

      """, to: "idle.yaml")
    let sweep = try await workplace.run(
      "sweep", "idle.yaml", "--vary", "selfballoon_downhysteresis=1,8", "--record", "metrics")

    sweep.expect(0)
    let commands = sweep.errors.split(separator: "\n").filter { $0.hasPrefix("  balloonsim ") }
      .map { $0.split(separator: " ").dropFirst().map(String.init) }
    #expect(
      commands.map(\.first) == ["plot", "sensitivity", "report", "export"])
    #expect(commands.contains { $0.contains("memory_held_mean") })
    // Asked all the same, advise has nothing to recommend and says why.
    let advice = try await workplace.run("advise", "--sweep", "1")
    advice.expect(1)
    #expect(advice.output.contains("No setting is recommended"))
    for words in commands where !["plot", "report"].contains(words[0]) {
      try await workplace.start(words).outcome().expect(0)
    }
  }

  @Test(
    "A refused value is told by the sweep; the defaults that were not run are commands that answer")
  func refusedValues() async throws {
    let sweep = try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1s,1,2", "--record", "metrics",
      "--db", "my runs.sqlite")
    let before = try await workplace.run("advise", "--sweep", "1", "--db", "my runs.sqlite")
    let command = try #require(before.lines.first { $0.hasPrefix("balloonsim run ") })
    let default8 = try await workplace.shell(command)
    let after = try await workplace.run("advise", "--sweep", "1", "--db", "my runs.sqlite")

    #expect(
      sweep.output.contains(
        "REFUSED: the driver takes none of guests.one.tunables.selfballoon_downhysteresis=1s;"))
    before.expect(0)
    #expect(before.output.contains("(1 has a value that the driver refuses)"))
    #expect(command.hasSuffix("--db 'my runs.sqlite'"))
    default8.expect(0)
    #expect(after.output.contains("The kernel's defaults (run 4) have"))
  }

  @Test("Advice for a guest of KVM is a target of its balloon, and nothing of Xen's")
  func virtio() async throws {
    let scenario = """
      name: kvm
      duration: 2min
      guests:
        - name: vm
          memory: 256MiB
          kernel: "6.18"
          balloon: { model: virtio }
          swap: { size: 256MiB }
          committed: { constant: 100MiB }
          anon: { access: { rate: 1000/s } }
      events:
        - { at: 10s, balloon_target: 200MiB }
      """
    try scenario.write(
      toFile: workplace.path("kvm.yaml"), atomically: true, encoding: .utf8)
    try await workplace.run(
      "sweep", "kvm.yaml", "--vary", "events.0.balloon_target=160MiB,200MiB", "--record", "metrics"
    ).expect(0)

    let advice = try await workplace.run("advise", "--sweep", "1")

    advice.expect(0)
    #expect(!advice.output.contains("/sys/") && !advice.output.contains(" tmem"))
    #expect(
      advice.output.contains(
        "On the host, 10s after boot (libvirt, in KiB):\nvirsh setmem --domain=vm --size="))
    #expect(advice.output.contains(#"{"execute":"balloon","arguments":{"value":"#))
  }

  @Test("Wrong words are answered with what was expected")
  func mistakes() async throws {
    try await sweep()

    try await workplace.run("advise", "--sweep", "2")
      .expect(64, saying: "no sweep '2': give its number, its name, or `last`")
    try await workplace.run("advise", "--sweep", "1", "--objective", "stall")
      .expect(64, saying: "two objectives are weighed, not 1")
    try await workplace.run("sensitivity", "--sweep", "1", "--metric", "stal")
      .expect(64, saying: "no run has a metric 'stal'; did you mean 'stall'?")
    try await workplace.run("advise", "--sweep", "1", "--constraint", "oom_kills")
      .expect(
        64,
        saying:
          "expected a metric and a value such as 'oom_kills == 0' with <, <=, >, >=, == or !=, found 'oom_kills'"
      )
  }

  @Test("The smallest reserve that survives a burst is found, with a run on either side of it")
  func search() async throws {
    try workplace.write(
      try RepositoryFile.read("Scenarios/burst-with-reserve.yaml"), to: "burst.yaml")
    let arguments = [
      "search", "burst.yaml", "--find", "selfballoon_reserved_mb", "in", "1..30", "--such-that",
      "oom_kills == 0", "--json",
    ]

    let first = try await workplace.start(arguments).outcome()
    let again = try await workplace.start(arguments).outcome()

    first.expect(0)
    let found = try #require(try first.json() as? [String: Any])
    let holds = try #require(Int(found["holds"] as? String ?? ""))
    let fails = try #require(Int(found["fails"] as? String ?? ""))
    #expect(holds == fails + 1 && found["answer"] as? String == "threshold")
    for (value, kills) in [(holds, 0), (fails, 1)] {
      let run = try await workplace.run(
        "run", "burst.yaml", "--set", "selfballoon_reserved_mb=\(value)", "--no-record", "--json")
      #expect(run.output.contains("\"name\":\"oom_kills\",\"value\":\(kills).0"))
    }
    let reused = try #require((try again.json() as? [String: Any])?["runs"] as? [[String: Any]])
    #expect(reused.allSatisfy { $0["reused"] as? Bool == true })
  }

  @Test("A property that holds at both ends or at neither is said to, with exit code 1")
  func noThreshold() async throws {
    let both = try await workplace.run(
      "search", "small.yaml", "--find", "selfballoon_interval", "in", "2..9", "--such-that",
      "faults > 0")
    let neither = try await workplace.run(
      "search", "small.yaml", "--find", "selfballoon_interval", "in", "2..9", "--such-that",
      "faults < 0")

    both.expect(1)
    #expect(both.output.contains("holds at selfballoon_interval=2 and at 9"))
    neither.expect(1)
    #expect(neither.output.contains("holds neither at selfballoon_interval=2 nor at 9"))
  }
}
