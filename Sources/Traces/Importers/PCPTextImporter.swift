internal import Text

/// What Performance Co-Pilot prints as tables: `pmrep -o csv`, `pmrep` itself, and `pmdumptext` with a header line.
///
/// Counters come as rates. Amounts are in kB, those of pmdumptext in bytes, unless the header (or `unit`) tells another
/// unit.
struct PCPTextImporter: TraceImporter {
  static let format = TraceFormat(name: "pcp", summary: "PCP: pmrep, pmrep -o csv, pmdumptext")

  private enum Layout { case commas, tabs, blanks }

  private let options: ImportOptions
  private var layout = Layout.commas
  private var names: [String] = []
  private var units: [String] = []
  private var rates = TraceRates()
  private var last: Int64?
  private var lastClock: Int64 = 0

  init(_ options: ImportOptions) { self.options = options }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.content.first else { return false }
    return layout(of: first) != nil
  }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    (names, units) = ([], [])
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty || line.first == UInt8(ascii: "#") { return }
    if let layout = Self.layout(of: line) { return readHeader(line, layout, &intake) }
    if names.isEmpty { throw line.fault("a row without a header line before it") }
    if layout == .blanks, units.isEmpty {
      units = line.words().map(\.text)
      return
    }
    let fields = Self.fields(line, layout)
    guard fields.count == names.count else {
      throw line.fault("\(fields.count) of \(names.count) fields: the line seems cut off")
    }
    var row = TraceRow()
    row.time = try time(fields[0], &intake)
    let seconds = last.map { Double(row.time &- $0) / 1e9 }
    if let last { try intake.checkOrder(row.time, after: last, fields[0]) }
    last = row.time
    for (index, name) in names.enumerated().dropFirst() {
      guard let quantity = Self.quantity(name) else { continue }
      if quantity.isCounter {
        guard let rate = try fields[index].rate(name) else { continue }
        row[quantity] = rates.add(quantity, rate * (seconds ?? 0))
      } else {
        row[quantity] = try fields[index].humanMemory(name, unit: try unit(index, fields[index]))
      }
    }
    try intake.emit(&row, at: fields[0])
  }

  /// How a header line separates its fields; nothing if the line is none.
  private static func layout(of line: TraceField) -> Layout? {
    let isMetric = { (field: TraceField) in
      ["mem.", "m.u.", "m.p", "swap.", "m.v."].contains { field.text.contains($0) }
    }
    if line.hasPrefix("Time,") || line.hasPrefix("\"Time\",") { return .commas }
    if line.hasPrefix("Time\t") || line.hasPrefix("Metric\t") { return .tabs }
    let words = line.words()
    return words.count > 0 && words.count < 200 && line.first == 0x20
      && words.allSatisfy { $0.contains(UInt8(ascii: ".")) && $0.number() == nil }
      && words.contains(where: isMetric) ? .blanks : nil
  }

  private static func fields(_ line: TraceField, _ layout: Layout) -> [TraceField] {
    switch layout {
    case .commas: line.csvFields(UInt8(ascii: ","))
    case .tabs: line.csvFields(0x09)
    case .blanks: line.words()
    }
  }

  private mutating func readHeader(
    _ line: TraceField, _ layout: Layout, _ intake: inout TraceIntake
  ) {
    self.layout = layout
    names = (layout == .blanks ? ["Time"] : []) + Self.fields(line, layout).map(\.text)
    units = []
    for name in names.dropFirst() {
      if !intake.understood.names.contains(name) { intake.understood.names.append(name) }
      if let quantity = Self.quantity(name) { intake.declare(name, as: quantity) }
    }
    if layout == .tabs, options.unit == nil {
      intake.understood.note("amounts are read as bytes, pmdumptext's unit (--unit tells another)")
    }
  }

  /// The bytes of a column's unit.
  private func unit(_ index: Int, _ place: TraceField) throws(TraceFault) -> Double {
    let told = layout == .blanks ? units.dropFirst(index - 1).first : Self.toldUnit(names[index])
    if options.unit == nil, let told, let bytes = Self.bytes[told.lowercased()] { return bytes }
    return try options.unitBytes(layout == .tabs ? .bytes : .kernelKilobytes, at: place)
  }

  /// The unit behind a metric's name, as in `mem.util.free (Kbyte)`.
  private static func toldUnit(_ name: String) -> String? {
    guard let open = name.firstIndex(where: { $0 == "(" || $0 == " " || $0 == "/" }) else {
      return nil
    }
    return name[open...].filter { $0.isLetter }
  }

  private static let bytes: [String: Double] = [
    "byte": 1, "b": 1, "kbyte": 1_024, "kb": 1_024, "mbyte": 1_048_576, "mb": 1_048_576,
    "gbyte": 1_073_741_824, "gb": 1_073_741_824,
  ]

  /// What a metric is read as; the name may be shortened by pmrep (`m.u.free`) and have a host before it.
  private static func quantity(_ name: String) -> TraceQuantity? {
    var metric = name.prefix { $0 != " " && $0 != "(" && $0 != "/" }
    if let colon = metric.lastIndex(of: ":") { metric = metric[metric.index(after: colon)...] }
    if metric == "mem.physmem" || metric == "m.physmem" { return .total }
    if metric.hasSuffix("swap.pagesin") || metric == "s.pagesin" { return .swapIn }
    if metric.hasSuffix("swap.pagesout") || metric == "s.pagesout" { return .swapOut }
    if metric.hasPrefix("mem.vmstat.") || metric.hasPrefix("m.v.") {
      let quantity = TraceQuantity.named(metric.split(separator: ".").last.map(String.init) ?? "")
      return quantity?.isCounter == true ? quantity : nil
    }
    guard metric.hasPrefix("mem.util.") || metric.hasPrefix("m.u.") else { return nil }
    return metrics[metric.split(separator: ".").last.map(String.init) ?? ""]
  }

  private static let metrics: [String: TraceQuantity] = [
    "committed_AS": .committed, "commitLimit": .commitLimit, "free": .free, "used": .used,
    "available": .available, "bufmem": .buffers, "cached": .cached, "active": .active,
    "inactive": .inactive, "swapCached": .swapCached, "swapTotal": .swapTotal,
    "swapFree": .swapFree, "dirty": .dirty, "slab": .slab, "slabReclaimable": .slabReclaimable,
    "anonpages": .anon, "shmem": .shmem,
  ]

  /// A time with or without its day; a clock alone counts from the first day, and a new day begins when it falls.
  private mutating func time(
    _ field: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) -> Int64 {
    if let stamp = TimeStamp(field) {
      intake.note(stamp)
      return stamp.nanoseconds
    }
    if let clock = TimeStamp.time(of: Substring(field.text)) {
      let day = 24 * TimeStamp.hour
      let before = last ?? clock
      if before > .max - 2 * day { throw field.fault("the time is too far from the first") }
      let time = before - before % day + clock
      intake.understood.isLocalTime = true
      return before - time > day / 2 ? time + day : time
    }
    if let stamp = TimeStamp.withoutYear(field) {
      intake.understood.isLocalTime = true
      return stamp
    }
    throw field.fault("expected a time, found \(quoted(field.text))")
  }
}
