import Foundation
import Testing

@Suite("trace import", .timeLimit(.minutes(5)))
struct TraceImportCommandTests {
  let workplace: Workplace
  private static let sar = """
    Linux 6.1.0 (g1) \t11/23/26 \t_x86_64_\t(2 CPU)

    00:57:13    kbmemfree   kbavail kbmemused  %memused kbbuffers  kbcached  kbcommit   %commit
    00:57:15        51200     40960     14336     21.88      1024      8192     20480     15.63
    00:57:17        40960     30720     24576     37.50      1024      8192     51200     39.06

    """
  private static let vmstat = """
    procs -----------memory---------- ---swap--
     r  b   swpd   free   buff  cache   si   so                 UTC
     1  0      0  32768   1024   8192    0    0 2026-11-23 00:57:13
     1  0      0  28672   1024   8192    0    0 2026-11-23 00:57:14

    """

  init() throws {
    workplace = try Workplace()
    try workplace.write(Self.sar, to: "sar.txt")
    try workplace.write(Self.vmstat, to: "vmstat.txt")
  }

  @Test("What was understood goes to standard error, the CSV to standard output or a file")
  func importsToBoth() async throws {
    let plain = try await workplace.run("trace", "import", "sar.txt")
    let piped = try await workplace.shell(
      "gzip -c sar.txt | balloonsim trace import - -o out.csv --json")
    let info = try await workplace.run("trace", "info", "out.csv", "--json")

    plain.expect(0)
    #expect(plain.lines[0] == "# imported by balloonsim; whole with a last line '# end'")
    #expect(plain.lines.contains("0,20480,8192,65536,51200,40960,14336,1024"))
    #expect(plain.lines.contains("# host: g1"))
    #expect(plain.lines.last == "# end")
    #expect(plain.errors.contains("format    sar, sysstat before 11.7.4 by its kbmemused"))
    piped.expect(0)
    #expect((try piped.json() as? [String: Any])?["rows"] as? Int == 2)
    #expect((try info.json() as? [String: Any])?["committed_greatest_pages"] as? Int == 12_800)
  }

  @Test("A refused file leaves nothing behind, and what is read is not written over")
  func leavesNothing() async throws {
    let refused = try await workplace.run("trace", "import", "vmstat.txt", "-o", "out.csv")
    let same = try await workplace.run("trace", "import", "sar.txt", "-o", "./sar.txt")
    let unknown = try await workplace.run("trace", "import", "sar.txt", "--format", "sat")

    refused.expect(
      65,
      saying:
        "vmstat.txt:3:1: no Committed_AS in it: choose what stands for it with --committed-from (a scenario's "
        + "committed_from): used-minus-cache (with --memory), used-minus-cache-plus-swap (with --memory)"
    )
    same.expect(73, saying: "./sar.txt: is sar.txt, which is read")
    unknown.expect(65, saying: "sar.txt:1:1: unknown format 'sat'; did you mean 'sar'?")
    let names = try FileManager.default.contentsOfDirectory(atPath: workplace.folder.path)
    #expect(names.sorted() == ["demand.csv", "sar.txt", "small.yaml", "vmstat.txt"])
    #expect(try workplace.read("sar.txt") == Self.sar)
  }

  @Test("A recording runs as it is, and what stands for committed memory is said, kept and shown")
  func runsRecording() async throws {
    let run = try await workplace.run(
      "run", "vmstat.txt", "--db", "r.sqlite", "--set", "guests.memory=64MiB", "--set",
      "guests.committed.committed_from=used-minus-cache", "--set",
      "guests.committed.machine_memory=64MiB")
    let show = try await workplace.run("show", "last", "--db", "r.sqlite")
    let without = try await workplace.run("run", "sar.txt", "--no-record")

    run.expect(0)
    #expect(run.errors.contains("vmstat.txt: substituted: committed_kb = used-minus-cache"))
    #expect(show.output.contains("substituted: committed_kb = used-minus-cache"))
    #expect(show.output.contains("guests.guest.committed.committed_from"))
    without.expect(0)
  }

  @Test("The formats are listed")
  func listsFormats() async throws {
    let text = try await workplace.run("trace", "formats")
    let json = try await workplace.run("trace", "formats", "--json")

    text.expect(0)
    #expect(text.output.contains("prometheus-json"))
    #expect((try json.json() as? [Any])?.count == 22)
  }
}

