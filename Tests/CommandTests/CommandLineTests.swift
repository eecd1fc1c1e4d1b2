import Foundation
import Testing

@Suite("What is typed on the command line", .timeLimit(.minutes(5)))
struct CommandLineTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test(
    "The help of every command names its options",
    arguments: [
      ([], ["run", "runs", "show", "export", "inspect", "scenario", "trace", "validate", "db"]),
      (["watch"], ["--every <time>", "(default: 500ms)"]),
      (
        ["run"],
        [
          "--set", "--seed", "--duration", "--baseline", "--record <level>", "--no-record", "--db",
          "--json",
        ]
      ),
      (["runs"], ["--scenario", "--status", "--driver", "--set", "--sort", "--limit", "--db"]),
      (["show"], ["--db", "--json", "--quiet", "--verbose", "BALLOONSIM_BUSY_TIMEOUT"]),
      (["export"], ["--table", "--columns", "--every", "--format", "-o", "--db"]),
      (["inspect"], ["--set", "--json"]),
      (["scenario"], ["check", "new"]),
      (["scenario", "check"], ["--json"]),
      (["scenario", "new"], ["scenario new >"]),
      (["trace"], ["info"]),
      (["trace", "info"], ["--json"]),
      (["validate"], ["driver", "zones"]),
      (["validate", "driver"], ["--json"]),
      (["validate", "zones"], ["--json"]),
      (["advise"], ["--sweep", "--objective", "--constraint", "--db", "--json"]),
      (["sensitivity"], ["--sweep", "--metric", "--db", "--json"]),
      (["search"], ["--find", "--such-that", "--set", "--seed", "--duration", "--db", "--json"]),
      (["db"], ["check"]),
      (["db", "check"], ["--db", "--json"]),
    ])
  func help(command: [String], words: [String]) async throws {
    let outcome = try await workplace.start(command + ["--help"]).outcome()

    outcome.expect(0)
    #expect(outcome.errors == "")
    for word in words + ["--help"] { #expect(outcome.output.contains(word)) }
  }

  @Test(
    "A command that is not known is answered with the nearest one",
    arguments: [
      (["rns"], "unknown command 'rns'; did you mean 'runs'?"),
      (
        ["scenario", "chek", "small.yaml"], "unknown scenario command 'chek'; did you mean 'check'?"
      ),
      (["validate", "zone", "x"], "unknown validate command 'zone'; did you mean 'zones'?"),
      (["db", "xyzzy"], "unknown db command 'xyzzy'; known: check, merge, prune"),
    ])
  func unknownCommand(words: [String], message: String) async throws {
    let outcome = try await workplace.start(words).outcome()

    outcome.expect(64, saying: message)
  }

  @Test(
    "Wrong usage ends with 64 and says what is wrong",
    arguments: [
      (["run"], "Missing expected argument '<scenario>'"),
      (["run", "small.yaml", "--record", "all"], "'all' is invalid"),
      (["run", "small.yaml", "--record", "ticks", "--no-record"], "give --record or --no-record"),
      (["show"], "give runs, or --sweep"),
      (["export"], "give runs, --all or --sweep"),
      (["scenario", "check"], "Missing expected argument '<files> ...'"),
      (["run", "small.yaml", "--sed", "4"], "Unknown option '--sed'. Did you mean '--se"),
      (["runs", "--limit", "0"], "--limit takes a number above zero"),
      (["runs", "--limit", "99999999999999999999"], "'99999999999999999999' is invalid"),
      (["runs", "--limit", "-1"], "--limit"),
      (["runs", "--status", "finisched"], "'running', 'finished', 'failed' or 'interrupted'"),
      (["runs", "--db", ""], "--db takes the path of a file"),
      (["export", "1", "--format", "cvs"], "'csv', 'tsv', 'json' or 'ndjson'"),
      (["export", "1", "--every", "10"], "'10' is invalid"),
    ])
  func wrongUsage(words: [String], message: String) async throws {
    let outcome = try await workplace.start(words).outcome()

    outcome.expect(64)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(message), "\(outcome)")
  }

  @Test(
    "A wrong value of an option names the option",
    arguments: [
      (
        ["--seed", "abc"],
        "--seed abc: seed: expected a whole number from 0 to 18446744073709551615, found 'abc'"
      ),
      (
        ["--duration", "0s"], "--duration 0s: duration: '0s' is out of range, which is 1ns to 3650d"
      ),
      (
        ["--set", "guests.one.memory=8MiB"],
        """
        --set guests.one.memory=8MiB: guests.one.memory: '8MiB' is out of range, which is 16MiB to \
        1TiB
        """
      ),
      (
        ["--set", "selfbaloon_interval=5"],
        """
        --set selfbaloon_interval=5: unknown parameter 'selfbaloon_interval'; did you mean \
        'selfballoon_interval'?
        """
      ),
      (["--set", "seed"], "--set takes PATH=VALUE, not 'seed'"),
    ])
  func wrongValue(option: [String], message: String) async throws {
    let outcome = try await workplace.start(["run", "small.yaml"] + option).outcome()

    outcome.expect(64, saying: message)
  }

  @Test("Words about runs that mean nothing are refused, with the nearest that does")
  func wrongWordsAboutRuns() async throws {
    try await workplace.run("run", "small.yaml").expect(0)

    try await workplace.run("export", "last", "--columns", "comitted_pages").expect(
      64, saying: "no column 'comitted_pages' in ticks; did you mean 'committed_pages'?")
    try await workplace.run("export", "last", "--columns", "").expect(
      64, saying: "no column '' in ticks")
    try await workplace.run("export", "last", "--every", "0s").expect(
      64, saying: "--every takes a time above zero, not 0s")
    try await workplace.run("export", "last", "--table", "metrics", "--every", "1s").expect(
      64, saying: "--every thins out ticks; the rows of metrics come when something happens")
    try await workplace.run("runs", "--sort", "startd").expect(
      64,
      saying:
        "--sort: 'startd' is neither a column nor a metric of any run; did you mean 'started'?")
    for run in ["99", "-", "'; DROP TABLE runs; --", "größe", ""] {
      try await workplace.run("show", "--", run).expect(
        64, saying: "no run '\(run)': give a number, the beginning of a key, or `last`")
    }
    try await workplace.run("runs", "--limit", "9223372036854775807").expect(0)
  }

  @Test("The database's place is --db, else BALLOONSIM_DB, else Results")
  func placeOfTheDatabase() async throws {
    let odd = "é \"x\" ?%20#.sqlite"

    try await workplace.run("run", "small.yaml", "--duration", "1s").expect(0)
    try await workplace.run(
      "run", "small.yaml", "--duration", "1s", environment: ["BALLOONSIM_DB": "new/deep/env.sqlite"]
    ).expect(0)
    for name in [odd, ":memory:", "file:x.sqlite?mode=memory"] {
      try await workplace.run("run", "small.yaml", "--duration", "1s", "--db", name).expect(0)
    }

    for name in [
      "Results/balloonsim.sqlite", "new/deep/env.sqlite", odd, ":memory:",
      "file:x.sqlite?mode=memory",
    ] {
      #expect(FileManager.default.fileExists(atPath: workplace.path(name)), "\(name)")
      let runs = try await workplace.run("runs", "--json", "--db", name).json() as? [Any]
      #expect(runs?.count == 1, "\(name)")
    }
  }
}
