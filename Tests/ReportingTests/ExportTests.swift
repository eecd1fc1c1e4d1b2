import Foundation
import GRDB
import Reporting
import TestSupport
import Testing
import Units

@testable import Recording
@testable import Simulation

@Suite("Exported text is exact")
struct ExportTests {
  let folder: Folder
  let store: ResultStore

  init() throws {
    folder = try Folder()
    store = try ResultStore(path: folder.path(), create: true)
  }

  private func export(
    _ runs: [Int64], _ change: (inout Exporter.Options) -> Void = { _ in }
  ) throws -> String {
    var options = Exporter.Options()
    change(&options)
    var bytes: [UInt8] = []
    try Exporter(store: store, runs: runs, options: options).write { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A run with two events whose texts need quoting, and metrics with awkward numbers.
  private func makeRun() throws -> Int64 {
    var run = description()
    run.guests = ["a,b", "say \"hi\""]
    let id = try store.begin(run)
    let recorder = RunRecorder(store: store, run: id, guests: run.guests)
    try recorder.event(EventRecord(time: .zero, guest: nil, kind: .runStarted, detail: []))
    try recorder.event(
      EventRecord(
        time: SimTime(nanoseconds: .max), guest: 1, kind: .sysfsWrite,
        detail: [("text", .text("5\n"))]))
    var summary = RunSummary.sample
    summary.metrics = [
      Metric(guest: "a,b", name: "x", value: 0.1, unit: "ratio"),
      Metric(guest: nil, name: "y", value: 1e21, unit: ""),
      Metric(guest: nil, name: "z", value: .nan, unit: "%"),
      Metric(guest: nil, name: "w", value: -.infinity, unit: "%"),
    ]
    try recorder.finish(summary)
    return id
  }

  @Test("CSV quotes what needs it and tells NULL from an empty text")
  func csv() throws {
    let id = try makeRun()

    let events = try export([id]) { $0.table = .events }
    let metrics = try export([id]) { $0.table = .metrics }

    #expect(
      events == """
        run_id,sequence,time_ns,guest,kind,detail
        1,0,0,,run_started,{}
        1,1,9223372036854775807,"say ""hi\""",sysfs_write,"{""text"":""5\\n""}"

        """)
    #expect(
      metrics == """
        run_id,guest,name,value,unit
        1,"a,b",x,0.1,ratio
        1,,y,1e+21,""
        1,,z,,%
        1,,w,-inf,%

        """)
  }

