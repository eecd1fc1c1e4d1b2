internal import Text

/// A machine of the Bitbrains traces GWA-T-12: `;` and a tab between fields, 300 s between rows.
///
/// Memory usage is what the hypervisor saw as active, no Committed_AS. The header says ms, the values are seconds.
struct BitbrainsImporter: TraceImporter {
  static let format = TraceFormat(name: "gwa-t-12", summary: "Grid Workloads Archive: Bitbrains")

  private var names: [String] = []
  private var time = 0
  private var provisioned = 0
  private var usage = 0
  private var doubtful = 0
  private var count: Int64 = 0

  init(_ options: ImportOptions) {}

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.first else { return false }
    return first.hasPrefix("Timestamp") && first.contains(";") && first.contains("Memory usage")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    if line.trimmed().isEmpty { return }
    let fields = line.split(at: UInt8(ascii: ";")).map { $0.trimmed() }
    if names.isEmpty { return try readHeader(fields, line, &intake) }
    guard fields.count == names.count else {
      throw line.fault("\(fields.count) of \(names.count) fields: the line seems cut off")
    }
    guard let number = fields[time].decimal(places: 9), number >= 0, number < .max else {
      throw fields[time].fault("expected seconds since 1970, found \(quoted(fields[time].text))")
    }
    var row = TraceRow()
    // Beyond the year 2200 they must be milliseconds.
    row.time = number > 7_258_118_400_000_000_000 ? number / 1_000 : number
    row[.active] = try fields[usage].memory(names[usage], unit: 1_024)
    row[.total] = try fields[provisioned].memory(names[provisioned], unit: 1_024)
    if let active = row[.active], active > row[.total] ?? 0 { doubtful += 1 }
    count += 1
    try intake.emit(&row, at: fields[time])
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    if isOpen { throw intake.lastLine.fault("the line has no end: it seems cut off") }
    names = []
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    if doubtful > 0 {
      intake.understood.note(
        "\(doubtful) of \(count) samples use more memory than is provisioned: to question, not to trust"
      )
    }
  }

  private mutating func readHeader(
    _ fields: [TraceField], _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    names = fields.map(\.text)
    func place(_ name: String) throws(TraceFault) -> Int {
      guard let index = names.firstIndex(where: { $0.hasPrefix(name) }) else {
        throw line.fault("no column '\(name)'")
      }
      return index
    }
    time = try place("Timestamp")
    provisioned = try place("Memory capacity provisioned [KB]")
    usage = try place("Memory usage [KB]")
    intake.understood.names = names
    intake.understood.isAbsolute = true
    intake.declare(names[usage], as: .active)
    intake.declare(names[provisioned], as: .total)
  }
}
