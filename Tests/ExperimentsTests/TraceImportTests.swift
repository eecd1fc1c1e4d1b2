import Foundation
import MemoryModel
import SimulationEngine
import Testing

@testable import Experiments

@Suite("Imports")
struct TraceImportTests {
  /// Reads files as parts of one recording, through the CSV that `trace import` writes.
  private func read(_ paths: [String], _ options: ImportOptions = ImportOptions()) throws
    -> (trace: CommittedTrace, provenance: TraceProvenance)
  {
    var csv: [UInt8] = []
    let provenance = try TraceReader.write(paths, options: options) { csv += $0 }
    return (try TraceReader.read(bytes: csv, file: "csv"), provenance)
  }

  private func read(_ text: String, _ change: (inout ImportOptions) -> Void = { _ in })
    throws(TraceProblem) -> CommittedTrace
  {
    var options = ImportOptions()
    change(&options)
    return try TraceReader.read(bytes: Array(text.utf8), file: "t", options: options)
  }

  private func expect(_ file: RecordedFile, _ paths: [String]) throws {
    let (trace, provenance) = try read(paths, file.options)

    let levels = trace.samples.map(\.committed)
    #expect(provenance.format.name == file.format)
    #expect(levels.count == file.rows)
    #expect(levels.first == .pages(file.first / 4))
    #expect(levels.last == .pages(file.last / 4))
    #expect(levels.min() == .pages(file.least / 4))
    #expect(levels.max() == .pages(file.greatest / 4))
    #expect(trace.span == .milliseconds(Int64((file.seconds * 1_000).rounded())))
    if paths.count == 1, !paths[0].contains("node-exporter"), !paths[0].contains("collectd") {
      #expect(try TraceReader.read(paths[0], options: file.options).samples.count == file.rows)
    }
  }

  @Test("A recording comes out with its samples and levels", arguments: RecordedTraces.files)
  func readsRecording(file: RecordedFile) throws {
    try expect(file, file.files.map(RecordedTraces.path))
  }

  @Test(
    "So does what others recorded",
    .enabled(if: RecordedTraces.sharedFolder != nil, "set BALLOONSIM_TRACES to their folder"),
    arguments: RecordedTraces.sharedFiles)
  func readsSharedRecording(file: RecordedFile) throws {
    let folder = try #require(RecordedTraces.sharedFolder)

    try expect(file, file.files.map { "\(folder)/\($0)" })
  }

  @Test(
    "Of all recordings every file is in the tables, or is refused with its reason, and copies are true",
    .enabled(if: RecordedTraces.sharedFolder != nil, "set BALLOONSIM_TRACES to their folder"))
  func knowsEveryFile() throws {
    let folder = try #require(RecordedTraces.sharedFolder)
    let read = RecordedTraces.files.flatMap(\.files)
    let shared = Set(RecordedTraces.sharedFiles.flatMap(\.files))
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap {
      $0 as? String
    }
    var count = 0
    for name in names {
      let path = "\(folder)/\(name)"
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      if isFolder.boolValue { continue }
      count += 1

      let copy = name.hasPrefix("formats/") ? String(name.dropFirst(8)) : name
      if FileManager.default.fileExists(atPath: RecordedTraces.path(copy)) {
        #expect(try TraceBytes.all(path) == TraceBytes.all(RecordedTraces.path(copy)), "\(name)")
      }
      if shared.contains(name) || read.contains(where: { copy == $0 || copy.hasPrefix($0 + "/") }),
        !RecordedTraces.refused.contains(where: { name.hasSuffix($0.end) })
      {
        continue
      }
      let refusal = RecordedTraces.refused.first { name.hasSuffix($0.end) }
      let expected = try #require(refusal, "\(name) is in no table").message
      let problem = #expect(throws: TraceProblem.self, "\(name)") { try TraceReader.read(path) }
      #expect(problem?.message.hasPrefix(expected) == true, "\(name): \(problem?.message ?? "")")
    }
    #expect(count > 100)
  }

