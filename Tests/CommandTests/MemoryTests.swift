import Foundation
import Testing

@Suite("What takes more memory than there is, is refused with the figure", .timeLimit(.minutes(5)))
struct MemoryTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  /// Writes a scenario of one guest with a file set of some size.
  private func writeFileSet(of size: String) throws {
    try workplace.write(
      """
      name: large
      duration: 1s
      guests:
        - name: g
          memory: 1GiB
          committed: { constant: 100MiB }
          files: [ { name: f, size: \(size), rate: 1000/s, pattern: { zipf: 0.9 } } ]

      """, to: "large.yaml")
  }

  /// A program's exit code and the most memory that it took, in MiB.
  private func measure(_ command: String) async throws -> (code: Int, peak: Double) {
    let script = """
      import os, subprocess, sys
      program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
      _, status, used = os.wait4(program.pid, 0)
      print(os.waitstatus_to_exitcode(status), used.ru_maxrss / 1024)
      """
    try workplace.write(script, to: "measure.py")
    let words = try await workplace.shell("python3 measure.py balloonsim \(command)").output
      .split { $0.isWhitespace }
    return (try #require(Int(words[0])), try #require(Double(words[1])))
  }

  /// The estimate of a scenario's memory in MiB, as the refusal tells it.
  private func estimate(_ file: String) async throws -> Double {
    let refusal = try await workplace.run("scenario", "check", file, "--memory-limit", "1p")
    refusal.expect(73)
    let figure = try #require(refusal.errors.firstMatch(of: /about ([0-9.,]+) MiB of memory/)?.1)
    return try #require(Double(figure.replacing(",", with: "")))
  }

  @Test(
    "A run takes what is estimated, and not much less",
    arguments: [
      "memory: 1GiB, files: [ { name: f, size: 8GiB, rate: 1000/s } ]",
      "memory: 1GiB, files: [ { name: f, size: 8GiB, rate: 1000/s, pattern: { mix: { zipf: 1, scan: 0.5 } } } ]",
      "memory: 4GiB, committed: { constant: 3GiB }, anon: { touched: 1 }",
      "memory: 256MiB, swap: { size: 2GiB }, committed: { constant: 1GiB }, anon: { touched: 1 }",
    ])
  func estimateHolds(guest: String) async throws {
    for (file, keys) in [("none.yaml", "memory: 64MiB"), ("some.yaml", guest)] {
      let committed = keys.contains("committed") ? "" : ", committed: { constant: 10MiB }"
      try workplace.write(
        "name: s\nduration: 1s\nguests:\n  - { name: g, controller: none, \(keys)\(committed) }\n",
        to: file)
    }

    let none = try await measure("run none.yaml --no-record")
    let some = try await measure("run some.yaml --no-record")
    let estimate = try await estimate("some.yaml")

    #expect(none.code == 0 && some.code == 0)
    let taken = some.peak - none.peak
    // A few huge pages and the heap of the program itself are no matter of the scenario.
    #expect(taken < estimate + 8, "\(taken) MiB taken")
    #expect(taken > estimate / 4, "\(taken) MiB of \(estimate) MiB taken")
  }

  @Test("A file set of 256 GiB is checked without being built")
  func largeFileSet() async throws {
    try writeFileSet(of: "256GiB")

    let check = try await measure("scenario check large.yaml --memory-limit 64GiB")

    #expect(check.code == 0)
    // Built it takes 800 MiB.
    #expect(check.peak < 100)
  }

  @Test("Every command that builds guests refuses what does not fit, and keeps nothing of it")
  func refusals() async throws {
    try writeFileSet(of: "3TiB")
    let limit = ["large.yaml", "--memory-limit", "8GiB"]
    let refusal = "about 18.1 GiB of memory would be needed, and --memory-limit allows 8,192.0 MiB"

    for command in [
      ["scenario", "check"], ["run", "--no-record"], ["run"],
      ["sweep", "--vary", "seed=1..4"], ["sweep", "--vary", "seed=1..4", "--dry-run"],
      [
        "search", "--find", "selfballoon_interval", "in", "1..4", "--such-that", "stall < 1s",
        "--set", "guests.memory=1GiB",
      ],
    ] {
      let outcome = try await workplace.start(command + limit).outcome()
      outcome.expect(73)
      #expect(outcome.errors.contains(refusal), "\(outcome)")
    }
    try await workplace.run("inspect", "large.yaml").expect(0)
    let runs = try await workplace.run("runs", "--json")
    #expect(try (runs.json() as? [Any])?.isEmpty == true)
  }

  @Test("What ulimit leaves is a limit too")
  func addressLimit() async throws {
    try writeFileSet(of: "3TiB")

    for command in ["scenario check large.yaml", "run large.yaml --no-record"] {
      let outcome = try await workplace.shell(
        "ulimit -v 4000000; exec balloonsim \(command) --memory-limit 64GiB")
      outcome.expect(73)
      #expect(
        outcome.errors.contains(
          /^balloonsim: about [0-9.]+ GiB of memory would be needed, and ulimit leaves [0-9.,]+ MiB of addresses\n$/
        ), "\(outcome)")
    }
  }

  @Test("A sweep makes as many runs at once as fit, and says so if those are fewer")
  func fewerWorkers() async throws {
    try writeFileSet(of: "4GiB")
    let sweep = ["sweep", "large.yaml", "--vary", "seed=1..4", "--jobs", "4", "--db", "a.sqlite"]

    let few = try await workplace.start(sweep + ["--memory-limit", "100MiB"]).outcome()
    let all = try await workplace.start(sweep + ["--memory-limit", "1GiB"]).outcome()

    few.expect(0)
    #expect(few.errors.contains("warning: 2 of 4 runs at once, since one can take "))
    #expect(few.output.contains("4 computed"))
    all.expect(0)
    #expect(!all.errors.contains("at once"))
  }

  @Test(
    "Counts that allocate are refused with the figure, in options and in files",
    arguments: [
      ("sweep small.yaml --vary seed=1..18446744073709551616", 64, "counts up to 1000000000000"),
      ("sweep small.yaml --vary 'seed=1..1000000 step 1'", 64, "more than 100000 values"),
      ("sweep small.yaml --vary 'selfballoon_interval=1..9 log 1000000000'", 64, "2 to 100000"),
      ("sweep small.yaml --vary seed=1..9 --design lhs --samples 1000000000", 64, "1 to 1000000"),
      ("sweep small.yaml --vary seed=1..9 --jobs 1000000", 64, "from 1 to 1024"),
      ("sweep small.yaml --repeat 1000000000", 64, "from 1 to 1000000"),
      ("sweep small.yaml --repeat 1000000", 73, "MiB of memory would be needed, and ulimit leaves"),
      ("sweep small.yaml --vary seed=1,2 --emit slurm --shards 1000000000", 64, "from 1 to 100000"),
      (
        "search small.yaml --find seed in 1..18446744073709551616 --such-that 'stall < 1s'", 64,
        "counts up to"
      ),
      ("trace resample demand.csv --every 1ns", 65, "more than 1000000 samples"),
      ("trace generate walk --span 10h --step 1ns", 64, "from 1 to 100000000 samples"),
      (
        "trace generate walk --span 10h --step 1ms", 73,
        "of memory would be needed, and ulimit leaves"
      ),
      ("run small.yaml --set guests.one.committed.times=1000000000", 64, "1 to 1000000"),
      ("run small.yaml --duration 1000000h", 64, "1ns to 3650d"),
      ("sweep ranged.yaml", 65, "counts up to"), ("sweep repeated.yaml", 65, "1 to 1000000"),
      ("sweep sampled.yaml", 65, "1 to 1000000"),
      ("scenario check threads.yaml --memory-limit 1GiB", 73, "GiB of memory would be needed"),
    ])
  func counts(command: String, code: Int32, figure: String) async throws {
    let section = "sweep:\n  vary: { seed: 1..9 }\n"
    for (name, text) in [
      ("ranged", "sweep: { vary: { seed: 1..18446744073709551616 } }\n"),
      ("repeated", section + "  repeat: 1000000000\n"),
      ("sampled", section + "  design: sobol\n  samples: 1000000000\n"),
    ] {
      try workplace.write(Workplace.small + text, to: name + ".yaml")
    }
    let streams = (0..<1_000).map { "{ name: f\($0), size: 1MiB, work: 10, threads: 65536 }" }
    try workplace.write(
      """
      name: threads
      duration: 1s
      guests:
        - name: g
          memory: 64MiB
          committed: { constant: 1MiB }
          files: [ \(streams.joined(separator: ", ")) ]

      """, to: "threads.yaml")

    // What is not refused before it is allocated would end by a signal.
    let outcome = try await workplace.shell("ulimit -v 600000; exec balloonsim \(command)")

    outcome.expect(code)
    #expect(outcome.errors.contains(figure), "\(outcome)")
  }

  @Test("A limit is a size")
  func wrongLimit() async throws {
    for text in ["8", "8GB", "-1GiB", "lots"] {
      let outcome = try await workplace.run(
        "run", "small.yaml", "--no-record", "--memory-limit=\(text)")
      outcome.expect(64)
      #expect(outcome.errors.contains("expected a size such as 512MiB or 8GiB"), "\(outcome)")
    }
  }
}
