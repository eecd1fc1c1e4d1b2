import Foundation
import Testing

@Suite("What export takes and refuses", .timeLimit(.minutes(5)))
struct ExportCommandTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test("--all and --sweep take the rows of several runs, and sweeps have tables of their own")
  func several() async throws {
    try await workplace.run("run", "small.yaml", "--seed", "9").expect(0)
    try await workplace.run("sweep", "small.yaml", "--vary", "seed=1,2", "--quiet").expect(0)

    func column(_ words: String...) async throws -> [String] {
      let outcome = try await workplace.start(["export"] + words).outcome()
      outcome.expect(0)
      return outcome.lines
    }

    #expect(
      try await column("--all", "--table", "runs", "--columns", "id,status") == [
        "id,status", "1,finished", "2,finished", "3,finished",
      ])
    let ticks = try await column("--sweep", "last", "--table", "host_ticks", "--columns", "tick")
    #expect(Set(ticks.dropFirst().map { $0.prefix { $0 != "," } }) == ["2", "3"])
    #expect(
      try await column("--table", "sweep_points", "--columns", "sweep_id,point,repetition") == [
        "sweep_id,point,repetition", "1,0,0", "1,1,0",
      ])
    #expect(
      try await column("--table", "sweeps", "--sweep", "last", "--columns", "planned_runs") == [
        "planned_runs", "2",
      ])
    #expect(
      try await column(
        "--all", "--table", "metrics", "--layout", "wide", "--columns", "simulated", "--with",
        "varying") == [
          "run_id,simulated,parameters.seed", "1,20.0,9", "2,20.0,1", "3,20.0,2",
        ])
  }

  @Test("A run that is named twice is exported once; lists name several")
  func namedTwice() async throws {
    for seed in ["1", "2", "3"] {
      try await workplace.run("run", "small.yaml", "--quiet", "--seed", seed).expect(0)
    }

    // 20 s at a tick of 1 s, both ends included.
    for (words, runs) in [
      (["2", "2"], ["2"]), (["1-2"], ["1", "2"]), (["3", "1,3"], ["3", "1"]),
      (["1-3"], ["1", "2", "3"]),
    ] {
      let outcome = try await workplace.start(
        ["export", "--columns", "run_id,tick"] + words
      ).outcome()
      outcome.expect(0)
      let exported = outcome.lines.dropFirst().map { String($0.prefix { $0 != "," }) }
      #expect(exported == runs.flatMap { Array(repeating: $0, count: 21) }, "\(words)")
    }
    try await workplace.run("export", "3-1")
      .expect(64, saying: "'3-1' is no list of runs such as 4-6,9")
  }

  @Test("Of a run without ticks no script is made, and rows that are not kept are said not to be")
  func withoutTicks() async throws {
    try await workplace.run("run", "small.yaml", "--quiet", "--record", "metrics").expect(0)
    let sentence = "no ticks of run 1 are kept; make it again with --record ticks"

    let ticks = try await workplace.run("export", "1", "--columns", "tick,time_ns")
    let worker = try await workplace.run("export", "1", "--table", "worker", "--columns", "run_ns")
    let script = try await workplace.run("export", "1", "--gnuplot", "-o", "a.gp")
    let quiet = try await workplace.run("export", "1", "--columns", "tick", "--quiet")

    ticks.expect(0)
    #expect(ticks.output == "tick,time_ns\n" && ticks.errors == "balloonsim: \(sentence)\n")
    worker.expect(0)
    #expect(worker.output == "run_ns\n")
    #expect(
      worker.errors
        == "balloonsim: no decisions of run 1 are kept; make it again with --record worker\n"
    )
    script.expect(64, saying: sentence)
    #expect(!FileManager.default.fileExists(atPath: workplace.path("a.gp")))
    #expect(quiet.errors == "")
  }

  @Test("An output without a name is wrong usage")
  func noName() async throws {
    try await workplace.run("run", "small.yaml", "--quiet").expect(0)

    for words in [["export", "1"], ["report", "1"]] {
      let outcome = try await workplace.start(words + ["-o", ""]).outcome()
      outcome.expect(64, saying: "-o takes the path of a file, or `-` for standard output")
    }
  }

  @Test(
    "What does not go together is said with the word that was probably meant",
    arguments: [
      ("1 --table tick", "unknown table 'tick'; did you mean 'ticks'?"),
      (
        "1 -o ticks.parquet",
        "-o: .parquet is not written, but CSV, TSV and JSON are; Docs/database.md says how to make Parquet of them"
      ),
      ("1 --columns free_page", "no column 'free_page' in ticks; did you mean 'free_pages'?"),
      ("1 --table runs --from 3s", "--from and --to: the rows of runs have no simulated time"),
      ("1 --from 3s --to 2s", "--from 3s is after --to 2s"),
      ("1 --table events --layout long", "events cannot be made long"),
      ("--table sweeps --with parameters", "--with: the rows of sweeps belong to no run"),
      (
        "1 --table sweeps", "the rows of sweeps belong to sweeps: give --sweep or --all"
      ),
    ])
  func refusals(words: String, sentence: String) async throws {
    try await workplace.run("run", "small.yaml", "--quiet").expect(0)

    let outcome = try await workplace.start(
      ["export"] + words.split(separator: " ").map(String.init)
    ).outcome()

    outcome.expect(64, saying: sentence)
  }
}