  @Test(
    "All tools that tell Committed_AS and UTC agree with the recording of the same run within two seconds",
    arguments: RecordedTraces.files.filter {
      $0.files[0].hasPrefix("batch-a/") && $0.options.committedFrom == nil && $0.rows > 1
        && $0.options.host == nil && !$0.files[0].contains("sar-")
        && !$0.files[0].contains("new_york") && !$0.files[0].contains("stdout")
    })
  func agreesWithRecording(file: RecordedFile) throws {
    let reference = try TraceReader.read(RecordedTraces.path("recorded/batch-a.csv"))
    // epoch_s of its first row.
    let referenceStart = 1_795_395_433.446
    let (trace, provenance) = try read(file.files.map(RecordedTraces.path))

    let start = try #require(provenance.start)
    let began = try #require(ISO8601DateFormatter().date(from: String(start.prefix(19)) + "Z"))
    // Prometheus answers with the last scrape before the step, up to five seconds old.
    let window = file.format == "prometheus-json" ? 6.0 : 2.0
    var strays = 0
    for sample in trace.samples {
      let at = began.timeIntervalSince1970 + Double(sample.at.nanoseconds) / 1e9 - referenceStart
      let near = reference.samples.filter {
        abs(Double($0.at.nanoseconds) / 1e9 - at) <= window
      }.map(\.committed)
      guard let least = near.min(), let greatest = near.max() else { continue }
      let slack = PageCount.mebibytes(64)
      if sample.committed + slack < least || sample.committed > greatest + slack { strays += 1 }
    }
    // What lasted less than a second may have been seen by one tool only.
    #expect(strays <= trace.samples.count / 20, "\(strays) of \(trace.samples.count)")
  }

  @Test("Rates become counters that agree with the kernel's own")
  func makesCountersOfRates() throws {
    let path = RecordedTraces.path("guest-batch-1g/sadf-j-rBSW.json")
    var csv = ""

    _ = try TraceReader.write([path], options: ImportOptions()) {
      csv += String(decoding: $0, as: UTF8.self)
    }

    let lines = csv.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let names = lines[0].split(separator: ",")
    let last = try #require(lines.last?.split(separator: ",", omittingEmptySubsequences: false))
    let swapIndex = try #require(names.firstIndex(of: "pswpout"))
    let totalIndex = try #require(names.firstIndex(of: "mem_total_kb"))
    let swapOut = try #require(Double(last[swapIndex]))
    let total = try #require(Double(last[totalIndex]))
    // recorded/guest-batch-1g.csv: vm_pswpout 0 at first, 47,150 in the end; MemTotal 995,344 kB.
    #expect(abs(swapOut - 47_150) < 500)
    #expect(total == 995_344)
  }

  @Test("kbmemused tells the version of sysstat and the machine's memory, whatever it means")
  func findsMeaningOfUsed() throws {
    let header =
      "# hostname;interval;timestamp;kbmemfree;kbavail;kbmemused;%memused;kbbuffers;kbcached;kbcommit\n"
    // 1 GiB; total - available, total - free.
    let newest =
      header + "g1;5;2024-03-01 10:00:05 UTC;204800;512000;536576;51.17;10240;307200;655360\n"
    let oldest =
      header + "g1;5;2024-03-01 10:00:05 UTC;204800;512000;843776;80.47;10240;307200;655360\n"

    let new = try read(newest)
    let old = try read(oldest)

    #expect(new.provenance.version == "sysstat 12.7.8 or later by its kbmemused")
    #expect(old.provenance.version == "sysstat before 11.7.4 by its kbmemused")
    #expect(new.samples.map(\.committed) == [.pages(655_360 / 4)])
  }

  @Test("Without Committed_AS a stand-in has to be chosen, and is told")
  func needsChoice() throws {
    let text =
      "procs\n r  b   swpd   free   buff  cache   si   so UTC\n"
      + " 1 0 0 204800 10240 307200 0 0 2024-03-01 10:00:05\n"

    let refusal = #expect(throws: TraceProblem.self) { try read(text) }
    let trace = try read(text) { ($0.committedFrom, $0.memory) = (.usedMinusCache, 1_048_576) }
    let wrong = #expect(throws: TraceProblem.self) {
      try read(text) { ($0.committedFrom, $0.memory) = (.usedMinusCache, 262_144) }
    }

