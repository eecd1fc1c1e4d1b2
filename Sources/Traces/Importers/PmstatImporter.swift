internal import Text
internal import Units

/// What PCP's `pmstat` prints: its start in the first line, no times, suffixes within the columns.
struct PmstatImporter: TraceImporter {
  static let format = TraceFormat(name: "pmstat", summary: "PCP: pmstat, with --step")

  private let step: SimDuration?
  private var start: Int64 = 0
  private var columns: [String] = []
  private var count: Int64 = 0

  init(_ options: ImportOptions) { step = options.step }

  static func recognises(_ head: TraceHead) -> Bool {
    head.lines.prefix(3).contains { $0.contains("loadavg") && $0.contains("memory") }
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let words = line.words()
    guard let first = words.first, first.text != "loadavg" else { return }
    if first.text == "@" {
      var rest = line
      rest.bytes = line.bytes.drop { $0 == UInt8(ascii: "@") || $0 == 0x20 }
      guard let stamp = TimeStamp(rest) else {
        throw line.fault("expected a time, found \(quoted(line.text))")
      }
      (start, count) = (stamp.nanoseconds, 0)
      intake.note(stamp)
      return
    }
    if first.text == "1" && words.count > 2 && words[1].text == "min" {
      columns = ["load"] + words.dropFirst(2).map(\.text)
      for name in columns {
        if let quantity = Self.columns[name] { intake.declare(name, as: quantity) }
      }
      intake.understood.names = columns
      return
    }
    guard words.count == columns.count else {
      throw line.fault("\(words.count) of \(columns.count) fields: the line seems cut off")
    }
    guard let step else { throw line.fault("pmstat tells no times: give --step, what its -t was") }
    var row = TraceRow()
    let (time, isTooLarge) = start.addingReportingOverflow(try step.times(count, at: line))
    if isTooLarge { throw line.fault("the time is too far from the first") }
    row.time = time
    count += 1
    for (name, word) in zip(columns, words) {
      if let quantity = Self.columns[name] {
        row[quantity] = try word.humanMemory(name, unit: 1_024)
      }
    }
    intake.understood.note("amounts have three to five digits only (pmstat)")
    try intake.emit(&row, at: line)
  }

  private static let columns: [String: TraceQuantity] = [
    "swpd": .swapUsed, "free": .free, "buff": .buffers, "cache": .cached,
  ]
}
