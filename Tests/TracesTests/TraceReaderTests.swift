import MemoryModel
import TestSupport
import Testing
import Units

@testable import Traces

@Suite("Traces")
struct TraceReaderTests {
  private func read(_ text: String) throws(TraceProblem) -> CommittedTrace {
    try TraceReader.read(bytes: Array(text.utf8), file: "t")
  }

  private func point(_ nanoseconds: Int64, _ committed: Int, _ touched: Int?) -> CommittedPoint {
    CommittedPoint(
      at: SimTime(nanoseconds: nanoseconds), committed: .pages(committed),
      touched: touched.map { .pages($0) })
  }

  @Test("CSV gives samples from zero, kB as whole pages rounded down")
  func readsCSV() throws {
    let text =
      "# source: me\ntime_s,committed_kb,anon_kb,cached_kb\n10.5,1003,400,0\n\n11.75,2000.9,403,7\n"

    let trace = try read(text)

    #expect(trace.samples == [point(0, 250, 100), point(1_250_000_000, 500, 100)])
    #expect(trace.provenance.format.name == "csv")
    #expect(trace.provenance.rows == 2)
    #expect(trace.provenance.span == .milliseconds(1_250))
    #expect(trace.provenance.columns == ["time_s", "committed_kb", "anon_kb", "cached_kb"])
  }

  @Test("A byte-order mark, carriage returns, blanks and an open last line do not matter")
  func toleratesLineEnds() throws {
    let trace = try read("\u{FEFF}time_s, Committed_AS\r\n0, 8\r\n 1 ,12")

    #expect(trace.samples == [point(0, 2, nil), point(1_000_000_000, 3, nil)])
  }