@Suite("Traces that are changed or made up", .timeLimit(.minutes(5)))
struct TraceMakingTests {
  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  @Test("What is cut, resized, added up or made up runs, and the run says how it was made")
  func runs() async throws {
    let script = """
      set -e
      balloonsim trace slice demand.csv --from 2s --to 12s -o a.csv --quiet
      balloonsim trace scale a.csv --to-peak 30MiB -o b.csv --quiet
      balloonsim trace resample b.csv --every 1s --rule mean -o c.csv --quiet
      balloonsim trace generate bursts --high 40MiB --low 10MiB --size 1MiB --span 10s -o d.csv
      balloonsim trace merge c.csv d.csv -o e.csv --quiet
      balloonsim run e.csv --set guests.memory=128MiB --db a.sqlite >/dev/null
      balloonsim show last --db a.sqlite
      """
    let outcome = try await workplace.shell(script)

    outcome.expect(0)
    for text in [
      "changed: sum of 2 traces, aligned by start, nothing outside",
      "origin: changed: scale by", "origin: generated: bursts from 10MiB to 40MiB",
    ] {
      #expect(
        (outcome.output + outcome.errors).replacing(/\s+/, with: " ").contains(text), "\(outcome)")
    }
    let info = try await workplace.run("trace", "info", "c.csv", "--json")
    #expect((try info.json() as? [String: Any])?["committed_greatest_pages"] as? Int == 7_680)
  }

  @Test("Wrong options end with one sentence and the documented code")
  func wrongOptions() async throws {
    for (arguments, code, text): ([String], Int32, String) in [
      (["slice", "demand.csv"], 64, "give --from, --to or both"),
      (["slice", "demand.csv", "--from", "x"], 64, "--from takes a time such as"),
      (["slice", "demand.csv", "--from", "1h"], 65, "nothing of the trace lies in the slice"),
      (["resample", "demand.csv", "--every", "0s"], 64, "--every takes a time above zero"),
      (["scale", "demand.csv"], 64, "give --by, --to-memory, --to-peak or --stretch"),
      (["scale", "demand.csv", "--by", "nan"], 64, "--by takes a factor above 0"),
      (["scale", "demand.csv", "--to-memory", "1GiB"], 65, "does not tell the machine's memory"),
      (["scale", "-", "--to-peak", "1GiB"], 64, "not from standard input"),
      (["merge", "demand.csv"], 64, "give two traces or more"),
      (["merge", "demand.csv", "nothing.csv"], 66, "nothing.csv: No such file or directory"),
      (["merge", "demand.csv", "demand.csv", "-o", "demand.csv"], 73, "which is read"),
      (["generate", "walk", "--step", "1ns"], 64, "--span and --step make from 1 to"),
      (["generate", "step", "--low", "3GiB"], 64, "--low is above --high"),
      (["generate", "bursts", "--tail", "0"], 64, "--tail takes a number above 0"),
      (["generate", "sine", "--period", "0s"], 64, "--period takes a time above zero"),
      (["generate", "like", "small.yaml"], 65, "small.yaml:1:1: "),
    ] {
      let outcome = try await workplace.start(["trace"] + arguments).outcome()
      outcome.expect(code)
      #expect(outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
    }
  }

  @Test("A recording ends with its command, whose exit code it has, and can be run")
  func record() async throws {
    let recorded = try await workplace.run(
      "trace", "record", "--interval", "50ms", "-o", "r.csv", "--", "sh", "-c",
      "echo out; sleep 0.4; exit 3")
    let signalled = try await workplace.run(
      "trace", "record", "-o", "s.csv", "--", "sh", "-c", "kill -9 $$")
    let missing = try await workplace.run("trace", "record", "-o", "m.csv", "--", "no-such-program")
    let mixed = try await workplace.run("trace", "record", "--", "ls")
    let run = try await workplace.run("run", "r.csv", "--no-record", "--json")

    recorded.expect(3)
    #expect(recorded.output == "out\n")
    #expect(
      recorded.errors.contains(" samples in ") && recorded.errors.contains("% of a processor"))
    signalled.expect(137)
    missing.expect(66, saying: "no-such-program: No such file or directory")
    mixed.expect(64)
    run.expect(0)
    let csv = try workplace.read("r.csv")
    #expect(csv.contains("# command: sh -c 'echo out; sleep 0.4; exit 3'\n"))
    #expect(csv.split(separator: "\n").count >= 7)
  }

  @Test(
    "A recording without a command ends after its duration, at Ctrl-C, or with whole lines at a kill"
  )
  func recordAlone() async throws {
    let timed = try await workplace.run(
      "trace", "record", "--interval", "10ms", "--duration", "500ms")
    timed.expect(0)
    let rows = timed.lines.filter { !$0.hasPrefix("#") }
    #expect(rows[0].hasPrefix("time_s,committed_kb,") && (3...52).contains(rows.count))
    // A sample takes less than 20 ms of a processor, in a debug build on a busy machine.
    let cost = timed.errors.firstMatch(of: /took ([0-9.]+)% of a processor/)
    let percent = try #require(cost.flatMap { Double($0.1) })
    #expect(percent / 100 * 0.5 / Double(rows.count) < 0.02)

    for signal in [SIGINT, SIGTERM, SIGKILL] {
      let program = try workplace.start([
        "trace", "record", "--interval", "10ms", "-o", "k.csv", "--quiet",
      ])
      let path = workplace.path("k.csv")
      while (try? Data(contentsOf: URL(filePath: path)))?.count ?? 0 < 1_500 {
        try await Task.sleep(for: .milliseconds(10))
      }
      program.send(signal)
      let outcome = try await program.outcome()
      #expect(outcome.isKilled == (signal == SIGKILL) && (outcome.isKilled || outcome.code == 0))
      #expect(try workplace.read("k.csv").hasSuffix("\n"))
      let info = try await workplace.run("trace", "info", "k.csv")
      info.expect(0)
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test("A trace is drawn, unless there is no gnuplot, which is said")
  func drawing() async throws {
    let drawn = try await workplace.run("trace", "info", "demand.csv")
    let quiet = try await workplace.run("trace", "info", "demand.csv", "--quiet")
    let without = try await workplace.shell(
      """
      mkdir bin && ln -s "$(command -v balloonsim)" bin/balloonsim
      PATH=$PWD/bin balloonsim trace info demand.csv
      """)
    let json = try await workplace.run("trace", "info", "demand.csv", "--json")

    drawn.expect(0)
    #expect(drawn.output.contains("committed ***") && drawn.output.contains("MiB"))
    #expect(drawn.lines.allSatisfy { $0.count <= 120 || !$0.contains("*") })
    #expect(!quiet.output.contains("***"))
    without.expect(0)
    #expect(without.errors == "not drawn: gnuplot is not installed (Debian's gnuplot-nox)\n")
    #expect(without.output.contains("rise at"))
    let rises = (try json.json() as? [String: Any])?["rises"] as? [[String: Any]]
    #expect(rises?.map { $0["pages"] as? Int } == [7_680])
  }
}
