internal import Text

/// The Alibaba cluster trace of 2018: machine_usage.csv and container_usage.csv, which have no header line.
///
/// Memory is a percentage of an undisclosed size; -1 and 101 mark bad values. Source: trace-formats, `machine_usage`.
struct AlibabaImporter: TraceImporter {
  static let format = TraceFormat(
    name: "alibaba-2018", summary: "Alibaba 2018: machine_usage, container_usage")

  private let memory: Int64?
  private var hosts: HostChoice
  private var join = TraceJoin()
  private var bad = 0

  init(_ options: ImportOptions) {
    memory = options.memory
    hosts = HostChoice(options)
  }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let fields = head.first?.split(at: UInt8(ascii: ",")) else { return false }
    return place(fields) != nil
  }

  /// Where the time stands: behind the machine, or behind container and machine.
  private static func place(_ fields: [TraceField]) -> Int? {
    func isName(_ field: TraceField, _ prefix: StaticString) -> Bool {
      field.hasPrefix(prefix) && field.bytes.count > 2
        && field.bytes.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) }
    }
    if fields.count == 9, isName(fields[0], "m_") { return 1 }
    return fields.count == 11 && isName(fields[0], "c_") && isName(fields[1], "m_") ? 2 : nil
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    let fields = line.split(at: UInt8(ascii: ","))
    guard let place = Self.place(fields) else {
      throw line.fault("expected m_1,seconds,... or c_1,m_1,seconds,...: the line seems cut off")
    }
    guard try hosts.takes(fields[0].text, at: fields[0], &intake) else { return }
    guard let memory else {
      throw fields[place + 2].fault(
        "memory is a percentage of an undisclosed size: give the machine's memory with --memory")
    }
    intake.declare("mem_util_percent", as: .used)
    guard let time = fields[place].decimal(places: 9), time >= 0, time < .max else {
      throw fields[place].fault("expected seconds, found \(quoted(fields[place].text))")
    }
    var row = TraceRow()
    row.time = time
    let percent = fields[place + 2]
    if let value = percent.number(), value == -1 || value > 100 {
      bad += 1
    } else if let used = try percent.rate("mem_util_percent") {
      row[.used] = Int64(Double(memory) * used / 100)
    }
    try join.add(row, at: fields[place])
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    intake.understood.names = ["mem_util_percent"]
    if bad > 0 { intake.understood.note("\(bad) values are marked as bad (-1 or 101)") }
    try join.emit(into: &intake)
  }
}
