internal import Text

/// Counters of a Perfetto trace as CSV, as trace_processor gives them: columns `ts` (ns), `name` and `value`.
///
/// Names are those of /proc/meminfo, in bytes, or of the recording's enumeration (`MEMINFO_COMMITED_AS`), in kB.
struct PerfettoImporter: TraceImporter {
  static let format = TraceFormat(
    name: "perfetto", summary: "Perfetto: counters of linux.sys_stats as CSV (ts,name,value)")

  private let options: ImportOptions
  private var join = TraceJoin()
  private var names: [String] = []

  init(_ options: ImportOptions) { self.options = options }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let names = head.content.first?.csvFields(UInt8(ascii: ",")).map(\.text) else {
      return false
    }
    return names.contains("ts") && names.contains("name") && names.contains("value")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    let fields = line.csvFields(UInt8(ascii: ","))
    if names.isEmpty {
      names = fields.map(\.text)
      return
    }
    guard fields.count == names.count, let name = names.firstIndex(of: "name"),
      let ts = names.firstIndex(of: "ts"), let value = names.firstIndex(of: "value")
    else { throw line.fault("\(fields.count) of \(names.count) fields: the line seems cut off") }
    let text = fields[name].text
    guard let quantity = Self.quantity(text) else { return }
    guard let time = fields[ts].decimal(places: 0), time < .max, time > -.max else {
      throw fields[ts].fault("ts: expected nanoseconds, found \(quoted(fields[ts].text))")
    }
    if !intake.understood.names.contains(text) { intake.understood.names.append(text) }
    intake.declare(text, as: quantity)
    let usual: MemoryUnit = text.hasPrefix("MEMINFO_") ? .kernelKilobytes : .bytes
    let amount =
      try quantity.isCounter
      ? fields[value].counter(text)
      : fields[value].memory(text, unit: try options.unitBytes(usual, at: fields[value]))
    if let amount { try join.set(quantity, amount, time: time, at: fields[ts]) }
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    intake.understood.note("times count from the start of the machine (Perfetto's clock)")
    try join.emit(into: &intake)
  }

  /// What a counter is read as, however its name is written.
  private static func quantity(_ name: String) -> TraceQuantity? { byName[plain(name)] }

  private static func plain(_ name: String) -> String {
    let known = ["meminfo_", "meminfo.", "vmstat_", "vmstat.", "mem."]
    let lower = name.lowercased()
    let rest = known.first { lower.hasPrefix($0) }.map { lower.dropFirst($0.count) } ?? lower[...]
    return rest.filter { $0 != "_" && $0 != " " }
  }

  private static let byName: [String: TraceQuantity] = {
    var table: [String: TraceQuantity] = [
      "commitedas": .committed, "memcommitedas": .committed, "slabreclaimable": .slabReclaimable,
      "slabunreclaimable": .slabUnreclaimable, "anonpages": .anon,
    ]
    for quantity in TraceQuantity.allCases where !quantity.kernelName.isEmpty {
      table[plain(quantity.kernelName)] = quantity
    }
    return table
  }()
}
