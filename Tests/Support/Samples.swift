package import Foundation
import GRDB
package import Recording
package import Simulation
import Units

/// A folder of one test, removed with the last reference.
package final class Folder {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "balloonsim-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      print("\(url.path) stays behind: \(error)")
    }
  }

  package func path(_ name: String = "runs.sqlite") -> String { url.appending(path: name).path }
}

/// Two guests, three parameters; keys are made of one digit.
package func description(key: Character = "a", seed: UInt64 = 7) -> RunDescription {
  RunDescription(
    key: String(repeating: key, count: 64), scenarioName: "compile",
    scenarioYAML: "name: compile\n",
    seed: seed, version: "0.1.0", driver: "4.19", command: "balloonsim run compile.yaml",
    traceProvenance: "[]", hostFacts: "{}", guests: ["build", "größer"],
    parameters: [
      Parameter(path: "seed", value: "7", number: 7),
      Parameter(path: "guests.build.boot", value: "tmem", number: nil),
      Parameter(path: "host.memory", value: "8GiB", number: 2_097_152),
    ])
}

/// The values of a tick: the column's place plus a thousand times the tick.
package func tickValues(_ tick: Int64) -> [Int64] {
  TickColumn.all.indices.map { Int64($0) + 1000 * tick }
}

extension RunRecorder {
  /// Records the ticks of both guests and the host, one second apart.
  package func record(ticks: Range<Int64>) throws {
    for tick in ticks {
      let time = SimTime(nanoseconds: tick * 1_000_000_000)
      for guest in guests.indices {
        try tickValues(tick).withUnsafeBufferPointer {
          try self.tick(guest: guest, tick: tick, time: time, values: $0)
        }
      }
      try [tick, 2, 3, 4].withUnsafeBufferPointer {
        try hostTick(tick: tick, time: time, values: $0)
      }
    }
  }
}

extension RunSummary {
  /// A short ending with a metric of a guest and one of the host.
  package static let sample = RunSummary(
    simulated: .seconds(3), fingerprint: "0123456789abcdef", ingredients: [("events", "11")],
    metrics: [
      Metric(guest: "build", name: "held_mean_pages", value: 1280.5, unit: "pages"),
      Metric(guest: nil, name: "oom_kills", value: 0, unit: "count"),
    ])
}

extension ResultStore {
  /// Records a finished run of some ticks.
  package func recordRun(_ run: RunDescription = description(), ticks: Int64 = 3) throws -> Int64 {
    let id = try begin(run)
    let recorder = RunRecorder(store: self, run: id, guests: run.guests)
    try recorder.record(ticks: 0..<ticks)
    try recorder.finish(.sample)
    return id
  }

  /// Rows of a table as they are stored.
  package func cells(of table: ResultTable, run: Int64, columns: [String]? = nil) throws -> [[Cell]]
  {
    var rows: [[Cell]] = []
    try forEachRow(of: table, run: run, columns: try self.columns(of: table, named: columns)) {
      rows.append($0)
    }
    return rows
  }

  /// Changes the file behind the store's back.
  package func alter(_ sql: String) throws {
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
  }
}
