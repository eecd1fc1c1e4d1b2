import Foundation
import Testing

@Suite("compare", .timeLimit(.minutes(5)))
struct CompareTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test(
    "Two runs part at a tick and by a decision; equal ones are equal; exit codes are for scripts")
  func compares() async throws {
    for interval in ["1", "2"] {
      try await workplace.run(
        "run", "small.yaml", "--db", "a.sqlite", "--set", "selfballoon_downhysteresis=\(interval)"
      ).expect(0)
    }
    let text = try await workplace.run("compare", "1", "2", "--db", "a.sqlite")
    let same = try await workplace.run(
      "compare", "1", "1", "--expect-equal", "--tolerance", "stall=0", "--db", "a.sqlite")
    let other = try await workplace.run(
      "compare", "1", "2", "--expect-equal", "--quiet", "--db", "a.sqlite")
    let json = try await workplace.run("compare", "1", "2", "--json", "--db", "a.sqlite")

    text.expect(0)
    #expect(text.output.contains("selfballoon_downhysteresis  1      2"))
    #expect(text.output.contains("They part at tick "))
    #expect(text.output.contains("divisor"))
    same.expect(0)
    #expect(same.output.contains("All parameters are the same."))
    #expect(same.output.contains("Both took the same course: fingerprint "))
    other.expect(1, saying: "the runs did not take the same course")
    #expect(other.output.isEmpty)
    let object = try #require(try json.json() as? [String: Any])
    let parting = try #require((object["partings"] as? [[String: Any]])?.first)
    #expect(parting["guest"] as? String == "one")
    #expect((object["comparisons"] as? [[String: Any]])?.count == 1)
  }

  @Test("A tolerance takes the words for figures that advice takes")
  func toleranceWords() async throws {
    for seed in ["1", "2"] {
      try await workplace.run("run", "small.yaml", "--db", "a.sqlite", "--seed", seed).expect(0)
    }
    for (tolerance, code) in [
      ("memory=100%", 0), ("saved=1000000", 0), ("one.memory=100%", 0), ("harm=1h", 64),
      ("memory_held_mean=100%", 0), ("memori=1", 64), ("two.memory=1", 64),
    ] as [(String, Int32)] {
      let outcome = try await workplace.run(
        "compare", "1", "2", "--quiet", "--tolerance", tolerance, "--db", "a.sqlite")
      outcome.expect(code)
    }
  }

  @Test("Repetitions are compared in pairs; wrong words are named")
  func groups() async throws {
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_interval=1,4", "--repeat", "2", "--record",
      "metrics", "--db", "a.sqlite"
    ).expect(0)
    let pairs = try await workplace.run("compare", "1-2", "3,4", "--db", "a.sqlite")
    pairs.expect(0)
    #expect(pairs.output.contains("runs 1-2") && pairs.output.contains(" ± "))

    for (arguments, text) in [
      (["1"], "give two runs or more"), (["1", "2-1"], "'2-1' is no list of runs such as 4-6,9"),
      (["1", "999"], "9"), (["1", "2", "--tolerance", "stall"], "--tolerance takes METRIC=AMOUNT"),
      (["1", "2", "--tolerance", "stal=1"], "did you mean 'stall'?"),
    ] {
      let outcome = try await workplace.start(["compare"] + arguments + ["--db", "a.sqlite"])
        .outcome()
      outcome.expect(64)
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
  }
}
