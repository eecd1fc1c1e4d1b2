internal import Text

/// A folder of collectd's csv plugin: a file a value and day, such as `memory-used-2026-11-23`.
///
/// collectd has no Committed_AS. Amounts are in bytes, counters are raw.
struct CollectdImporter: TraceImporter {
  static let format = TraceFormat(name: "collectd", summary: "collectd's csv plugin, a folder")
  static var comesInManyFiles: Bool { true }

  /// Values of one reading come within so many nanoseconds.
  private static let tolerance: Int64 = 250_000_000

  private var join = TraceJoin()
  private var quantities: [TraceQuantity?] = []
  private var last: Int64?
  private var isFirstLine = true

  init(_ options: ImportOptions) {}

  static func recognises(_ head: TraceHead) -> Bool { head.first?.hasPrefix("epoch,") ?? false }

  private static let values: [String: [TraceQuantity?]] = [
    "memory-used": [.used], "memory-free": [.free], "memory-cached": [.cached],
    "memory-buffered": [.buffers], "memory-slab_recl": [.slabReclaimable],
    "memory-slab_unrecl": [.slabUnreclaimable], "memory-available": [.available],
    "swap-used": [.swapUsed], "swap-free": [.swapFree], "swap-cached": [.swapCached],
    "vmpage_io-memory": [.pageIn, .pageOut], "vmpage_io-swap": [.swapIn, .swapOut],
    "vmpage_faults": [.faults, .majorFaults],
  ]

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    let base = name.split(separator: "/").last.map(String.init) ?? ""
    // -2026-11-23, and .gz where it was compressed.
    let plain = base.hasSuffix(".gz") ? String(base.dropLast(3)) : base
    let day = plain.suffix(11)
    let key =
      day.first == "-" && day.filter { $0 == "-" }.count == 3 ? plain.dropLast(11) : plain[...]
    quantities = Self.values[String(key)] ?? []
    for quantity in quantities.compactMap(\.self) { intake.declare(String(key), as: quantity) }
    if !intake.understood.names.contains(String(key)) {
      intake.understood.names.append(String(key))
    }
    (last, isFirstLine) = (nil, true)
    intake.understood.isAbsolute = true
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    if isFirstLine {
      isFirstLine = false
      if line.hasPrefix("epoch,") { return }
    }
    let fields = line.split(at: UInt8(ascii: ","))
    guard let time = fields[0].decimal(places: 9), time >= 0, time < .max else {
      throw fields[0].fault("expected seconds since 1970, found \(quoted(fields[0].text))")
    }
    if let last { try intake.checkOrder(time, after: last, fields[0]) }
    last = time
    if quantities.isEmpty { return }
    guard fields.count == quantities.count + 1 else {
      throw line.fault("\(fields.count) of \(quantities.count + 1) fields: the line seems cut off")
    }
    var row = TraceRow()
    row.time = time
    for (quantity, field) in zip(quantities, fields.dropFirst()) {
      guard let quantity else { continue }
      let name = quantity.column
      row[quantity] =
        try quantity.isCounter ? field.counter(name) : field.memory(name, unit: 1)
    }
    try join.add(row, at: fields[0])
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    join.gather(tolerance: Self.tolerance)
    var hasTotal = false
    join.change { row in
      if let free = row[.swapFree], let used = row[.swapUsed] { row[.swapTotal] = free + used }
      let parts: [TraceQuantity] = [
        .used, .free, .cached, .buffers, .slabReclaimable, .slabUnreclaimable,
      ]
      let amounts = parts.compactMap { row[$0] }
      guard amounts.count == parts.count else { return }
      row[.total] = amounts.reduce(0, +)
      hasTotal = true
    }
    if hasTotal {
      intake.declare("the sum of memory-*", as: .total)
      intake.understood.note("mem_total_kb = the sum of memory-*")
    }
    try join.emit(into: &intake)
  }
}
