internal import Text

/// The Google cluster trace of 2019: rows of InstanceUsage as CSV, with a header line.
///
/// Memory is a share of the largest machine, which `memory` tells; times are microseconds.
struct GoogleImporter: TraceImporter {
  static let format = TraceFormat(name: "google-2019", summary: "Google 2019: InstanceUsage as CSV")

  private let options: ImportOptions
  private var hosts: HostChoice
  private var join = TraceJoin()
  private var names: [String] = []

  init(_ options: ImportOptions) {
    self.options = options
    hosts = HostChoice(options)
  }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.content.first else { return false }
    return first.contains("start_time") && first.contains("end_time")
      && first.contains("average_usage")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    let fields = line.csvFields(UInt8(ascii: ","))
    if names.isEmpty {
      names = fields.map(\.text)
      intake.understood.names = names
      intake.understood.averages = "each over the time from start_time to end_time"
      return
    }
    guard fields.count == names.count else {
      throw line.fault("\(fields.count) of \(names.count) fields: the line seems cut off")
    }
    func field(_ name: String) -> TraceField? { names.firstIndex(of: name).map { fields[$0] } }
    let host = ["collection_id", "instance_index"].compactMap { field($0)?.text }.joined(
      separator: "/")
    guard try hosts.takes(host, at: line, &intake) else { return }
    guard let start = field("start_time"), let time = start.decimal(places: 3), time >= 0,
      time < .max
    else { throw line.fault("start_time: expected microseconds") }
    var row = TraceRow()
    row.time = time
    var used = field("average_usage.memory") ?? field("average_usage_memory")
    if used == nil { used = try Self.memory(field("average_usage"), line) }
    row[.used] = try share(used ?? line, "average_usage.memory", .used, &intake)
    if let cache = field("page_cache_memory") {
      row[.cached] = try share(cache, "page_cache_memory", .cached, &intake)
    }
    if let name = options.committedColumn {
      guard let column = field(name) else {
        throw line.fault(unknownWord("column", name, known: names))
      }
      row[.committed] = try share(column, name, .committed, &intake)
      intake.understood.substitute("committed_kb = \(name), a share of \(options.memory ?? 0) kB")
    }
    try join.add(row, at: start)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try join.emit(into: &intake)
  }

  private func share(
    _ field: TraceField, _ name: String, _ quantity: TraceQuantity, _ intake: inout TraceIntake
  ) throws(TraceFault) -> Int64? {
    intake.declare(name, as: quantity)
    guard let memory = options.memory else {
      throw field.fault(
        "memory is a share of the largest machine: give that machine's memory with --memory")
    }
    return try field.memory(name, unit: Double(memory) * 1_024)
  }

  /// The memory in `{"cpus":0.01,"memory":0.002}`, in quotes doubled or not.
  private static func memory(
    _ usage: TraceField?, _ line: TraceField
  ) throws(TraceFault) -> TraceField {
    guard var field = usage else { throw line.fault("no column average_usage") }
    let parts = field.bytes.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ":") }
    let clean = parts.map { part in
      part.drop { !TraceField.isNumeric($0) }.prefix { TraceField.isNumeric($0) }
    }
    for (index, part) in parts.enumerated().dropLast()
    where String(decoding: part, as: UTF8.self).contains("memory") {
      field.bytes = clean[index + 1]
      return field
    }
    throw field.fault("average_usage has no memory: \(quoted(field.text))")
  }
}
