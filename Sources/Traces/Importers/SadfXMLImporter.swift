/// Sysstat's database as XML: `sadf -x`, of the old and the present layout; every element stands on its own line.
struct SadfXMLImporter: TraceImporter {
  static let format = TraceFormat(name: "sadf-x", summary: "sysstat: sadf -x -- -r, also -S -W -B")

  private var reading = SysstatReading()
  private var hosts: HostChoice
  private var isTaken = true
  private var isWhole = false
  private var sample = (row: TraceRow(), percent: Double?.none)
  private var place: TraceField?
  private var seconds = 0.0
  private var isInMemory = false
  private var last: Int64?

  init(_ options: ImportOptions) { hosts = HostChoice(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    head.first?.trimmed().first == UInt8(ascii: "<") && head.contains("<sysstat")
  }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    (isWhole, last) = (false, nil)
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let text = line.trimmed()
    if text.hasPrefix("</sysstat>") { isWhole = true }
    if text.hasPrefix("<host ") {
      guard let name = Self.attributes(text).first(where: { $0.name == "nodename" }) else { return }
      isTaken = try hosts.takes(name.value.text, at: name.value, &intake)
    }
    if !isTaken { return }
    if text.hasPrefix("<boot ") {
      let values = Self.attributes(text)
      func value(_ name: String) -> String { values.first { $0.name == name }?.value.text ?? "" }
      let stamp = TimeStamp(day: value("date"), clock: value("time"), zone: "")
      intake.restart(at: stamp?.nanoseconds ?? 0)
    }
    if text.hasPrefix("<timestamp ") { try beginSample(text, &intake) }
    if text.hasPrefix("</timestamp>") { try endSample(&intake) }
    if text.hasPrefix("<memory") { isInMemory = true }
    if text.hasPrefix("</memory>") { isInMemory = false }
    guard place != nil else { return }
    if text.hasPrefix("<paging ") || text.hasPrefix("<swap-pages ") {
      for (name, value) in Self.attributes(text) {
        if let column = SysstatColumn.member(name) { try take(column, name, value, &intake) }
      }
    } else if isInMemory {
      // <memfree>786072</memfree>
      let parts = text.bytes.split { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
      guard parts.count == 3 else { return }
      let name = String(decoding: parts[0], as: UTF8.self)
      guard let column = SysstatColumn.member(name) else { return }
      var value = text
      value.bytes = parts[1]
      try take(column, name, value, &intake)
    }
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    if !isWhole { throw intake.lastLine.fault("'</sysstat>' is missing: the file seems cut off") }
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try reading.emit(into: &intake)
  }

  private mutating func take(
    _ column: SysstatColumn, _ name: String, _ value: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    intake.declare(sysstat: [(name, column)])
    try reading.read(column, name, value, seconds: seconds, into: &sample)
  }

  private mutating func beginSample(
    _ text: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    if place != nil { throw text.fault("a sample within a sample") }
    let attributes = Self.attributes(text)
    func value(_ name: String) -> String {
      attributes.first { $0.name == name }?.value.text ?? ""
    }
    let zone = value("tz").isEmpty ? (value("utc") == "1" ? "UTC" : "") : value("tz")
    guard let stamp = TimeStamp(day: value("date"), clock: value("time"), zone: zone),
      let interval = Double(value("interval")), (0...1e9).contains(interval)
    else { throw text.fault("the timestamp has no date, time and interval") }
    intake.note(stamp)
    if let last { try intake.checkOrder(stamp.nanoseconds, after: last, text) }
    last = stamp.nanoseconds
    sample.row.time = stamp.nanoseconds
    seconds = interval
    place = text
  }

  private mutating func endSample(_ intake: inout TraceIntake) throws(TraceFault) {
    guard let place else { return }
    try reading.add(sample, at: place)
    sample = (TraceRow(), nil)
    self.place = nil
  }

  /// The pairs `name="value"` of an element.
  private static func attributes(_ text: TraceField) -> [(name: String, value: TraceField)] {
    let parts = text.split(at: UInt8(ascii: "\""))
    return stride(from: 1, to: parts.count, by: 2).map { index in
      let name = parts[index - 1].text.split { $0 == " " || $0 == "=" || $0 == "<" }.last
      return (name.map(String.init) ?? "", parts[index])
    }
  }
}
