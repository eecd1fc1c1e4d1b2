internal import Text

/// Sysstat's database one value a line: `sadf -p`.
struct SadfValuesImporter: TraceImporter {
  static let format = TraceFormat(name: "sadf-p", summary: "sysstat: sadf -p -- -r, also -S -W -B")

  private var reading = SysstatReading()
  private var hosts: HostChoice
  private var sample = (row: TraceRow(), percent: Double?.none)
  private var place: TraceField?
  private var order: [String: Int64] = [:]

  init(_ options: ImportOptions) { hosts = HostChoice(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let fields = head.first?.split(at: 0x09), fields.count >= 5 else { return false }
    return fields[1].decimal(places: 0) != nil && TimeStamp(fields[2]) != nil
  }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    order = [:]
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    let fields = line.split(at: 0x09)
    guard fields.count > 4 else { throw line.fault("the line seems cut off") }
    guard try hosts.takes(fields[0].text, at: fields[0], &intake) else { return }
    if fields[1].text == "-1" {
      if fields[3].hasPrefix("LINUX-RESTART"), let stamp = TimeStamp(fields[2]) {
        intake.restart(at: stamp.nanoseconds)
      }
      return
    }
    guard fields.count == 6 else {
      throw line.fault("\(fields.count) of 6 fields: the line seems cut off")
    }
    let name = fields[4].text
    guard let column = SysstatColumn.named(name) else { return }
    guard let stamp = TimeStamp(fields[2]) else {
      throw fields[2].fault("expected a time, found \(quoted(fields[2].text))")
    }
    guard let seconds = fields[1].number(), (0...1e9).contains(seconds) else {
      throw fields[1].fault("expected seconds, found \(quoted(fields[1].text))")
    }
    intake.note(stamp)
    intake.declare(sysstat: [(name, column)])
    if let last = order[name] { try intake.checkOrder(stamp.nanoseconds, after: last, fields[2]) }
    order[name] = stamp.nanoseconds
    if sample.row.time != stamp.nanoseconds || place == nil {
      try finish()
      sample.row.time = stamp.nanoseconds
      place = fields[2]
    }
    try reading.read(column, name, fields[5], seconds: seconds, into: &sample)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try finish()
    try reading.emit(into: &intake)
  }

  private mutating func finish() throws(TraceFault) {
    guard let place else { return }
    try reading.add(sample, at: place)
    sample = (TraceRow(), nil)
    self.place = nil
  }
}
