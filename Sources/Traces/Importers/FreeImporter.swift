internal import Text

/// What `free -s` prints: a block of lines a sample, with no time, unless somebody put one above each.
///
/// free has no Committed_AS. Amounts are kB, or have a suffix (-h), or are what `unit` says.
struct FreeImporter: TraceImporter {
  static let format = TraceFormat(name: "free", summary: "free -s, with --step or times between")

  private let options: ImportOptions
  private var columns: [String] = []
  private var row = TraceRow()
  private var place: TraceField?
  private var time: Int64?
  private var count: Int64 = 0

  init(_ options: ImportOptions) { self.options = options }

  static func recognises(_ head: TraceHead) -> Bool {
    head.lines.prefix(4).contains { isHeader($0.words()) }
  }

  private static func isHeader(_ words: [TraceField]) -> Bool {
    words.count >= 6 && words[0].text == "total" && words[1].text == "used"
      && words[2].text == "free"
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let words = line.words()
    guard let first = words.first else { return }
    if Self.isHeader(words) {
      try finish(&intake)
      columns = words.map(\.text)
      guard let next = try options.step?.times(count, at: line) ?? time else {
        throw line.fault(
          "no time in it: put a line of `date -u +%FT%TZ` before each, or give --step")
      }
      row.time = next
      place = line
      count += 1
    } else if first.text == "Mem:" {
      guard place != nil else { throw line.fault("a row without a header line before it") }
      guard words.count == columns.count + 1 else {
        throw line.fault("\(words.count) of \(columns.count + 1) fields: the line seems cut off")
      }
      for (name, word) in zip(columns, words.dropFirst()) {
        guard let quantity = Self.columns[name] else { continue }
        intake.declare(name, as: quantity)
        row[quantity] = try amount(word, name)
      }
      intake.understood.names = columns
    } else if first.text == "Swap:" {
      guard words.count >= 4 else { throw line.fault("the line seems cut off") }
      row[.swapTotal] = try amount(words[1], "swap total")
      row[.swapUsed] = try amount(words[2], "swap used")
      row[.swapFree] = try amount(words[3], "swap free")
      intake.declare("Swap: used", as: .swapUsed)
    } else if first.hasPrefix("-/+") || ["Low:", "High:", "Total:", "Comm:"].contains(first.text) {
      return
    } else if let stamp = TimeStamp(line) {
      try finish(&intake)
      intake.note(stamp)
      time = stamp.nanoseconds
    } else {
      throw line.fault("expected a line of free, found \(quoted(line.text))")
    }
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) { try finish(&intake) }

  private static let columns: [String: TraceQuantity] = [
    "total": .total, "used": .used, "free": .free, "shared": .shmem, "buffers": .buffers,
    "cached": .cached, "cache": .cached, "buff/cache": .cached, "available": .available,
  ]

  private func amount(_ field: TraceField, _ name: String) throws(TraceFault) -> Int64? {
    try field.humanMemory(name, unit: try options.unitBytes(.kernelKilobytes, at: field))
  }

  private mutating func finish(_ intake: inout TraceIntake) throws(TraceFault) {
    guard let place else { return }
    guard row.present != 0 else { throw place.fault("no line 'Mem:' below this header") }
    try intake.emit(&row, at: place)
    row.clear()
    (self.place, time) = (nil, nil)
  }
}
