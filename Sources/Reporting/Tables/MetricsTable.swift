private import Foundation
public import Simulation
public import Text

/// The metrics of runs side by side, one line a metric.
public struct MetricsTable: Sendable {
  /// A run's column.
  public struct Run: Sendable {
    /// What stands above it.
    public var title: String
    /// The run's metrics.
    public var metrics: [Metric]

    /// A run's column.
    public init(title: String, metrics: [Metric]) {
      self.title = title
      self.metrics = metrics
    }
  }

  private struct Name: Hashable {
    var guest: String?
    var name: String
    var unit: String
  }

  private var runs: [Run]
  private let showsChange: Bool

  /// A table of these runs, in their order; two are followed by what changed unless both answer the same question.
  public init(_ runs: [Run], showsChange: Bool = true) {
    self.runs = runs
    self.showsChange = showsChange && runs.count == 2
  }

  /// Lines in the order in which the runs name their metrics; one unit a line. The guest has a column of
  /// its own if there are several, and two runs are followed by the change from the first to the second.
  public var table: TableText {
    let names = order
    let hasGuests = Set(names.map(\.guest)).count > 1
    let values = runs.map { run in
      Dictionary(
        run.metrics.map { (Name(guest: $0.guest, name: $0.name, unit: $0.unit), $0.value) },
        uniquingKeysWith: { first, _ in first })
    }
    var columns = [TableText.Column("metric"), TableText.Column("unit")]
    if hasGuests { columns.insert(TableText.Column("guest"), at: 0) }
    columns += runs.map { TableText.Column($0.title, .right) }
    if showsChange { columns.append(TableText.Column("change", .right)) }
    let rows = names.map { name in
      let figures = values.map { $0[name] ?? .nan }
      let largest = figures.filter(\.isFinite).map(abs).max() ?? 0
      let scale = UnitScale(unit: name.unit, largest: largest)
      let isMemory = name.name.hasPrefix("memory_")
      let killed = runs.map { isMemory && Casualties.kills(in: $0.metrics, guest: name.guest) > 0 }
      let isSaving = name.name.hasPrefix("memory_saved")
      let texts = zip(figures, killed).map {
        isSaving && $1 ? "by killing: \(scale.text($0))" : scale.text($0)
      }
      var row = [Self.shown(name.name, unit: name.unit), scale.unit] + texts
      if hasGuests { row.insert(name.guest ?? "host", at: 0) }
      if showsChange {
        // Memory that somebody had to die for is no improvement in percent.
        row.append(
          killed.contains(true) ? "" : Self.change(from: figures[0], to: figures[1]))
      }
      return row
    }
    return TableText(columns: columns, rows: rows)
  }

  /// The table in lines of at most `width` characters, and below it which guests hunt.
  public func text(width: Int? = nil) -> String {
    let verdicts = runs.flatMap { HuntingVerdict.sentences($0.metrics, in: $0.title) }
    return table.text(width: width)
      + verdicts.map { TableText.wrapped($0, width: width) + "\n" }.joined()
  }

  /// A metric's name without a unit in which it is not shown.
  static func shown(_ name: String, unit: String) -> String {
    let isShownOtherwise =
      ["pages", "bytes", "ns", "s"].contains(unit) && name.hasSuffix("_" + unit)
    return isShownOtherwise ? String(name.dropLast(unit.count + 1)) : name
  }

  /// Every metric once, guest after guest; what only a later run has comes last in its guest.
  private var order: [Name] {
    let all = runs.flatMap(\.metrics).map { Name(guest: $0.guest, name: $0.name, unit: $0.unit) }
    var guests: [String?] = []
    for name in all where !guests.contains(name.guest) { guests.append(name.guest) }
    var seen: Set<Name> = []
    let once = all.filter { seen.insert($0).inserted }
    return guests.flatMap { guest in once.filter { $0.guest == guest } }
  }

  /// The change in percent of the first; empty where there is none or none can be told.
  private static func change(from first: Double, to second: Double) -> String {
    guard first.isFinite, second.isFinite, first != second, first != 0 else { return "" }
    let percent = (second - first) / abs(first) * 100
    // What rounds to nothing, or is so much that the first value was next to nothing, says nothing.
    guard (0.05..<100_000).contains(abs(percent)) else { return "" }
    return (percent > 0 ? "+" : "") + UnitScale(unit: "%", largest: abs(percent)).text(percent)
      + "%"
  }
}

extension Metric: JSONValue {
  /// A JSON object.
  public var json: JSON { ["guest": guest, "name": name, "value": value, "unit": unit] }
}
