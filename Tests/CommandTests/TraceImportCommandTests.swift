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
