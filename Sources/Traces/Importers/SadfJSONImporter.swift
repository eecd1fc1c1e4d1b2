internal import Text

/// Sysstat's database as JSON: `sadf -j`.
struct SadfJSONImporter: TraceImporter {
  static let format = TraceFormat(name: "sadf-j", summary: "sysstat: sadf -j -- -r, also -S -W -B")

  private var document = TraceDocument()
  private var reading = SysstatReading()
  private var hosts: HostChoice
  private var last: Int64?

  init(_ options: ImportOptions) { hosts = HostChoice(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    head.first?.trimmed().first == UInt8(ascii: "{") && head.contains("\"sysstat\"")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    try document.append(line)
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    last = nil
    var importer = self
    try document.read { (json) throws(TraceFault) in
      try json.object { (json, key) throws(TraceFault) in
        guard key == "sysstat" else { return try json.skip() }
        try json.object { (json, key) throws(TraceFault) in
          guard key == "hosts" else { return try json.skip() }
          try json.array { (json) throws(TraceFault) in try importer.readHost(&json, &intake) }
        }
      }
    }
    (reading, hosts) = (importer.reading, importer.hosts)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try reading.emit(into: &intake)
  }

  private mutating func readHost(
    _ json: inout TraceJSON, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    var isTaken = true
    try json.object { (json, key) throws(TraceFault) in
      switch key {
      case "nodename":
        let name = try json.scalar()
        isTaken = try hosts.takes(name.text, at: name, &intake)
      case "statistics" where isTaken:
        try json.array { (json) throws(TraceFault) in try readSample(&json, &intake) }
      case "restarts" where isTaken:
        try json.array { (json) throws(TraceFault) in
          try json.object { (json, _) throws(TraceFault) in
            intake.restart(at: try readTime(&json).stamp.nanoseconds)
          }
        }
      default: try json.skip()
      }
    }
  }

  private mutating func readSample(
    _ json: inout TraceJSON, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    var sample = (row: TraceRow(), percent: Double?.none)
    var seconds: Double?
    var place: TraceField?
    var isKnown = false
    try json.object { (json, key) throws(TraceFault) in
      switch key {
      case "timestamp":
        let stamp = try readTime(&json)
        intake.note(stamp.stamp)
        (sample.row.time, seconds, place) = (stamp.stamp.nanoseconds, stamp.seconds, stamp.place)
      case "memory", "paging", "swap-pages":
        try json.object { (json, name) throws(TraceFault) in
          guard let column = SysstatColumn.member(name) else { return try json.skip() }
          guard let seconds else { throw json.fault("no timestamp before \(key)") }
          intake.declare(sysstat: [(name, column)])
          isKnown = true
          let value = try json.scalar()
          try reading.read(column, name, value, seconds: seconds, into: &sample)
        }
      default: try json.skip()
      }
    }
    guard isKnown, let place else { return }
    if let last { try intake.checkOrder(sample.row.time, after: last, place) }
    last = sample.row.time
    try reading.add(sample, at: place)
  }

  /// Reads `{"date": "2026-11-23", "time": "00:57:15", "utc": 1, "interval": 2}`.
  private func readTime(
    _ json: inout TraceJSON
  ) throws(TraceFault) -> (stamp: TimeStamp, seconds: Double, place: TraceField) {
    var (date, clock, zone) = ("", "", "")
    var seconds = 0.0
    var place: TraceField?
    try json.object { (json, key) throws(TraceFault) in
      let value = try json.scalar()
      switch key {
      case "date":
        date = value.text
        place = value
      case "time": clock = value.text
      case "utc": if value.text == "1" { zone = "UTC" }
      case "tz": zone = value.text
      case "interval":
        guard let number = value.number(), (0...1e9).contains(number) else {
          throw value.fault("interval: expected seconds, found \(quoted(value.text))")
        }
        seconds = number
      default: break
      }
    }
    guard let place, let stamp = TimeStamp(day: date, clock: clock, zone: zone) else {
      throw json.fault("the timestamp has no date and time")
    }
    return (stamp, seconds, place)
  }
}
