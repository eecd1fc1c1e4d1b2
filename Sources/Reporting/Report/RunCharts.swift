internal import Recording
internal import Scenarios
internal import Simulation
internal import Units

/// The charts of one guest of a run.
struct RunCharts {
  private let store: ResultStore
  private let run: RunRecord
  private let guest: String
  private let moments: Int
  private let axis: TimeAxis

  init(_ store: ResultStore, run: RunRecord, guest: String, moments: Int) throws {
    (self.store, self.run, self.guest, self.moments) = (store, run, guest, moments)
    axis = try TimeAxis(store, [run])
  }

  /// Memory in layers, with what it was meant to be.
  func memory(id: String, name: String) throws -> ReportPage.Chart {
    let memory = try MemoryLayers(store, run: run, guest: guest, parts: moments)
    var chart = ChartData(
      x: axis.title, y: "MiB", places: memory.points.map { axis.value($0.time) }, series: [])
    for place in memory.seen {
      let layer = MemoryLayers.layers[place]
      chart.series.append(
        .init(
          name: layer.title, colour: layer.colour, kind: .layer,
          values: memory.points.map { $0.layers[place] }))
    }
    let dashes: [[Int]] = [[], [7, 4], [2, 3]]
    for (place, line) in MemoryLayers.lines.enumerated()
    where memory.points.contains(where: { $0.lines[place] != nil }) {
      chart.series.append(
        .init(
          name: line.title, colour: line.colour, kind: .step, dash: dashes[place],
          values: memory.points.map { $0.lines[place] }))
    }
    chart.marks = try MarkedEvent.all(store, run: run, guest: guest).map {
      (axis.value($0.time), $0.isNamed ? $0.label : "")
    }
    return ReportPage.Chart(
      id: id, title: "Memory of \(name) over time",
      caption: """
        What the memory of \(name) is used for, in layers, beside committed memory, the worker's goal and its target. Moments \
        in between are left out, never a peak.
        """, data: chart.json)
  }

  /// How long accesses waited in each tick, by cause; nothing if none did.
  func stalls(id: String, name: String) throws -> ReportPage.Chart? {
    let interval =
      if case .every(let length) = run.recording { length.text } else { "a tick" }
    let causes: [(TickColumn, String, String, [Int])] = [
      (.stallReclaim, "reclaim", PlotColour.vermilion, []),
      (.stallDisk, "disks", PlotColour.blue, [7, 4]),
      (.stallSwap, "swap", PlotColour.purple, [2, 3]),
      (.stallTmem, "tmem", PlotColour.green, [9, 3, 2, 3]),
    ]
    let ticks = try TickSeries(
      store, run: run, guest: guest, columns: causes.map(\.0), parts: moments, of: .increments)
    let places = ticks.points.map { axis.value(Double($0.time) / 1e9) }
    let series = causes.indices.compactMap { place -> ChartData.Series? in
      let values = ticks.points.map { Double($0.values[place]) / 1e6 }
      guard values.contains(where: { $0 > 0 }) else { return nil }
      let (_, title, colour, dash) = causes[place]
      return .init(name: title, colour: colour, kind: .step, dash: dash, values: values)
    }
    if series.isEmpty { return nil }
    let chart = ChartData(
      x: axis.title, y: "ms waited in \(interval)", places: places, series: series)
    return ReportPage.Chart(
      id: id, title: "Waits in \(name) over time",
      caption: "How long accesses in \(name) waited in \(interval), by what for.", data: chart.json)
  }

  /// Memory held by several guests or runs, over one another.
  static func overlay(
    _ guests: [(name: String, ticks: TickSeries)], id: String, axis: TimeAxis
  ) -> ReportPage.Chart {
    let times = Set(guests.flatMap { $0.ticks.points.map(\.time) }).sorted()
    let dashes: [[Int]] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [12, 5]]
    let series = guests.enumerated().map { place, guest in
      // Each level lasts until the next tick of its own run.
      var next = guest.ticks.points[...]
      var level: Double?
      let values = times.map { time -> Double? in
        while let point = next.first, point.time <= time {
          level = Double(point.values[0]) / 256
          next = next.dropFirst()
        }
        return next.isEmpty && guest.ticks.points.last.map { $0.time < time } ?? true ? nil : level
      }
      return ChartData.Series(
        name: guest.name, colour: PlotColour.lines[place % PlotColour.lines.count], kind: .step,
        dash: dashes[place % dashes.count], values: values)
    }
    let chart = ChartData(
      x: axis.title, y: "MiB", places: times.map { axis.value(Double($0) / 1e9) }, series: series)
    return ReportPage.Chart(
      id: id, title: "Memory held over time",
      caption: "The RAM that each guest had (total_ram_pages).", data: chart.json)
  }
}
