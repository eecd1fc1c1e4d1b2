internal import Text
internal import Units

/// Copies of /proc/meminfo one after another, each below a line with its time: what a shell loop writes.
///
/// Lines of /proc/vmstat may follow each copy. With a given step no times are needed.
struct MeminfoImporter: TraceImporter {
  static let format = TraceFormat(
    name: "meminfo", summary: "copies of /proc/meminfo, each below a line with its time")

  private let step: SimDuration?
  private var row = TraceRow()
  private var place: TraceField?
  private var zone: String?
  private var isFirst = true
  private var count: Int64 = 0

  init(_ options: ImportOptions) { step = options.step }

  static func recognises(_ head: TraceHead) -> Bool {
    head.hasLine(prefix: "MemTotal:") || head.hasLine(prefix: "Committed_AS:")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let text = line.trimmed()
    if text.isEmpty || text.first == UInt8(ascii: "#") { return }
    if let name = Self.fieldName(of: text) {
      if let step, name.equals("MemTotal") || place == nil {
        try finish(into: &intake)
        begin(at: try step.times(count, at: text), text)
      }
      guard place != nil else {
        throw text.fault(
          "no time: put a line of `date -u +%FT%TZ` before each copy of /proc/meminfo, or give --step"
        )
      }
      if isFirst { intake.understood.names.append(name.text) }
      try readField(name.text, text, &intake)
    } else if let counter = Self.counter(text) {
      if place != nil, let quantity = TraceQuantity.named(counter.name), quantity.isCounter {
        if isFirst { intake.declare(counter.name, as: quantity) }
        row[quantity] = counter.value
      }
    } else if let stamp = TimeStamp(text) {
      if step == nil { try begin(stamp, text, &intake) }
    } else {
      throw text.fault("expected a time or a line of /proc/meminfo, found \(quoted(text.text))")
    }
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    try finish(into: &intake)
  }

  private mutating func begin(
    _ stamp: TimeStamp, _ text: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    try finish(into: &intake)
    if let zone, zone != stamp.zone {
      throw text.fault("the time zone changes from \(quoted(zone)) to \(quoted(stamp.zone))")
    }
    zone = stamp.zone
    intake.understood.isAbsolute = true
    if !stamp.zone.isEmpty, stamp.zone != "UTC" { intake.understood.zone = stamp.zone }
    if stamp.isLocal { intake.understood.zone = "of an unnamed zone" }
    intake.understood.isLocalTime = intake.understood.zone != nil
    begin(at: stamp.nanoseconds, text)
  }

  private mutating func begin(at time: Int64, _ text: TraceField) {
    row.clear()
    row.time = time
    place = text
    count += 1
  }

  /// Takes a line such as `AnonPages:   42024 kB`.
  private mutating func readField(
    _ name: String, _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    guard let quantity = TraceQuantity.named(name), !quantity.isCounter else { return }
    if isFirst { intake.declare(name, as: quantity) }
    if row[quantity] != nil { throw line.fault("a second \(name) without a time between") }
    let words = line.words()
    guard words.count > 1 else {
      throw line.fault("\(name) has no value: the line seems cut off")
    }
    let value = try words[1].kilobytes(of: name)
    guard words.count == 3, words[2].text == "kB" else {
      throw words[1].fault("\(name) has no unit kB: the line seems cut off")
    }
    row[quantity] = value
  }

  /// Gives the copy that was read.
  private mutating func finish(into intake: inout TraceIntake) throws(TraceFault) {
    guard let place else { return }
    if row[.committed] == nil, intake.options.committedFrom == nil {
      throw place.fault("no Committed_AS below this time: the copy seems cut off")
    }
    try intake.emit(&row, at: place)
    self.place = nil
    isFirst = false
  }

  /// The name in a line such as `AnonPages:   42024 kB`; nothing for any other line.
  private static func fieldName(of line: TraceField) -> TraceField? {
    guard let end = line.bytes.firstIndex(where: { $0 <= 0x20 || $0 == UInt8(ascii: ":") }),
      line.bytes[end] == UInt8(ascii: ":"), end > line.bytes.startIndex,
      line.bytes.index(after: end) == line.bytes.endIndex || line.bytes[end + 1] <= 0x20
    else { return nil }
    var name = line
    name.bytes = line.bytes[..<end]
    return name
  }

  /// A line of /proc/vmstat: a name of small letters and a number.
  private static func counter(_ line: TraceField) -> (name: String, value: Int64)? {
    let words = line.words()
    guard words.count == 2, let first = words[0].first, (0x61...0x7A).contains(first),
      let value = words[1].decimal(places: 0)
    else { return nil }
    return (words[0].text, value)
  }
}
