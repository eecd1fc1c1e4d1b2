import Foundation
import GRDB
import Testing

@Suite("A database that is not as it should be is refused and left alone", .timeLimit(.minutes(5)))
struct DatabaseInputTests {
  let workplace: Workplace
  /// Commands that read a database, and one that writes it.
  static let readers = [["runs"], ["show", "1"], ["export", "1"], ["db", "check"]]
  static let writer = ["run", "small.yaml", "--duration", "1s"]

  init() throws { workplace = try Workplace() }

  private func alter(_ sql: String) throws {
    let queue = try DatabaseQueue(path: workplace.path("a.sqlite"))
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  /// Expects every command to fail alike and the file to stay as it is.
  private func expectRefusal(
    _ code: Int32, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try Data(contentsOf: URL(filePath: workplace.path("a.sqlite")))
    for command in Self.readers + [Self.writer] {
      let outcome = try await workplace.start(command + ["--db", "a.sqlite"]).outcome()
      outcome.expect(code, saying: "a.sqlite: " + message, sourceLocation: sourceLocation)
    }
    let after = try Data(contentsOf: URL(filePath: workplace.path("a.sqlite")))
    #expect(after == before, sourceLocation: sourceLocation)
  }

  @Test("A database of another program")
  func foreign() async throws {
    try alter("PRAGMA application_id = 7; CREATE TABLE theirs (a)")

    try await expectRefusal(
      65, "a database of another program (application_id 7); choose another --db")
  }

  @Test(
    "A number, or what is none, that no row has is damage or a strange figure, and no crash",
    arguments: [
      [
        "ticks.total_ram_pages = -1 << 63", "ticks.max_pages = -1 << 63",
        "ticks.stall_disk_ns = -1 << 63",
      ],
      ["decisions.time_ns = -1 << 63"],
      ["decisions.current_pages = -1 << 63", "decisions.target_pages = (1 << 63) - 1"],
      ["ticks.tick = -1 << 63"], ["ticks.tick = 9e999"], ["ticks.guest = x'ff00'"],
      ["ticks.time_ns = -1 << 63"],
      ["ticks.free_pages = 'x'"], ["sweeps.planned_runs = -1 << 63"],
      ["runs.simulated_ns = -1 << 63"],
      ["metrics.value = 9e999", "parameters.number = 9e999"],
    ])
  func strangeNumbers(changes: [String]) async throws {
    try await workplace.run(
      "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1,8", "--db", "a.sqlite",
      "--quiet"
    ).expect(0)
    try alter("DELETE FROM row_hashes; DELETE FROM tick_hashes")
    for change in changes {
      let (table, value) = (change.prefix { $0 != "." }, change.drop { $0 != "." }.dropFirst())
      // One row in three.
      let row = ["parameters", "sweeps", "runs"].contains(table) ? "true" : "id % 3 = 1"
      try alter("UPDATE \(table) SET \(value) WHERE \(row)")
    }
    for command in [
      ["db", "check"], ["sweeps"], ["show", "--sweep", "1"], ["why", "1", "--worst"],
      ["why", "1", "--at", "15s"],
      ["compare", "1", "2"], ["plot", "1", "--terminal"], ["report", "1", "-o", "a.html"],
      ["report", "--sweep", "1", "-o", "b.html"], ["watch", "1"], ["export", "1", "--every", "2s"],
    ] {
      let outcome = try await workplace.start(command + ["--db", "a.sqlite"]).outcome()
      #expect(!outcome.isKilled && [0, 1, 65].contains(outcome.code), "\(command): \(outcome)")
    }
  }

  @Test("A file that is no database")
  func noDatabase() async throws {
    try workplace.write(String(repeating: "not a database\n", count: 300), to: "a.sqlite")

    try await expectRefusal(65, "not a database; choose another --db")
  }

  @Test("A database of a newer version")
  func newer() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    try alter("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE")

    let outcome = try await workplace.run("runs", "--db", "a.sqlite")

    outcome.expect(65)
    #expect(
      outcome.errors.hasPrefix("balloonsim: a.sqlite: made by a newer balloonsim (version 99"))
    let text = outcome.errors.dropFirst("balloonsim: a.sqlite: ".count).dropLast()
    try await expectRefusal(65, String(text))
  }

  @Test("A truncated database", arguments: [100, 4_096, 20_000])
  func truncated(size: UInt64) async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    let file = try FileHandle(forWritingTo: URL(filePath: workplace.path("a.sqlite")))
    try file.truncate(atOffset: size)
    try file.close()

    try await expectRefusal(65, "damaged: database disk image is malformed")
  }

  @Test(
    "The log of a smaller database is named, and the database stays as it is",
    arguments: [false, true])
  func foreignLog(isSmall: Bool) async throws {
    try await workplace.run("run", "small.yaml", "--duration", "900s", "--db", "a.sqlite").expect(0)
    try await workplace.run("run", "small.yaml", "--db", "b.sqlite").expect(0)
    let other = try DatabaseQueue(path: workplace.path("b.sqlite"))
    try await other.writeWithoutTransaction { [workplace] db in
      try db.execute(
        sql: isSmall ? "UPDATE runs SET error = 'x'" : "UPDATE ticks SET free_pages = 1")
      try FileManager.default.copyItem(
        atPath: workplace.path("b.sqlite-wal"), toPath: workplace.path("log"))
    }
    try other.close()
    let before = try Data(contentsOf: URL(filePath: workplace.path("a.sqlite")))

    for command in Self.readers + [Self.writer] {
      try await workplace.shell("rm -f a.sqlite-shm; cp log a.sqlite-wal").expect(0)
      let outcome = try await workplace.start(command + ["--db", "a.sqlite"]).outcome()

      outcome.expect(
        65,
        saying:
          "a.sqlite-wal: not the log of this database, or damaged; the database is sound without it"
      )
    }
    #expect(try Data(contentsOf: URL(filePath: workplace.path("a.sqlite"))) == before)
  }

  @Test("A database with a page overwritten is damaged or found to be so by the check")
  func overwritten() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    let file = try FileHandle(forWritingTo: URL(filePath: workplace.path("a.sqlite")))
    try file.seek(toOffset: 8 * 4_096)
    try file.write(contentsOf: Data(repeating: 0x5A, count: 4_096))
    try file.close()

    let outcome = try await workplace.run("db", "check", "--db", "a.sqlite")

    #expect(!outcome.isKilled && [1, 65].contains(outcome.code), "\(outcome)")
    #expect(!outcome.output.contains("all sound"))
  }

  @Test("Where there is no database, reading says how to make one")
  func missing() async throws {
    try workplace.write("", to: "empty.sqlite")
    for command in Self.readers {
      for file in ["none.sqlite", "no/folder/none.sqlite", "small.yaml/x", "empty.sqlite"] {
        let outcome = try await workplace.start(command + ["--db", file]).outcome()

        outcome.expect(66, saying: "\(file): there is no database yet; `balloonsim run` makes one")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: workplace.path("no")))
  }

  @Test("What is no place for a database")
  func noPlace() async throws {
    for command in Self.readers + [Self.writer] {
      let folder = try await workplace.start(command + ["--db", "."]).outcome()
      let device = try await workplace.start(command + ["--db", "/dev/null"]).outcome()

      folder.expect(66, saying: ".: is a directory")
      device.expect(66, saying: "/dev/null: is not a regular file")
    }
    let inside = try await workplace.start(Self.writer + ["--db", "small.yaml/x"]).outcome()
    inside.expect(73, saying: "small.yaml/x: cannot be created: Not a directory")
    let nowhere = try await workplace.start(Self.writer + ["--db", "/proc/no/x"]).outcome()
    nowhere.expect(73, saying: "/proc/no/x: cannot be created: No such file or directory")
    #expect(try workplace.read("small.yaml") == Workplace.small)
  }

  @Test("A database with no run in it")
  func noRun() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)
    try alter(
      """
      DELETE FROM ticks; DELETE FROM host_ticks; DELETE FROM decisions; DELETE FROM events;
      DELETE FROM metrics; DELETE FROM parameters; DELETE FROM runs
      """)

    try await workplace.run("show", "last", "--db", "a.sqlite").expect(
      64, saying: "there is no run in the database yet")
    let runs = try await workplace.run("runs", "--json", "--db", "a.sqlite")
    #expect(runs.output == "[]\n")
  }

  @Test("A file without write permission can be read only", .enabled(if: geteuid() != 0))
  func noPermission() async throws {
    try await workplace.run("run", "small.yaml", "--db", "ro/a.sqlite").expect(0)
    try await workplace.shell("chmod 444 ro/a.sqlite; chmod 555 ro").expect(0)

    let runs = try await workplace.run("runs", "--db", "ro/a.sqlite")
    let run = try await workplace.run("run", "small.yaml", "--db", "ro/a.sqlite")
    let other = try await workplace.run("run", "small.yaml", "--db", "ro/b.sqlite")
    try await workplace.shell("chmod 755 ro").expect(0)

    runs.expect(0)
    run.expect(73, saying: "ro/a.sqlite: may only be read")
    other.expect(73, saying: "ro/b.sqlite: cannot be created: Permission denied")
  }

  @Test("A file system that can only be read", .enabled(if: Namespace.isThere))
  func readOnlyFileSystem() async throws {
    let outcome = try await workplace.shell(
      Namespace.script(
        """
        balloonsim run small.yaml --db disk/a.sqlite > /dev/null 2>&1 || echo failed
        mount -o remount,ro disk
        balloonsim runs --json --db disk/a.sqlite | grep -c finished
        balloonsim run small.yaml --db disk/a.sqlite; echo code $?
        balloonsim run small.yaml --db disk/b.sqlite; echo code $?
        balloonsim export 1 --db disk/a.sqlite -o disk/x.csv; echo code $?
        """))

    #expect(outcome.lines == ["1", "code 73", "code 73", "code 73"])
    #expect(
      outcome.errors == """
        balloonsim: disk/a.sqlite: may only be read
        balloonsim: disk/b.sqlite: cannot be created: Read-only file system
        balloonsim: disk/x.csv: Read-only file system

        """)
  }
}
