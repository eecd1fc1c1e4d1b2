internal import Text

/// Rows of sysstat's database: `sadf -d`, with any of -r, -S, -W, -B, also several, also with `-h`, `-T`, `-U`, `-C`.
struct SadfRowsImporter: TraceImporter {
  static let format = TraceFormat(
    name: "sadf-d", summary: "sysstat: sadf -d -- -r, also -S -W -B")

  private var reading = SysstatReading()
  private var hosts: HostChoice
  private var names: [String] = []
  private var columns: [SysstatColumn?] = []
  private var last: Int64?

  init(_ options: ImportOptions) { hosts = HostChoice(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    head.first?.hasPrefix("# hostname;interval;timestamp;") ?? false
  }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    (names, last) = ([], nil)
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    if line.first == UInt8(ascii: "#") { return readHeader(line, &intake) }
    let fields = line.split(at: UInt8(ascii: ";"))
    guard fields.count > 3 else { throw line.fault("the line seems cut off") }
    guard try hosts.takes(fields[0].text, at: fields[0], &intake) else { return }
    if fields[1].text == "-1" {
      if fields[3].hasPrefix("LINUX-RESTART"), let stamp = TimeStamp(fields[2]) {
        intake.restart(at: stamp.nanoseconds)
      }
      return
    }
    if names.isEmpty { throw line.fault("a row without a header line before it") }
    guard fields.count == names.count else {
      throw line.fault("\(fields.count) of \(names.count) fields: the line seems cut off")
    }
    if columns.allSatisfy({ $0 == nil }) { return }
    guard let stamp = TimeStamp(fields[2]) else {
      throw fields[2].fault("expected a time, found \(quoted(fields[2].text))")
    }
    intake.note(stamp)
    guard let seconds = fields[1].number(), (0...1e9).contains(seconds) else {
      throw fields[1].fault("expected seconds, found \(quoted(fields[1].text))")
    }
    if let last { try intake.checkOrder(stamp.nanoseconds, after: last, fields[2]) }
    last = stamp.nanoseconds
    var sample = (row: TraceRow(), percent: Double?.none)
    sample.row.time = stamp.nanoseconds
    for (index, column) in columns.enumerated() {
      guard let column else { continue }
      try reading.read(column, names[index], fields[index], seconds: seconds, into: &sample)
    }
    try reading.add(sample, at: fields[2])
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try reading.emit(into: &intake)
  }

  private mutating func readHeader(_ line: TraceField, _ intake: inout TraceIntake) {
    let fields = line.split(at: UInt8(ascii: ";")).map(\.text)
    guard fields.count > 3 else { return }
    if fields != names { last = nil }
    names = fields
    columns = names.map(SysstatColumn.named)
    intake.declare(sysstat: names.dropFirst(3).map { ($0, SysstatColumn.named($0)) })
  }
}

extension TraceIntake {
  /// Says which of sysstat's columns are read as what.
  mutating func declare(sysstat columns: [(name: String, column: SysstatColumn?)]) {
    for (name, column) in columns {
      if !understood.names.contains(name) { understood.names.append(name) }
      switch column {
      case .amount(let quantity), .rate(let quantity): declare(name, as: quantity)
      case .usedPercent: declare(name, as: .total)
      case nil: break
      }
    }
  }

  /// Keeps what a time tells of its zone.
  mutating func note(_ stamp: TimeStamp) {
    understood.isAbsolute = true
    if !stamp.isLocal && stamp.zone.isEmpty { return }
    understood.isLocalTime = true
    understood.zone = stamp.isLocal ? "of an unnamed zone" : stamp.zone
  }
}
