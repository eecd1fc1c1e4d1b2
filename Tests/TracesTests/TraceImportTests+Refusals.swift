import TestSupport
import Testing
import Units

@testable import Traces

/// Recordings that are wrong, each with what is said of it.
extension TraceImportTests {
  @Test("What is wrong in a recording is said with its place", arguments: wrongs)
  func refusesWrongs(text: String, problem: String) {
    let found = #expect(throws: TraceProblem.self) { try read(text) }

    #expect(found?.description.hasPrefix(problem) == true, "\(found?.description ?? "")")
  }

  @Test("A step for a file that tells times is refused, whether it is shorter or longer")
  func refusesSteps() throws {
    let text = "time_s,committed_kb\n0,4\n60,8\n121,8\n"
    for step: Int64 in [7, 600] {
      let found = #expect(throws: TraceProblem.self) {
        try read(text) { $0.step = .seconds(step) }
      }

      #expect(found?.description.contains("the file tells times, such as ") == true)
    }
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

  /// Texts, and the beginning of what is said.
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
}
