internal import Recording
internal import Simulation
internal import Text

/// A row a run, with a column for each of its metrics or parameters.
///
/// A metric of a guest is `guest.name`, one of the host or the whole run is its name, a parameter is its path.
struct WideRows: ExportedRows {
  let columns: [String]
  let nested: Set<String> = []
  private let store: ResultStore
  private let table: ResultTable

  init(_ store: ResultStore, _ runs: [Int64], _ options: Exporter.Options) throws {
    self.store = store
    table = options.table
    var order = NameOrder()
    for run in runs {
      order.add(try Self.values(of: run, options.table, store).map(\.name))
    }
    let known = ["run_id"] + order.names
    if let columns = options.columns {
      for name in columns where !known.contains(name) {
        throw RecordingError.unknownColumn(
          name, table: table, nearest: nearestWord(to: name, among: known))
      }
      self.columns = runs.count > 1 && !columns.contains("run_id") ? ["run_id"] + columns : columns
    } else {
      columns = known
    }
  }

  func forEach(
    of owner: Int64, _ body: (UnsafeBufferPointer<StoredCell>) throws -> Void
  ) throws {
    let values = try Self.values(of: owner, table, store) + [("run_id", .integer(owner))]
    let cells = Dictionary(values) { first, _ in first }
    try Cell.withStored(columns.map { cells[$0] ?? .null }, body)
  }

  private static func values(
    of run: Int64, _ table: ResultTable, _ store: ResultStore
  ) throws -> [(name: String, cell: Cell)] {
    if table == .parameters {
      return try store.parameters(of: run).map { ($0.path, $0.cell) }
    }
    return try store.metrics(of: run).map { metric in
      let cell = metric.value.isNaN ? Cell.null : .real(metric.value)
      return (metric.guest.map { "\($0).\(metric.name)" } ?? metric.name, cell)
    }
  }
}

/// Names of many rows in one order: one that only some rows have stands where they have it.
struct NameOrder {
  /// All names so far.
  private(set) var names: [String] = []
  private var known: Set<String> = []

  /// Takes the names of one row.
  mutating func add(_ row: [String]) {
    if row.allSatisfy(known.contains) { return }
    var place = 0
    for name in row {
      if known.insert(name).inserted {
        names.insert(name, at: place)
        place += 1
      } else {
        place = (names.firstIndex(of: name) ?? place) + 1
      }
    }
  }
}

/// The parameters that stand on every row of a run.
struct RunParameters: Sendable {
  /// The columns: the paths behind `parameters.`, which tells them from the table's own.
  let columns: [String]
  private let paths: [String]
  private let store: ResultStore

  init(_ choice: Exporter.Parameters, of runs: [Int64], _ store: ResultStore) throws {
    self.store = store
    var order = NameOrder()
    var first: [String: String] = [:]
    var counts: [String: Int] = [:]
    var varying: Set<String> = []
    for run in runs {
      let parameters = try store.parameters(of: run)
      order.add(parameters.map(\.path))
      for parameter in parameters {
        counts[parameter.path, default: 0] += 1
        if first[parameter.path, default: parameter.value] != parameter.value {
          varying.insert(parameter.path)
        }
        first[parameter.path] = first[parameter.path] ?? parameter.value
      }
    }
    paths = order.names.filter {
      choice == .parameters || varying.contains($0) || counts[$0] != runs.count
    }
    columns = paths.map { "parameters.\($0)" }
  }

  /// A run's values, NULL where it has none.
  func cells(of run: Int64) throws -> [Cell] {
    let cells = Dictionary(try store.parameters(of: run).map { ($0.path, $0.cell) }) { a, _ in a }
    return paths.map { cells[$0] ?? .null }
  }
}

extension Parameter {
  /// The value: a number if that is written in the same way, else a text such as `5s`.
  var cell: Cell {
    if let number = Int64(value), "\(number)" == value { return .integer(number) }
    if let number = Double(value), "\(number)" == value, number.isFinite { return .real(number) }
    return .text(value)
  }
}

extension Cell {
  /// Calls `body` with the cells where they are.
  static func withStored<Result>(
    _ cells: [Cell], _ body: (UnsafeBufferPointer<StoredCell>) throws -> Result
  ) rethrows -> Result {
    let texts = cells.map { cell -> [UInt8] in
      if case .text(let text) = cell { Array(text.utf8) } else { [] }
    }
    let bytes = texts.flatMap { $0 }
    return try bytes.withUnsafeBufferPointer { bytes in
      var place = 0
      let stored = zip(cells, texts).map { cell, text -> StoredCell in
        defer { place += text.count }
        switch cell {
        case .null: return .null
        case .integer(let number): return .integer(number)
        case .real(let number): return .real(number)
        case .text:
          return .text(UnsafeBufferPointer(rebasing: bytes[place..<place + text.count]))
        }
      }
      return try stored.withUnsafeBufferPointer(body)
    }
  }
}
