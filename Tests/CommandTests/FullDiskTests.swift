import Foundation
import Testing

@Suite("A full disk ends the command, and nothing that was there is lost", .timeLimit(.minutes(5)))
struct FullDiskTests {
  let workplace: Workplace
  /// After a full disk. Whether the end of the second run still finds room depends on where the log was.
  static let fullDiskStates = [["1 finished", "2 failed"], ["1 finished", "2 interrupted"]]

  init() throws { workplace = try Workplace() }

  /// The numbers and states of the runs.
  private func states(_ json: Outcome) throws -> [String] {
    let runs = try json.json() as? [[String: Any]] ?? []
    return runs.map { "\($0["id"] ?? "") \($0["status"] ?? "")" }
  }

  @Test("A file that may not grow any further")
  func fileSizeLimit() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    let before = try await workplace.run("export", "1", "--db", "a.sqlite")

    // 400 blocks of 512 bytes, or of 1024 in some shells.
    let outcome = try await workplace.shell(
      "ulimit -f 400; exec balloonsim run small.yaml --duration 1000h --db a.sqlite")
    let later = try await workplace.run("export", "1", "--db", "a.sqlite")
    let check = try await workplace.run("db", "check", "--db", "a.sqlite")
    let runs = try await workplace.run("runs", "--json", "--db", "a.sqlite")

    outcome.expect(
      74,
      saying:
        "a.sqlite: record run 2: disk I/O error (SQLite code 778); finished runs are kept")
    check.expect(0)
    #expect(Self.fullDiskStates.contains(try states(runs)))
    #expect(later.output == before.output)
  }

  @Test("A disk without room", .enabled(if: Namespace.isThere))
  func smallDisk() async throws {
    let outcome = try await workplace.shell(
      Namespace.script(
        """
        balloonsim run small.yaml --db disk/a.sqlite > /dev/null 2>&1 || echo failed
        balloonsim export 1 --db disk/a.sqlite > before.csv
        balloonsim run small.yaml --duration 1000h --db disk/a.sqlite; echo code $?
        balloonsim run small.yaml --db disk/b.sqlite; echo code $?
        balloonsim export 1 --db disk/a.sqlite -o disk/x.csv; echo code $?
        balloonsim export 1 --db disk/a.sqlite > after.csv; cmp before.csv after.csv
        balloonsim db check --db disk/a.sqlite
        balloonsim runs --json --db disk/a.sqlite > runs.json
        """))

    #expect(outcome.lines.prefix(3) == ["code 74", "code 74", "code 74"])
    // Whether there was room for the beginning of the second run depends on how the log was written out.
    let sound = (1...2).map { "disk/a.sqlite: \($0) runs, all sound" }
    #expect(sound.contains(outcome.lines.last ?? ""))
    #expect(
      outcome.errors == """
        balloonsim: disk/a.sqlite: no space left on the device; finished runs are kept
        balloonsim: disk/b.sqlite: no space left on the device; finished runs are kept
        balloonsim: disk/x.csv: No space left on device

        """)
    let runs = Outcome(
      code: 0, isKilled: false, output: try workplace.read("runs.json"), errors: "")
    #expect((Self.fullDiskStates + [["1 finished"]]).contains(try states(runs)))
  }

  @Test(
    "Whatever is printed, what cannot be written is an error",
    arguments: [
      "run small.yaml", "runs", "show 1", "show 1 --json", "export 1", "export 1 --format json",
      "export 1 -o -", "inspect small.yaml", "scenario check small.yaml", "scenario new",
      "trace info demand.csv", "db check", "--help", "run --help", "--version",
    ])
  func unwritableOutput(command: String) async throws {
    try await workplace.run("run", "small.yaml").expect(0)

    let full = try await workplace.shell("balloonsim \(command) > /dev/full")
    let closed = try await workplace.shell("balloonsim \(command) >&-")

    full.expect(74, saying: "standard output: No space left on device")
    closed.expect(74)
    #expect(closed.errors.hasPrefix("balloonsim: standard output: "))
  }

  @Test("A file that cannot be written or made")
  func unwritableFile() async throws {
    try await workplace.run("run", "small.yaml").expect(0)

    try await workplace.run("export", "1", "-o", "/dev/full").expect(
      74, saying: "/dev/full: No space left on device")
    try await workplace.run("export", "1", "-o", ".").expect(73, saying: ".: Is a directory")
    try await workplace.run("export", "1", "-o", "small.yaml/x.csv").expect(
      73, saying: "small.yaml/x.csv: Not a directory")
    try await workplace.run("export", "1", "-o", "new/deep/x.csv").expect(0)
    #expect(try workplace.read("new/deep/x.csv").hasPrefix("run_id,guest,tick,time_ns,"))
  }

  @Test("Standard streams that are closed are no reason to crash, or to write into a file")
  func closedStreams() async throws {
    let silent = try await workplace.shell("balloonsim run small.yaml 2>&-")
    let full = try await workplace.shell("balloonsim run none.yaml 2> /dev/full")
    let deaf = try await workplace.shell("balloonsim run small.yaml <&-")
    let alone = try await workplace.shell("balloonsim run small.yaml <&- >&- 2>&-")
    let check = try await workplace.run("db", "check")

    silent.expect(0)
    full.expect(66)
    deaf.expect(0)
    alone.expect(74)
    check.expect(0)
    #expect(check.output == "Results/balloonsim.sqlite: 3 runs, all sound\n")
  }

  @Test("An export over the database itself is refused")
  func exportOverDatabase() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    try FileManager.default.linkItem(
      atPath: workplace.path("a.sqlite"), toPath: workplace.path("link.sqlite"))

    for file in ["a.sqlite", "./a.sqlite", "link.sqlite"] {
      try await workplace.run("export", "1", "--db", "a.sqlite", "-o", file).expect(
        73, saying: "\(file): is the database itself")
    }
    try await workplace.run("db", "check", "--db", "a.sqlite").expect(0)
  }
}
