import Foundation
import Reporting
import SimulationEngine
import Testing

@testable import Experiments
@testable import Recording

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

    let names = ["run_id", "guest", "tick", "time_ns"] + TickColumn.allCases.map(\.name)
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