  @Test(
    "What a spreadsheet takes for a formula has an apostrophe in front, numbers have not",
    arguments: [
      ("=1+1", "'=1+1"), ("+1 800", "'+1 800"), ("-1+2", "'-1+2"), ("@SUM(A1)", "'@SUM(A1)"),
      ("\t=1", "'\t=1"), ("\r=1", "\"'\r=1\""), ("\n=1", "\"'\n=1\""), ("＝1", "'＝1"),
      ("'=1", "''=1"), ("-", "'-"), ("-inf", "'-inf"), ("-5", "-5"), ("+5.25e-3", "+5.25e-3"),
      ("a=b", "a=b"), ("5s", "5s"),
    ])
  func formulas(text: String, cell: String) throws {
    let id = try store.recordRun(ticks: 0)
    try store.alter("UPDATE runs SET error = '\(text.replacing("'", with: "''"))'")

    let csv = try export([id]) {
      $0.table = .runs
      $0.columns = ["id", "error"]
    }
    let json = try export([id]) {
      $0.table = .runs
      $0.columns = ["error"]
      $0.format = .ndjson
    }

    #expect(csv == "id,error\n1,\(cell)\n")
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
    #expect(object == ["error": text])
  }

  @Test("TSV quotes tabs and ends of lines, and a lone NULL is no blank line")
  func specialCells() throws {
    let id = try store.recordRun(ticks: 0)
    try store.alter("UPDATE runs SET error = 'a' || char(9) || 'b' || char(10) || 'c,\"'")
    let choose: (inout Exporter.Options) -> Void = {
      $0.table = .runs
      $0.columns = ["error", "command"]
    }

    let csv = try export([id]) { choose(&$0) }
    let tsv = try export([id]) {
      choose(&$0)
      $0.format = .tsv
    }
    try store.alter("UPDATE runs SET error = NULL")
    let nothing = try export([id]) {
      $0.table = .runs
      $0.columns = ["error"]
    }

    #expect(csv == "error,command\n\"a\tb\nc,\"\"\",balloonsim run compile.yaml\n")
    #expect(tsv == "error\tcommand\n\"a\tb\nc,\"\"\"\tballoonsim run compile.yaml\n")
    #expect(nothing == "error\n\"\"\n")
  }

  @Test("Whole numbers of every length and reals come out exactly")
  func numbers() throws {
    let id = try store.recordRun(ticks: 0)
    var numbers = [Int64.min, .min + 1, .max]
    var power: Int64 = 1
    for _ in 0...18 {
      numbers += [power, -power, power - 1, power + 1, power / 2 * 9]
      power &*= 10
    }
    let reals = [0.1, -1.5, 1e22, 2.2250738585072014e-308, 1.7976931348623157e308, 123456789.125]
    for number in numbers {
      try store.alter(
        "INSERT INTO tick_hashes SELECT count(*) + (1 << 41), \(number) FROM tick_hashes")
    }
    for real in reals {
      try store.alter(
        "INSERT INTO metrics (id, run_id, name, value, unit) SELECT (1 << 41) + 100 + count(*), 1, 'r', \(real), '' FROM metrics"
      )
    }

    let hashes = try export([id]) {
      $0.table = .tickHashes
      $0.columns = ["hash"]
    }
    let values = try export([id]) {
      $0.table = .metrics
      $0.columns = ["value"]
    }

    #expect(hashes.split(separator: "\n").dropFirst().map { Int64($0) } == numbers)
    #expect(values.split(separator: "\n").suffix(reals.count).map { Double($0) } == reals)
  }

  @Test("Only rows between two times, both of them included, come out")
  func times() throws {
    let id = try store.recordRun(ticks: 6)

    func rows(_ from: Int64?, _ to: Int64?, every: SimDuration? = nil) throws -> [Substring] {
      try export([id]) {
        $0.table = .hostTicks
        $0.columns = ["tick"]
        $0.from = from.map { .zero + .seconds($0) }
        $0.to = to.map { .zero + .seconds($0) }
        $0.every = every
      }.split(separator: "\n").dropFirst().map { $0 }
    }

    #expect(try rows(2, 4) == ["2", "3", "4"])
    #expect(try rows(nil, 1) == ["0", "1"])
    #expect(try rows(4, nil) == ["4", "5"])
    #expect(try rows(6, nil) == [])
    // Spans are counted from boot, wherever the rows begin.
    #expect(try rows(1, nil, every: .seconds(2)) == ["1", "2", "4"])
  }

  @Test("A long table has a row a value, a wide one a row a run")
  func layouts() throws {
    let first = try store.recordRun(ticks: 2)
    let second = try store.recordRun(description(key: "b", seed: 8), ticks: 0)
    try store.alter("UPDATE metrics SET name = 'kills' WHERE run_id = 2 AND guest IS NULL")

    let long = try export([first]) {
      $0.layout = .long
      $0.columns = ["free_pages", "guest", "dirty_pages"]
    }
    let wide = try export([first, second]) {
      $0.table = .metrics
      $0.layout = .wide
    }
    let parameters = try export([second]) {
      $0.table = .parameters
      $0.layout = .wide
      $0.format = .ndjson
    }

    // Values are the column's place plus a thousand times the tick.
    #expect(
      long == """
        run_id,guest,tick,time_ns,name,value
        1,build,0,0,free_pages,7
        1,build,0,0,dirty_pages,12
        1,build,1,1000000000,free_pages,1007
        1,build,1,1000000000,dirty_pages,1012
        1,größer,0,0,free_pages,7
        1,größer,0,0,dirty_pages,12
        1,größer,1,1000000000,free_pages,1007
        1,größer,1,1000000000,dirty_pages,1012

        """)
    #expect(
      wide == """
        run_id,build.held_mean_pages,kills,oom_kills
        1,1280.5,,0.0
        2,1280.5,0.0,

        """)
    #expect(
      parameters == """
        {"run_id":2,"guests.build.boot":"tmem","host.memory":"8GiB","seed":7}

        """)
  }

  @Test("The run's parameters stand on every row when asked, all or those that differ")
  func withParameters() throws {
    let first = try store.recordRun(ticks: 2)
    var other = description(key: "b")
    other.parameters[2].value = "16GiB"
    let second = try store.recordRun(other, ticks: 1)

    let all = try export([first]) {
      $0.table = .hostTicks
      $0.columns = ["tick"]
      $0.parameters = .parameters
    }
    let varying = try export([first, second]) {
      $0.table = .hostTicks
      $0.columns = ["tick"]
      $0.parameters = .varying
      $0.format = .json
    }

    #expect(
      all == """
        tick,parameters.guests.build.boot,parameters.host.memory,parameters.seed
        0,tmem,8GiB,7
        1,tmem,8GiB,7

        """)
    #expect(
      varying == """
        [
        {"run_id":1,"tick":0,"parameters.host.memory":"8GiB"},
        {"run_id":1,"tick":1,"parameters.host.memory":"8GiB"},
        {"run_id":2,"tick":0,"parameters.host.memory":"16GiB"}
        ]

        """)
  }

  @Test(
    "Every table of the database has an export with the rows it has",
    arguments: ResultTable.allCases)
  func everyTable(table: ResultTable) throws {
    let id = try store.recordRun(ticks: 300)
    try store.alter(
      """
      INSERT INTO sweeps (id, name, design, created_at, command, planned_runs) VALUES (1, 's', '{}', '', '', 1);
      INSERT INTO sweep_points VALUES (1, 0, 0, 'a');
      UPDATE runs SET scenario_yaml = '';
      """)
    let count = try store.read("test") {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table.rawValue)")
    }

    for format in Exporter.Format.allCases {
      let text = try export([id]) {
        $0.table = table
        $0.format = format
      }

      let lines = text.split(separator: "\n").count
      let frame = [.csv: 1, .tsv: 1, .json: 2, .ndjson: 0][format]
      #expect(frame.map { lines - $0 } == count, "\(format)")
    }
  }

  @Test("The hashes of ticks say whose they are")
  func tickHashes() throws {
    let id = try store.recordRun(ticks: 300)

    let text = try export([id]) {
      $0.table = .tickHashes
      $0.columns = ["run_id", "guest", "tick"]
    }

    // One stands behind 256 ticks, and the first is number 0.
    #expect(text == "run_id,guest,tick\n1,build,255\n1,größer,255\n")
  }

  @Test("TSV needs no quotes for commas")
  func tsv() throws {
    let id = try makeRun()

    let text = try export([id]) {
      $0.table = .metrics
      $0.columns = ["guest", "name"]
      $0.format = .tsv
    }

    #expect(text == "guest\tname\na,b\tx\n\ty\n\tz\n\tw\n")
  }

  @Test("JSON and NDJSON have an object a row, null for what JSON lacks, and details as objects")
  func json() throws {
    let id = try makeRun()

    let metrics = try export([id]) {
      $0.table = .metrics
      $0.columns = ["name", "value"]
      $0.format = .json
    }
    let events = try export([id]) {
      $0.table = .events
      $0.columns = ["guest", "detail"]
      $0.format = .ndjson
    }
    let nothing = try export([]) { $0.format = .json }

    #expect(
      metrics == """
        [
        {"name":"x","value":0.1},
        {"name":"y","value":1e+21},
        {"name":"z","value":null},
        {"name":"w","value":null}
        ]

        """)
    #expect(
      events == """
        {"guest":null,"detail":{}}
        {"guest":"say \\"hi\\"","detail":{"text":"5\\n"}}

        """)
    #expect(try JSONSerialization.jsonObject(with: Data(metrics.utf8)) is [Any])
    #expect(nothing == "[\n]\n")
  }

  @Test("Ticks are thinned out guest by guest, by the first of each span")
  func thinned() throws {
    let id = try store.recordRun(ticks: 6)

    let text = try export([id]) {
      $0.columns = ["guest", "tick"]
      $0.every = .milliseconds(2500)
    }

    // Spans begin at 0, 2.5 and 5 s; the ticks are a second apart.
    #expect(text == "guest,tick\nbuild,0\nbuild,3\nbuild,5\ngrößer,0\ngrößer,3\ngrößer,5\n")
  }

  @Test("Several runs carry their number, asked for or not")
  func severalRuns() throws {
    let first = try store.recordRun(ticks: 1)
    let second = try store.recordRun(ticks: 1)

    let text = try export([second, first]) {
      $0.table = .hostTicks
      $0.columns = ["tick", "guests_pages"]
    }

    #expect(text == "run_id,tick,guests_pages\n2,0,4\n1,0,4\n")
  }

  @Test("All columns of a tick stand in the header, in the order of the table")
  func header() throws {
    let text = try export([try store.recordRun(ticks: 0)])

    let names = ["run_id", "guest", "tick", "time_ns"] + TickColumn.all.map(\.name)
    #expect(text == names.joined(separator: ",") + "\n")
  }

  @Test("What cannot be exported is an error with the nearest word")
  func wrongOptions() throws {
    #expect(
      throws: RecordingError.unknownColumn("free_page", table: .ticks, nearest: "free_pages")
    ) { try export([]) { $0.columns = ["tick", "free_page"] } }
    #expect(throws: RecordingError.unknownColumn("xyzzy", table: .ticks, nearest: nil)) {
      try export([]) { $0.columns = ["xyzzy"] }
    }
    #expect(throws: Exporter.OptionError.noCadence(.metrics)) {
      try export([]) {
        $0.table = .metrics
        $0.every = .seconds(1)
      }
    }
    #expect(throws: Exporter.OptionError.spanNotPositive(.zero)) {
      try export([]) { $0.every = .zero }
    }
    #expect(throws: Exporter.OptionError.noTime(.runs)) {
      try export([]) {
        $0.table = .runs
        $0.from = .zero
      }
    }
    #expect(throws: Exporter.OptionError.emptySpan(from: .zero + .seconds(2), to: .zero)) {
      try export([]) { ($0.from, $0.to) = (.zero + .seconds(2), .zero) }
    }
    #expect(throws: Exporter.OptionError.noLayout(.events, .long)) {
      try export([]) { ($0.table, $0.layout) = (.events, .long) }
    }
    #expect(throws: Exporter.OptionError.noRun(.sweeps)) {
      try export([]) { ($0.table, $0.parameters) = (.sweeps, .parameters) }
    }
    let id = try store.recordRun(ticks: 0)
    #expect(
      throws: RecordingError.unknownColumn("oom_kill", table: .metrics, nearest: "oom_kills")
    ) {
      try export([id]) { ($0.table, $0.layout, $0.columns) = (.metrics, .wide, ["oom_kill"]) }
    }
  }

  @Test("Many rows arrive in pieces, and an error of the sink ends the export")
  func pieces() throws {
    let id = try store.recordRun(ticks: 2000)
    let exporter = try Exporter(store: store, runs: [id], options: Exporter.Options())
    struct PipeClosed: Error {}
    var sizes: [Int] = []
    var lines = 0

    try exporter.write { piece in
      sizes.append(piece.count)
      lines += piece.count { $0 == UInt8(ascii: "\n") }
    }

    #expect(lines == 4001)
    #expect(sizes.count > 5)
    #expect(sizes.allSatisfy { $0 < 1 << 17 })
    #expect(throws: PipeClosed.self) { try exporter.write { _ in throw PipeClosed() } }
    #expect(try store.runs().count == 1)
  }
}
