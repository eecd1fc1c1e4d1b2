import Foundation
import Testing

@Suite("A scenario that is wrong is refused with its place", .timeLimit(.minutes(5)))
struct ScenarioInputTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test(
    "A wrong value is named with file, line and column",
    arguments: [
      ("seed: 3", "sed: 3", ":3:1: unknown key 'sed'; did you mean 'seed'?"),
      ("swap:", "swpa:", ":7:5: guests.one: unknown key 'swpa'; did you mean 'swap'?"),
      (
        "selfballoon_interval: 1", "selfballoon_interval: 1, selfbaloon_interval: 1",
        """
        :13:50: events.0.write: unknown tunable 'selfbaloon_interval'; did you mean \
        'selfballoon_interval'?
        """
      ),
      (
        "seed: 3", "seed: [3]",
        ":3:7: seed: expected a whole number from 0 to 18446744073709551615, found a list"
      ),
      (
        "memory: 64MiB", "memory: 64MB",
        """
        :6:13: guests.one.memory: expected a size such as 512MiB, 4GiB or 1000p (KiB, MiB, GiB, TiB \
        or p for pages of 4 KiB), found '64MB'
        """
      ),
      (
        "duration: 20s", "duration: 20",
        ":2:11: duration: expected a time such as 90us, 5s, 10min or 24h, or trace, found '20'"
      ),
      (
        "duration: 20s", "duration: 0s",
        ":2:11: duration: '0s' is out of range, which is 1ns to 3650d"
      ),
      (
        "memory: 64MiB", "memory: 8MiB",
        ":6:13: guests.one.memory: '8MiB' is out of range, which is 16MiB to 1TiB"
      ),
      (
        "memory: 64MiB", "memory: 64TiB",
        ":6:13: guests.one.memory: '64TiB' is out of range, which is 16MiB to 1TiB"
      ),
      (
        "rate: 200/s", "rate: 200",
        ":9:43: guests.one.anon.access.rate: expected a rate such as 4000/s or 1/10min, found '200'"
      ),
      (
        "demand.csv", "demands.csv",
        """
        :8:25: guests.one.committed.trace: cannot read demands.csv: No such file or directory
        """
      ),
      ("demand.csv", ".", ":8:25: guests.one.committed.trace: cannot read .: is a directory"),
      ("guests:", "guests", ":5:9: not valid YAML: could not find expected ':'"),
      ("seed: 3", "name: twice", ":3:1: duplicate key 'name'"),
      (Workplace.small, "", ":1:1: empty, expected YAML"),
    ])
  func wrongValue(good: String, bad: String, message: String) async throws {
    try workplace.write(Workplace.small.replacing(good, with: bad), to: "bad.yaml")

    let check = try await workplace.run("scenario", "check", "bad.yaml")
    let run = try await workplace.run("run", "bad.yaml")
    let inspection = try await workplace.run("inspect", "bad.yaml")

    for outcome in [check, run, inspection] { outcome.expect(65, saying: "bad.yaml" + message) }
    #expect(!FileManager.default.fileExists(atPath: workplace.path("Results")))
  }

  @Test("All mistakes of all files are told at once")
  func allMistakes() async throws {
    let bad = Workplace.small.replacing("20s", with: "20").replacing("64MiB\n", with: "8MiB\n")
    try workplace.write(bad, to: "bad.yaml")

    let outcome = try await workplace.run("scenario", "check", "small.yaml", "bad.yaml", "no.yaml")
    let json = try await workplace.run(
      "scenario", "check", "small.yaml", "bad.yaml", "no.yaml", "--json")

    outcome.expect(65)
    #expect(outcome.output == "small.yaml: fine\n")
    #expect(outcome.errors.split(separator: "\n").count == 3)
    json.expect(65)
    let problems = (try json.json() as? [String: Any])?["problems"] as? [String]
    #expect(problems?.count == 3)
    #expect(problems?.last == "no.yaml: No such file or directory")
  }

  @Test(
    "What is no scenario file cannot be read",
    arguments: [
      ("none.yaml", "none.yaml: No such file or directory"), (".", ".: is a directory"),
      ("/dev/null", "/dev/null: is a device, not a file"), ("", ": No such file or directory"),
    ])
  func unreadable(file: String, message: String) async throws {
    let outcome = try await workplace.run("run", file)

    outcome.expect(66, saying: message)
  }

  @Test("Bytes that are no text are refused with their place")
  func binary() async throws {
    let bytes = Data("name: a\nseed: ".utf8) + Data([0xFF, 0xFE, 0])
    try bytes.write(to: URL(filePath: workplace.path("bad.yaml")))

    let outcome = try await workplace.run("run", "bad.yaml")

    outcome.expect(65, saying: "bad.yaml:2:7: not valid UTF-8")
  }

  @Test("A host that is too small for its guests, and a guest too small for its kernel")
  func tooSmall() async throws {
    let host = "seed: 3\nhost: { memory: 32MiB }"
    try workplace.write(Workplace.small.replacing("seed: 3", with: host), to: "bad.yaml")

    let outcome = try await workplace.run("run", "bad.yaml")
    let kernel = "memory: 64MiB\n    kernel_unreclaimable: 63MiB"
    try workplace.write(Workplace.small.replacing("memory: 64MiB", with: kernel), to: "worse.yaml")
    let check = try await workplace.run("scenario", "check", "worse.yaml")
    let boot = try await workplace.run(
      "inspect", "small.yaml", "--set", "guests.boot=tmem.cleancache=maybe")

    outcome.expect(
      65,
      saying:
        "bad.yaml:4:17: host.memory: 32MiB is less than what the guests boot with together, 64MiB; "
        + "`boot_memory` lets a guest boot ballooned")
    check.expect(65)
    #expect(
      check.errors.hasPrefix("balloonsim: worse.yaml:6:13: guests.one.memory: the kernel alone"))
    boot.expect(64)
    #expect(
      boot.errors.hasPrefix(
        "balloonsim: --set guests.boot=tmem.cleancache=maybe: guests.one.boot: "))
  }
}
