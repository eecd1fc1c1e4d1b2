internal import Text

/// Recordings of nmon: MEM lines in MB (2^20 bytes), times in ZZZZ lines; sorted or not.
///
/// nmon has no Committed_AS. -1 and -0.0 mean that there is no value.
struct NmonImporter: TraceImporter {
  static let format = TraceFormat(name: "nmon", summary: "nmon -f")

  private var times: [String: Int64] = [:]
  private var rows: [(tag: String, row: TraceRow, place: TraceField)] = []
  private var columns: [String] = []

  init(_ options: ImportOptions) {}

  static func recognises(_ head: TraceHead) -> Bool {
    head.hasLine(prefix: "AAA,progname,nmon")
      || head.hasLine(prefix: "AAA,") && head.hasLine(prefix: "ZZZZ,")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.hasPrefix("ZZZZ,") { return try readTime(line) }
    if line.hasPrefix("MEM,") { return try readMemory(line, &intake) }
    if line.hasPrefix("AAA,version,") { intake.understood.version = "nmon \(Self.last(line))" }
    if line.hasPrefix("AAA,host,") { intake.understood.host = Self.last(line) }
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    if isOpen { throw intake.lastLine.fault("the line has no end: it seems cut off") }
    for (tag, row, place) in rows {
      guard let time = times[tag] else {
        throw place.fault("no ZZZZ line tells the time of \(tag)")
      }
      var row = row
      row.time = time
      try intake.emit(&row, at: place)
    }
    (rows, times, columns) = ([], [:], [])
  }

  private static func last(_ line: TraceField) -> String {
    line.split(at: UInt8(ascii: ",")).last?.text ?? ""
  }

  /// Reads `ZZZZ,T0001,00:57:14,23-NOV-2026`.
  private mutating func readTime(_ line: TraceField) throws(TraceFault) {
    let fields = line.split(at: UInt8(ascii: ",")).map(\.text)
    guard fields.count >= 4 else { throw line.fault("the line seems cut off") }
    let date = fields[3].split(separator: "-")
    guard date.count == 3,
      let month = TimeStamp.months.firstIndex(where: { $0.uppercased() == date[1].uppercased() }),
      let day = TimeStamp.day([date[2], "\(month + 1)", date[0]]),
      let clock = TimeStamp.time(of: Substring(fields[2]))
    else { throw line.fault("expected a time, found \(quoted(line.text))") }
    if times.updateValue(day + clock, forKey: fields[1]) != nil {
      throw line.fault("a second time for \(fields[1])")
    }
  }

  private mutating func readMemory(
    _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    let fields = line.split(at: UInt8(ascii: ","))
    guard fields.count > 2 else { throw line.fault("the line seems cut off") }
    if fields[1].hasPrefix("Memory") {
      columns = fields.map(\.text)
      intake.understood.names = Array(columns.dropFirst(2))
      intake.understood.isAbsolute = true
      intake.understood.isLocalTime = true
      intake.understood.zone = "of an unnamed zone"
      return
    }
    guard fields.count == columns.count else {
      throw line.fault("\(fields.count) of \(columns.count) fields: the line seems cut off")
    }
    var row = TraceRow()
    for (name, field) in zip(columns, fields) {
      guard let quantity = Self.columns[name], field.first != UInt8(ascii: "-") else { continue }
      intake.declare(name, as: quantity)
      row[quantity] = try field.memory(name, unit: 1_048_576)
    }
    rows.append((fields[1].text, row, line))
  }

  private static let columns: [String: TraceQuantity] = [
    "memtotal": .total, "memfree": .free, "swaptotal": .swapTotal, "swapfree": .swapFree,
    "memshared": .shmem, "cached": .cached, "active": .active, "buffers": .buffers,
    "swapcached": .swapCached, "inactive": .inactive,
  ]
}