    #expect(
      refusal?.description
        == "t:3:1: no Committed_AS in it: choose what stands for it with --committed-from (a scenario's committed_from): "
        + "used-minus-cache (with --memory), used-minus-cache-plus-swap (with --memory)")
    #expect(
      trace.samples.map(\.committed) == [.pages((1_048_576 - 204_800 - 10_240 - 307_200) / 4)])
    #expect(
      trace.provenance.substituted
        == ["mem_total_kb = 1048576 as given", "committed_kb = used-minus-cache"])
    #expect(wrong?.message.hasPrefix("used-minus-cache is below zero") == true)
  }

  @Test(
    "A file that is cut off is refused or gives the samples before the cut, never others",
    arguments: RecordedTraces.files.filter { $0.files.count == 1 && $0.rows > 1 })
  func cutsNothingWrong(file: RecordedFile) throws {
    let path = RecordedTraces.path(file.files[0])
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFolder.boolValue { return }
    let bytes = try TraceBytes.all(path)
    let whole = try TraceReader.read(bytes: bytes, file: "t", options: file.options).samples
    var random = RandomStream(seed: 1, purpose: path)
    for _ in 0..<12 {
      let cut = Int.random(in: 0..<bytes.count, using: &random)

      do {
        let trace = try TraceReader.read(
          bytes: Array(bytes[..<cut]), file: "t", options: file.options)
        let mayDiffer = trace.provenance.notes.contains { $0.contains("may be cut off") } ? 1 : 0
        let sure = trace.samples.dropLast(mayDiffer).map {
          [$0.at.nanoseconds, Int64($0.committed.pages)]
        }
        let expected = whole.map { [$0.at.nanoseconds, Int64($0.committed.pages)] }
        #expect(expected.starts(with: sure), "cut at \(cut)")
      } catch {
        #expect(error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "cut at \(cut)")
      }
    }
  }

  static let wrongs: [(text: String, problem: String)] = [
    // sadf
    (
      "# hostname;interval;timestamp;kbcommit\ng;5;2024-03-01 10:00:05 UTC;1\ng;5;2024-03-01 10:00:00 UTC;1\n",
      "t:3:5: the time goes back by 5s"
    ),
    (
      "# hostname;interval;timestamp;kbcommit\ng;5;2024-03-01 10:00:05 UTC;1\nh;5;2024-03-01 10:00:10 UTC;1\n",
      "t:3:1: both 'g' and 'h' are in it: choose with --host"
    ),
    (
      "# hostname;interval;timestamp;kbcommit\ng;5;2024-03-01 10:00:05 UTC;1",
      "t:2:1: the line has no end"
    ),
    (
      "# hostname;interval;timestamp;kbcommit\ng;5;soon;1\n",
      "t:2:5: expected a time, found 'soon'"
    ),
    (
      "# hostname;interval;timestamp;kbcommit\n# hostname;interval;timestamp;kbmemfree\ng;5;2024-03-01 10:00:05 UTC;1;2\n",
      "t:3:1: 5 of 4 fields: the line seems cut off"
    ),
    // sar
    (
      "Linux 6.1 (g) \t10/27/24 \t_x86_64_\t(2 CPU)\n\n02:59:00 kbcommit\n02:59:55 4\n02:00:05 4\n",
      "t:5:1: the time goes back by 3590s; times must rise (the end of summer time? have the tool write UTC)"
    ),
    (
      "Linux 6.1 (g) \tsoon \t_x86_64_\t(2 CPU)\n", "t:1:16: expected a date, found 'soon '"
    ),
    (
      "Linux 6.1 (g) \t10/27/24 \t_x86_64_\t(2 CPU)\n\n02:59:00 kbcommit %commit\n02:59:55 4\n",
      "t:4:1: 1 of 2 fields: the line seems cut off"
    ),
    // JSON
    (
      #"{"sysstat": {"hosts": [{"nodename": "g", "statistics": [{"#,
      "t:2:1: the document has no end"
    ),
    (#"{"sysstat": {"hosts": 5}}"#, "t:1:23: expected '['"),
    (
      #"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
      "t:1:1: no samples: the result is empty"
    ),
    (
      #"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
      "t:1:51: Prometheus answered with an error: 'parse error'"
    ),
    (
      #"{"data":{"resultType":"matrix","result":[{"metric":{"__name__":"node_memory_Committed_AS_bytes"},"values":[[1,"x"]]}]}}"#,
      "t:1:112: committed_kb: expected a number, found 'x'"
    ),
    (
      #"{"data":{"resultType":"matrix","result":[{"metric":{"__name__":"node_memory_Committed_AS_bytes"},"values":[[1,"8"],[1,"9"]]}]}}"#,
      "t:1:120: a second committed_kb for the time 1970-01-01T00:00:01"
    ),
    ("node_memory_Committed_AS_bytes 4096\n", "t:1:1: no time: name the file by seconds"),
    ("node_memory_Committed_AS_bytes{a=\"b 4096\n", "t:1:1: expected a metric with a value"),
    // sadf -p and -x
    (
      "g\t5\t2024-03-01 10:00:05 UTC\t-\tkbcommit\tx\n",
      "t:1:40: kbcommit: expected a number, found 'x'"
    ),
    (
      "g\t5\t2024-03-01 10:00:05 UTC\t-\tkbcommit\n",
      "t:1:1: 5 of 6 fields: the line seems cut off"
    ),
    (
      "<?xml version=\"1.0\"?>\n<sysstat>\n<host nodename=\"g\">\n<statistics>\n"
        + "<timestamp date=\"2024-03-01\" time=\"soon\" interval=\"5\">\n",
      "t:5:1: the timestamp has no date, time and interval"
    ),
    (
      "<?xml version=\"1.0\"?>\n<sysstat>\n<host nodename=\"g\">\n<statistics>\n",
      "t:4:1: '</sysstat>' is missing: the file seems cut off"
    ),
    // copies of meminfo
    (
      "zzz 2024-03-01T10:00:05Z\nMemTotal: 100 kB\nCommitted_AS: x kB\n",
      "t:3:15: Committed_AS: expected a number of kB, found 'x'"
    ),
    (
      "zzz 2024-03-01T10:00:05Z\nMemTotal: 100 kB\nCommitted_AS: 40\n",
      "t:3:15: Committed_AS has no unit kB: the line seems cut off"
    ),
    (
      "zzz 2024-03-01T10:00:05Z\nCommitted_AS: 40 kB\nzzz 2024-03-01T10:00:10Z\nMemTotal: 100 kB\n",
      "t:3:1: no Committed_AS below this time: the copy seems cut off"
    ),
    (
      "MemTotal: 100 kB\nCommitted_AS: 40 kB\n",
      "t:1:1: no time: put a line of `date -u +%FT%TZ` before each copy"
    ),
    // Perfetto
    ("ts,name,value\n5,Committed_AS\n", "t:2:1: 2 of 3 fields: the line seems cut off"),
    ("ts,name,value\nx,Committed_AS,4\n", "t:2:1: ts: expected nanoseconds, found 'x'"),
    // vmstat
    (
      " r  b   swpd   free   buff  cache   si   so\n 1 0 0 204800 10240 307200 0 0\n",
      "t:2:1: no time in it: run vmstat with -t"
    ),
    // atop
    ("RESET\nSWP g 5 2024/03/01 10:00:05 5 4096 1 1 0 163840\n", "t:2:1: 11 fields of SWP"),
    (
      "RESET\nSWP g 5 2024/03/01 10:00:05 5 4097 1 1 0 163840 1\n",
      "t:2:31: expected a page size, found '4097'"
    ),
    // PCP
    (
      "Time,\"mem.util.committed_AS\"\n2024-03-01 10:00:05,-1\n",
      "t:2:21: mem.util.committed_AS is negative"
    ),
    // GWA-T-12
    (
      "Timestamp [ms];\tMemory capacity provisioned [KB];\tMemory usage [KB]\n1;\t2\n",
      "t:2:1: 2 of 3 fields: the line seems cut off"
    ),
    // Alibaba, Google
    (
      "m_7,300,22,61,,,31.2,28.9,3\n",
      "t:1:12: memory is a percentage of an undisclosed size: give the machine's memory"
    ),
    (
      "start_time,end_time,collection_id,instance_index,average_usage\n1,2,3,4,\"{}\"\n",
      "t:2:10: average_usage has no memory"
    ),
    // xentop
    (
      "NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%)\ng1 --b--- 12 0.3 917504 21.9\n",
      "t:2:1: xentop tells no times: give --step"
    ),
    // Files of tools themselves
    ("\u{1}\u{2}", "t:1:1: no known format begins with"),
  ]

  @Test("No recording is claimed by two importers", arguments: RecordedTraces.files)
  func recognisesOnce(file: RecordedFile) throws {
    for name in file.files {
      var path = RecordedTraces.path(name)
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        let first = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }
          .first { $0.contains("-1795395") || $0.contains("2026-") }
        path += "/" + (try #require(first))
      }

      let lines = try TraceLines(TraceBytes(path: path))
      let formats = try lines.head { head in
        TraceFormat.importers.filter { $0.recognises(head) }.map { $0.format.name }
      }

      // Plain CSV takes what nobody else does.
      #expect(formats.filter { $0 != "csv" } == [file.format].filter { $0 != "csv" }, "\(path)")
      #expect(formats.first == file.format, "\(path)")
    }
  }

  @Test("What is wrong in a recording is said with its place", arguments: wrongs)
  func refusesWrongs(text: String, problem: String) {
    let found = #expect(throws: TraceProblem.self) { try read(text) }

    #expect(found?.description.hasPrefix(problem) == true, "\(found?.description ?? "")")
  }

  /// What is wrong in recordings that need options.
  static let wrongsOfTools: [(text: String, problem: String)] = {
    let dstat =
      "\"pcp-dstat 6.0.3 CSV Output\"\n\"system\",\"epoch\",\"memory usage\",,,\n"
      + "\"time\",\"epoch\",\"used\",\"free\",\"buf\",\"cach\"\n"
    let nmon =
      "AAA,progname,nmon\nMEM,Memory MB g,memtotal,memfree,cached,active,buffers,inactive\n"
    let pmstat =
      "@ Mon Nov 23 01:27:02 2026\n loadavg   memory\n   1 min   swpd   free   buff  cache   pi   po\n"
    let free = "       total        used        free      shared  buff/cache   available\n"
    let google = "start_time,end_time,collection_id,instance_index,average_usage\n"
    let xentop = "NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%)\n"
    return [
      (
        dstat + "23-11 00:57:13,1795395433,x,21763596,25148,2389600\n",
        "t:4:27: used: expected a number, found 'x'"
      ),
      (dstat + "23-11 00:57:13,1795395433,2,3\n", "t:4:1: 4 of 6 fields: the line seems cut off"),
      (dstat, "t:3:1: no samples"),
      (
        nmon + "ZZZZ,T0001,00:57:14,23-NOV-2026\nMEM,T0001,100,x,5,50,5,5\n",
        "t:4:15: memfree: expected a number, found 'x'"
      ),
      (nmon + "MEM,T0001,100,50,5,50,5,5\n", "t:3:1: no ZZZZ line tells the time of T0001"),
      (
        nmon + "ZZZZ,T0001,00:57:14,23-NOV-2026\nMEM,T0001,100,50,5\n",
        "t:4:1: 5 of 8 fields: the line seems cut off"
      ),
      (pmstat + "    9.30  39536 159x0m  34364  4463m    0    0\n", "t:4:17: free: expected"),
      (
        pmstat + "    9.30  39536 15900m  34364\n", "t:4:1: 4 of 7 fields: the line seems cut off"
      ),
      (free + "Mem: 100 x 3 4 5 6\n", "t:2:10: used: expected a number, found 'x'"),
      (free + "Mem: 100 50\n", "t:2:1: 3 of 7 fields: the line seems cut off"),
      (
        google + "x,2,3,4,\"{\"\"memory\"\":0.5}\"\n",
        "t:2:1: start_time: expected microseconds"
      ),
      ("m_7,x,22,61,,,31.2,28.9,3\n", "t:1:5: expected seconds, found 'x'"),
      (xentop + "g1 --b--- 12 0.3 x 21.9\n", "t:2:18: MEM(k): expected a number, found 'x'"),
      (xentop + "g1 --b--- 12 0.3\n", "t:2:1: 4 fields: the line seems cut off"),
    ]
  }()

  @Test("So it is where a stand-in, a step and a size are given", arguments: wrongsOfTools)
  func refusesWrongsOfTools(text: String, problem: String) {
    let found = #expect(throws: TraceProblem.self) {
      try read(text) { options in
        options.committedFrom = text.hasPrefix("@") ? .usedMinusCache : .used
        (options.step, options.memory) = (.seconds(1), 1_048_576)
      }
    }

    #expect(found?.description.hasPrefix(problem) == true, "\(found?.description ?? "")")
  }

  @Test("Formats of which no recording is at hand read as their description says")
  func readsDescribedFormats() throws {
    let gib = Int64(1_048_576)
    let alibaba = try read(
      "m_7,300,22,61,,,31.2,28.9,3\nm_7,310,22,101,,,31.2,28.9,3\nm_8,310,1,1,,,1,1,1\n"
    ) {
      ($0.committedFrom, $0.memory, $0.host) = (.used, gib, "m_7")
    }
    let google = try read(
      "start_time,end_time,collection_id,instance_index,average_usage\n"
        + "300000000,600000000,11,0,\"{\"\"cpus\"\":0.01,\"\"memory\"\":0.25}\"\n"
    ) { ($0.committedFrom, $0.memory) = (.used, gib) }
    let perfetto = try read(
      "ts,name,value\n5000000000,MemTotal,1073741824\n5000000000,Committed_AS,671088640\n"
        + "6000000000,MEMINFO_COMMITED_AS,655364\n")
    let xentop = try read(
      "NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%) MAXMEM(k) MAXMEM(%)\n"
        + "Domain-0 -----r 9 0.0 4194304 50.0 no limit n/a\ng1 --b--- 12 0.3 917504 21.9 1048576 25.0\n"
        + "NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%) MAXMEM(k) MAXMEM(%)\n"
        + "g1 --b--- 12 0.3 917508 21.9 1048576 25.0\n"
    ) { ($0.committedFrom, $0.step, $0.host) = (.used, .seconds(5), "g1") }
    let dumptext = try read(
      "Time\tmem.util.committed_AS\tmem.util.free\nFri Mar  1 10:00:05\t671088640\t?\n"
        + "Fri Mar  1 10:00:15\t671092736\t204800\n")

    #expect(alibaba.samples.map(\.committed) == [.pages(Int(Double(gib) * 0.61) / 4)])
    #expect(alibaba.provenance.missing == 1)
    #expect(google.samples.map(\.committed) == [.mebibytes(256)])
    #expect(perfetto.samples.map(\.committed) == [.mebibytes(640), .pages(163_841)])
    #expect(xentop.samples.map(\.committed) == [.mebibytes(896), .pages(229_377)])
    #expect(xentop.span == .seconds(5))
    #expect(dumptext.samples.map(\.committed) == [.mebibytes(640), .pages(163_841)])
    #expect(dumptext.span == .seconds(10))
  }

  @Test(
    "Gaps are left, held or interpolated",
    arguments: [
      (GapRule.left, [4, 8, 24]), (.held, [4, 8, 8, 8, 24]), (.interpolated, [4, 8, 13, 18, 24]),
    ])
  func fillsGaps(rule: GapRule, levels: [Int]) throws {
    let text = "time_s,committed_kb\n0,16\n1,32\n4,96\n"

    let trace = try read(text) { ($0.gaps, $0.step) = (rule, .seconds(1)) }

    #expect(trace.samples.map(\.committed) == levels.map { .pages($0) })
    #expect(trace.provenance.gaps == 1)
    #expect(trace.provenance.longestGap == .seconds(3))
  }

  @Test(
    "A number may have a decimal comma, but not one that may separate thousands",
    arguments: [
      ("1,5", 1.5), ("376,85", 376.85), ("1.5e3", 1_500), ("-2", -2), ("1,234", nil),
      ("1,234,567", nil), ("0x10", nil), ("inf", nil), ("", nil), ("1 2", nil),
    ])
  func readsNumbers(text: String, value: Double?) {
    let bytes = Array(text.utf8)

    let number = bytes.withUnsafeBufferPointer {
      TraceField(bytes: $0[...], line: 1, lineStart: 0).number()
    }

    #expect(number == value)
  }

  @Test("A gap of an hour in local time is told to be perhaps the beginning of summer time")
  func notesSummerTime() throws {
    let sar =
      "Linux 6.1 (g) \t31.03.2024 \t_x86_64_\t(2 CPU)\n\n01:40:00 kbcommit\n01:50:00 4\n01:59:59 4\n03:09:59 8\n03:20:00 8\n"

    let trace = try read(sar)

    #expect(trace.provenance.gaps == 1)
    #expect(
      trace.provenance.notes == [
        "the gap of an hour after 2024-03-31T01:59:59 may be the beginning of summer time"
      ])
  }

  @Test("A trace in place of a scenario is a guest of the machine's memory that follows it")
  func standsForScenario() throws {
    let path = RecordedTraces.path("guest-batch-1g/sadf-j-rBSW.json")

    let resolved = try ScenarioReader.read(file: path)
    let used = ScenarioOverride(set: "guests.committed.committed_from=used").map { [$0] } ?? []
    let other = try ScenarioReader.read(file: path, overrides: used)

    // 995,344 kB are 972 MiB.
    #expect(resolved.scenario.guests[0].memory == .mebibytes(1_024))
    #expect(resolved.demands[0].points.count == 162)
    #expect(resolved.runKey != other.runKey)
    #expect(other.yaml.contains("committed_from: used"))
    #expect(other.traces[0].provenance.remarks.contains("substituted: committed_kb = used"))
  }

  @Test("A counter that falls has begun anew and goes on rising")
  func carriesCounters() throws {
    var csv = ""
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "time_s,committed_kb,vm_pgfault\n0,4,100\n1,4,150\n2,4,7\n3,4,9\n", to: "t.csv")

    let provenance = try TraceReader.write([path], options: ImportOptions()) {
      csv += String(decoding: $0, as: UTF8.self)
    }

    #expect(csv.contains("\n2,4,157\n3,4,159\n"))
    #expect(provenance.notes == ["counters begin anew at 1 sample"])
  }

  @Test("Numbers of every length are written as they were read")
  func writesNumbers() throws {
    let numbers: [Int64] = [
      0, 7, 9, 10, 12, 99, 100, 101, 999, 1_000, 65_535, 99_999, 100_000, 123_456_789_012,
      999_999_999_999_999_999,
    ]
    let rows = numbers.enumerated().map { "\($0),4,\($1)\n" }
    let folder = try TemporaryFolder()
    let path = try folder.write("time_s,committed_kb,vm_pgfault\n" + rows.joined(), to: "t.csv")
    var csv = ""

    _ = try TraceReader.write([path], options: ImportOptions()) {
      csv += String(decoding: $0, as: UTF8.self)
    }

    let written = csv.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst()
    #expect(written.map { "\($0)\n" } == rows)
  }

  @Test("An imported CSV tells where it comes from, and cut off it is refused")
  func keepsProvenance() throws {
    var csv: [UInt8] = []
    _ = try TraceReader.write(
      [RecordedTraces.path("batch-a/free-k-s5.txt")], options: options(.used)
    ) { csv += $0 }

    let again = try TraceReader.read(bytes: csv, file: "t")
    let cut = #expect(throws: TraceProblem.self) {
      try TraceReader.read(bytes: Array(csv.dropLast(6)), file: "t")
    }

    #expect(again.provenance.origin.contains("substituted: committed_kb = used"))
    #expect(again.provenance.origin.contains { $0.hasPrefix("sha256: ") })
    #expect(cut?.message == "the last line, '# end', is missing: the file seems cut off")
  }

  private func options(_ source: CommittedSource) -> ImportOptions {
    var options = ImportOptions()
    (options.committedFrom, options.step) = (source, .seconds(5))
    return options
  }

  @Test("A file compressed in several parts reads as one; a damaged one is refused")
  func readsGzip() throws {
    let one = try contents(ofFile: RecordedTraces.path("batch-a/sar-rBSW.txt"), limit: 1 << 20)
    try #require(one.starts(with: [0x1F, 0x8B]))

    // Twice the same text is twice the same time.
    let twice = #expect(throws: TraceProblem.self) {
      try TraceReader.read(bytes: one + one, file: "t")
    }
    let cut = #expect(throws: TraceProblem.self) {
      try TraceReader.read(bytes: Array(one.dropLast(20)), file: "t")
    }
    var damaged = one
    for index in 200..<240 { damaged[index] ^= 0x55 }
    let broken = #expect(throws: TraceProblem.self) {
      try TraceReader.read(bytes: damaged, file: "t")
    }

    #expect(twice?.line ?? 0 > 470)
    #expect(cut?.message == "the gzip data end too early")
    #expect(broken != nil)
  }
}