  @Test("The recorded traces read directly")
  func readsRecordedTraces() throws {
    let build = try TraceReader.read(Bundled.path("traces/swift-build.csv"))
    let bench = try TraceReader.read(Bundled.path("traces/pgbench.csv"))

    // Rows, spans and extremes are those of the recordings' own description; hashes are sha256sum's.
    #expect(build.samples.count == 374)
    #expect(bench.samples.count == 299)
    #expect(build.samples.map(\.committed).min() == .pages(89_220 / 4))
    #expect(build.samples.map(\.committed).max() == .pages(3_364_440 / 4))
    #expect(bench.samples.map(\.committed).max() == .pages(4_190_140 / 4))
    #expect(bench.samples[1] == point(1_002_000_000, 1_478_100 / 4, 957_192 / 4))
    #expect(
      build.provenance.sha256 == "bf38940a91b035d368ef54b860cc86ff714ebcd154d291521b6d2d7d452bb134")
    #expect(
      bench.provenance.sha256 == "ed2145ab6365d36c88cbf8e90d21d94c7186cb6c70fe0d288c56352deb87d789")
  }

  @Test(
    "A log of /proc/meminfo reads whatever way its times are written",
    arguments: [
      ("zzz 2026-11-23T00:59:58Z", "zzz 2026-11-23T01:00:03Z"),
      ("1795395598", "1795395603"),
      ("1795395598.25", "1795395603.25"),
      ("2026-11-23 00:59:58", "2026-11-23 01:00:03"),
      ("2026-11-23T00:59:58+01:00", "2026-11-23T01:00:03+01:00"),
      ("2026-11-23T00:59:58,5+0000", "2026-11-23T02:00:03,5+0100"),
      ("Mon Nov 23 00:59:58 UTC 2026", "Mon Nov 23 01:00:03 UTC 2026"),
      ("Mon Nov 23 12:59:58 AM CET 2026", "Mon Nov 23 01:00:03 AM CET 2026"),
      ("Mon 23 Nov 2026 11:59:58 AM CET", "Mon 23 Nov 2026 12:00:03 PM CET"),
      ("2028-02-28 23:59:58", "2028-02-29 00:00:03"),
      ("2026-12-31 23:59:58", "2027-01-01 00:00:03"),
    ])
  func readsMeminfo(first: String, second: String) throws {
    func copy(_ committed: Int) -> String {
      "MemTotal: 1000 kB\nAnonPages:  40 kB\nCommitted_AS:  \(committed) kB\nHugePages_Total:  0\n"
    }

    let trace = try read("\(first)\n\(copy(100))\(second)\n\(copy(203))")

    #expect(trace.samples == [point(0, 25, 10), point(5_000_000_000, 50, 10)])
    #expect(trace.provenance.format.name == "meminfo")
    #expect(
      trace.provenance.columns == ["MemTotal", "AnonPages", "Committed_AS", "HugePages_Total"])
  }

  static let wrongs: [(text: String, problem: String)] = [
    ("", "t:1:1: no samples: the file is empty"),
    ("# only a comment\n", "t:1:1: no samples: the file is empty"),
    ("hello\n", "t:1:1: no known format begins with 'hello'"),
    ("\u{0}\u{1}\u{2}binary\n", "t:1:1: no known format begins with"),
    ("time_s,committed_kb\n", "t:1:1: no samples below the header line"),
    ("time_s,anon_kb\n0,1\n", "t:1:1: no column committed_kb (or Committed_AS)"),
    (
      "time_s,comitted_kb\n0,1\n",
      "t:1:1: no column committed_kb (or Committed_AS); is 'comitted_kb' meant?"
    ),
    ("committed_kb,time_s\n0,1\n", "t:1:1: the first column must be time_s, found 'committed_kb'"),
    ("time_s,committed_kb,Committed_AS\n0,1,1\n", "t:1:21: a second column for committed_kb"),
    (
      "time_s,committed_kb\n0,100\n1,abc\n",
      "t:3:3: committed_kb: expected a number of kB, found 'abc'"
    ),
    ("time_s,committed_kb\n0,\n", "t:2:1: no samples: none of 1 has a value"),
    ("time_s,committed_kb\n,1\n", "t:2:1: time_s is empty"),
    ("time_s,committed_kb\n0,-5\n", "t:2:3: committed_kb is negative: '-5'"),
    ("time_s,committed_kb\n0,nan\n", "t:2:1: no samples: none of 1 has a value"),
    ("time_s,committed_kb\n0,inf\n", "t:2:3: committed_kb: expected a number of kB, found 'inf'"),
    ("time_s,committed_kb\n0,1e400\n", "t:2:3: committed_kb: expected a number of kB"),
    ("time_s,committed_kb\n0,1099511627777\n", "t:2:3: committed_kb is beyond 2^40 kB"),
    ("time_s,committed_kb\n0,99999999999999999999999\n", "t:2:3: committed_kb is beyond 2^40 kB"),
    ("time_s,committed_kb,anon_kb\n0,1,-1\n", "t:2:5: anon_kb is negative"),
    (
      "time_s,committed_kb,cached_kb\n0,1,x\n",
      "t:2:5: cached_kb: expected a number of kB, found 'x'"
    ),
    (
      "time_s,committed_kb\n0,1\n0,1\n",
      "t:3:1: the time is that of the row before; times must rise"
    ),
    ("time_s,committed_kb\n5,1\n3,1\n", "t:3:1: the time goes back by 2s; times must rise"),
    ("time_s,committed_kb\nx,1\n", "t:2:1: time_s: expected seconds such as 12.5, found 'x'"),
    ("time_s,committed_kb\nnan,1\n", "t:2:1: time_s: expected seconds"),
    ("time_s,committed_kb\n99999999999999999999,1\n", "t:2:1: time_s is out of range"),
    (
      "time_s,committed_kb\n-9000000000,1\n9000000000,1\n",
      "t:3:1: the time is too far from the first"
    ),
    ("time_s,committed_kb,anon_kb\n0,1,2\n1,2", "t:3:1: 2 of 3 fields: the line seems cut off"),
    ("time_s,committed_kb\n0,1,2\n", "t:2:5: more than the header's 2 fields"),
    ("time_s,committed_kb\n0,1\u{0}\n", "t:2:3: committed_kb: expected a number of kB"),
    ("MemTotal: 5 kB\nCommitted_AS: 5 kB\n", "t:1:1: no time: put a line of"),
    ("1\nMemTotal: 5 kB\n", "t:1:1: no Committed_AS below this time"),
    ("1\nCommitted_AS: 5 kB\n2\nMemTotal: 5 kB\n", "t:3:1: no Committed_AS below this time"),
    ("1\nCommitted_AS: 5 kB\nCommitted_AS: 6 kB\n", "t:3:1: a second Committed_AS without a time"),
    ("1\nCommitted_AS: 5 kB\n1\nCommitted_AS: 5 kB\n", "t:3:1: the time is that of the row before"),
    ("2\nCommitted_AS: 5 kB\n1\nCommitted_AS: 5 kB\n", "t:3:1: the time goes back by 1s"),
    ("1\nCommitted_AS: 5", "t:2:15: Committed_AS has no unit kB: the line seems cut off"),
    ("1\nCommitted_AS: 5 kB\nrubbish\n", "t:3:1: expected a time or a line of /proc/meminfo"),
    ("1\nCommitted_AS: -5 kB\n", "t:2:15: Committed_AS is negative"),
    (
      "Sun Oct 25 02:59:58 CEST 2026\nCommitted_AS: 5 kB\nSun Oct 25 02:00:03 CET 2026\nCommitted_AS: 5 kB\n",
      "t:3:1: the time zone changes from 'CEST' to 'CET'"
    ),
  ]

  @Test("A malformed trace is refused with line and column", arguments: wrongs)
  func refusesMalformedTraces(text: String, problem: String) {
    let found = #expect(throws: TraceProblem.self) { try read(text) }

    #expect(found?.description.hasPrefix(problem) == true, "\(found?.description ?? "")")
  }

  @Test(
    "Samples without a value are passed over and counted; touched memory is taken from all or none")
  func passesOverEmptyCells() throws {
    let text = "time_s,committed_kb,anon_kb,x\n0,8,4,\n1,,4,1\n2,16,,1\n"

    let trace = try read(text)

    #expect(trace.samples == [point(0, 2, nil), point(2_000_000_000, 4, nil)])
    #expect(trace.provenance.missing == 1)
    #expect(trace.provenance.notes == ["anon_kb is not used: 1 of 2 samples do not have it"])
  }

  @Test("A trace that cannot be opened is no trace with a problem")
  func refusesMissingTraces() {
    #expect(throws: UnreadableFile(path: "/nowhere", reason: "No such file or directory")) {
      try TraceReader.read("/nowhere")
    }
  }

  @Test("A summary tells intervals, levels, the mean over time and the steepest rise")
  func summarises() throws {
    // 100 pages for 1 s, 300 for 4 s, 0 at the end: the mean is (100 + 4 * 300) / 5.
    let trace = try read("time_s,committed_kb\n0,400\n1,1200\n5,0\n")

    let summary = TraceSummary(trace)

    #expect(summary.rows == 3)
    #expect(summary.span == .seconds(5))
    #expect(summary.intervals?.least == .seconds(1))
    #expect(summary.intervals?.greatest == .seconds(4))
    #expect(summary.committed.least == .zero)
    #expect(summary.committed.greatest == .pages(300))
    #expect(summary.meanCommittedPages == 260)
    #expect(summary.steepestRise == 200)
    #expect(summary.columns == ["time_s", "committed_kb"])
  }

  @Test("One sample is a trace")
  func summarisesOneSample() throws {
    let summary = TraceSummary(try read("time_s,committed_kb\n7,400\n"))

    #expect(summary.span == .zero)
    #expect(summary.intervals == nil)
    #expect(summary.meanCommittedPages == 100)
    #expect(summary.steepestRise == 0)
  }
}
