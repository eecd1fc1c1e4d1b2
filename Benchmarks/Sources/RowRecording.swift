import Recording
import Simulation
import SimulationEngine
import Units

/// Rows of `ticks` through the recorder and the store, against `sqlrows insert`.
enum RowRecording {
  /// Rows in a transaction.
  static let rowsPerWrite = 4096

  /// `record DB ROWS`: ticks of one run; DB must not be there yet.
  static func run(_ arguments: Arguments) throws {
    let path = try arguments.text(0, "DB")
    let rows = try arguments.count(1, "ROWS")
    let store = try ResultStore(path: path, create: true)
    let run = try store.begin(.bare(scenario: "rows", guests: ["guest"]))
    let recorder = RunRecorder(
      store: store, run: run, guests: ["guest"], rowsPerWrite: rowsPerWrite)
    let columns = TickColumn.all.count
    let values = UnsafeMutableBufferPointer<Int64>.allocate(capacity: columns)
    for index in values.indices { values[index] = powerOfTwoThousand(index) }
    defer { values.deallocate() }
    var random = RandomStream(state: 42)
    let watch = Stopwatch()
    for tick in 0..<Int64(rows) {
      // Counters that move a little each tick, as those of `sqlrows`.
      for index in values.indices {
        values[index] = max(values[index] + Int64(random.below(201)) - 100, 0)
      }
      try recorder.tick(
        guest: 0, tick: tick, time: .zero + .seconds(tick), values: UnsafeBufferPointer(values))
    }
    try recorder.interrupt()
    let seconds = watch.processor
    try store.close()
    print(
      "record rows=\(rows) columns=\(columns + 5)",
      "cpu_krows_s=\(decimal(Double(rows) / seconds / 1e3))")
  }

  private static func powerOfTwoThousand(_ index: Int) -> Int64 { 1000 << Int64(index % 10) }

  /// `columns`: how many columns a row of `ticks` has.
  static func printColumns() { print("columns=\(TickColumn.all.count + 5)") }
}

extension RunDescription {
  /// A run of which only the name and the guests matter.
  static func bare(scenario: String, guests: [String]) -> RunDescription {
    RunDescription(
      key: String(repeating: "0", count: 64), scenarioName: scenario, scenarioYAML: "", seed: 1,
      version: "benchmark", driver: "4.19", command: "benchmark", guests: guests, parameters: [])
  }
}
