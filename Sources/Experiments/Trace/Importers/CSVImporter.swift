/// Plain CSV with a header line: our own (`time_s` first, then columns named as in `committed_kb` or as in
/// /proc/meminfo), or any other whose columns for time and committed memory are named by options.
///
/// Splits bytes itself: the one CSV package that there is for Swift holds the file in memory ten times over and is 150
/// times slower, and a gigabyte has to pass in seconds.
struct CSVImporter: TraceImporter {
  static let format = TraceFormat(
    name: "csv", summary: "plain CSV: time_s and committed_kb, or columns named by options")

  /// What a column is for; quantities are their own numbers from 0 on.
  private enum Role {
    static let skipped = -1
    static let time = -2
    static let epoch = -3
  }

  private let options: ImportOptions
  private var separator = UInt8(ascii: ",")
  private var names: [String] = []
  private var roles: [Int] = []
  private var row = TraceRow()
  private var hasRow = false
  private var hasTime = false
  private var count: Int64 = 0
  private var isOurs = false
  private var hasEnd = false

  init(_ options: ImportOptions) { self.options = options }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.content.first?.trimmed() else { return false }
    return first.hasPrefix("time_s")
      || [0x2C, 0x3B, 0x09].contains { first.contains($0) } && !first.contains(0)
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    guard let first = line.bytes.first else { return }
    if first == UInt8(ascii: "#") { return comment(line, &intake) }
    if first <= 0x20, line.trimmed().isEmpty { return }
    if names.isEmpty { return try readHeader(line, &intake) }
    hasRow = true
    row.clear()
    if !hasTime, let step = options.step { row.time = try step.times(count, at: line) }
    count += 1
    try readRow(line, &intake)
    try intake.emit(&row, at: line)
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    if isOurs, !hasEnd {
      throw intake.lastLine.fault("the last line, '# end', is missing: the file seems cut off")
    }
    if names.isEmpty { throw TraceField.nowhere.fault("no samples: the file has no header line") }
    if !hasRow { throw intake.lastLine.fault("no samples below the header line") }
    if isOpen { intake.understood.note("the last line has no end: it may be cut off") }
    (names, roles, hasRow, hasTime) = ([], [], false, false)
  }

  private mutating func comment(_ line: TraceField, _ intake: inout TraceIntake) {
    var text = line
    text.bytes = text.bytes.drop { $0 == UInt8(ascii: "#") || $0 == 0x20 }
    if text.hasPrefix("imported by balloonsim") {
      isOurs = true
    } else if text.equals("end" as StaticString) {
      hasEnd = true
    } else if intake.understood.origin.count < 50, text.bytes.count < 1_000 {
      intake.understood.origin.append(text.text)
    }
  }

  private mutating func readHeader(
    _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    let counts = [0x2C, 0x3B, 0x09].map { byte in (byte, line.bytes.count { $0 == byte }) }
    separator = counts.max { $0.1 < $1.1 }?.0 ?? 0x2C
    let fields = line.csvFields(separator)
    names = fields.map(\.text)
    roles = names.map { TraceQuantity.named($0)?.rawValue ?? Role.skipped }
    intake.understood.names = names
    let timeColumn = options.timeColumn ?? "time_s"
    let time = names.firstIndex(of: timeColumn)
    if time == nil || options.timeColumn == nil && time != 0 {
      guard options.timeColumn == nil, options.step != nil else {
        throw line.fault(
          options.timeColumn == nil
            ? "the first column must be time_s, found \(quoted(names[0])); --time-column names another, --step does "
              + "without"
            : unknownWord("column", timeColumn, known: names))
      }
    } else if let time {
      roles[time] = Role.time
      hasTime = true
    }
    if let epoch = names.firstIndex(of: "epoch_s"), epoch != time { roles[epoch] = Role.epoch }
    if let name = options.committedColumn {
      guard let index = names.firstIndex(of: name) else {
        throw line.fault(unknownWord("column", name, known: names))
      }
      roles = roles.map { $0 == TraceQuantity.committed.rawValue ? Role.skipped : $0 }
      roles[index] = TraceQuantity.committed.rawValue
      intake.understood.substitute(
        "committed_kb = column \(name) in \((options.unit ?? .kernelKilobytes).rawValue)")
    }
    for (index, role) in roles.enumerated() where role >= 0 {
      let quantity = TraceQuantity.allCases[role]
      if roles[..<index].contains(role) {
        throw fields[index].fault("a second column for \(quantity.column)")
      }
      intake.declare(names[index], as: quantity)
    }
    if options.committedFrom == nil, !roles.contains(TraceQuantity.committed.rawValue) {
      let near = nearestWord(to: "committed_kb", among: names).map { "; is '\($0)' meant?" }
      throw line.fault(
        "no column committed_kb (or Committed_AS)"
          + (near ?? "; --committed-column names another, --committed-from a stand-in"))
    }
  }

  /// Reads one row. A field of digits only is read on the way to its end; all others, the slow way.
  private mutating func readRow(
    _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    if line.contains(UInt8(ascii: "\"")) {
      let fields = line.csvFields(separator)
      for (index, field) in fields.enumerated() { try readField(index, field, &intake) }
      return try check(fields.count, line)
    }
    let bytes = UnsafeBufferPointer(rebasing: line.bytes)
    var (index, place) = (0, 0)
    while true {
      let start = place
      var value: UInt64 = 0
      var isNumber = true
      while place < bytes.count, bytes[place] != separator {
        let digit = bytes[place] &- 0x30
        if digit > 9 { isNumber = false }
        value = value &* 10 &+ UInt64(digit)
        place += 1
      }
      let role = index < roles.count ? roles[index] : Role.skipped
      if isNumber, role >= 0, (1...12).contains(place - start), value <= 1 << 38,
        options.unit == nil
      {
        row.set(role, Int64(value))
      } else if role != Role.skipped || index >= roles.count {
        var field = line
        field.bytes = line.bytes[line.bytes.startIndex + start..<line.bytes.startIndex + place]
        try readField(index, field.trimmed(), &intake)
      }
      index += 1
      if place == bytes.count { break }
      place += 1
    }
    try check(index, line)
  }

  private func check(_ count: Int, _ line: TraceField) throws(TraceFault) {
    if count < roles.count {
      throw line.fault("\(count) of \(roles.count) fields: the line seems cut off")
    }
  }

  private mutating func readField(
    _ index: Int, _ field: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    guard index < roles.count else {
      throw field.fault("more than the header's \(roles.count) fields")
    }
    switch roles[index] {
    case Role.skipped: break
    case Role.time: row.time = try time(field, names[index], &intake)
    case Role.epoch:
      if intake.understood.epoch == nil { intake.understood.epoch = field.decimal(places: 9) }
    default:
      let quantity = TraceQuantity.allCases[roles[index]]
      if names[index] == options.committedColumn {
        row[quantity] = try field.memory(
          names[index], unit: try options.unitBytes(.kernelKilobytes, at: field))
      } else if !field.isMissing {
        row[quantity] =
          quantity.isCounter
          ? try field.counter(names[index]) : try field.kilobytes(of: names[index])
      }
    }
  }

  /// A time in nanoseconds.
  private func time(
    _ field: TraceField, _ name: String, _ intake: inout TraceIntake
  ) throws(TraceFault) -> Int64 {
    if field.isEmpty { throw field.fault("\(name) is empty") }
    if let time = field.decimal(places: (options.timeUnit ?? .s).places) {
      if time == .max || time == -.max {
        throw field.fault("\(name) is out of range: \(quoted(field.text))")
      }
      // Seconds since 1970, not since a start, are beyond 1980.
      if options.timeColumn != nil, time > 315_532_800_000_000_000 {
        intake.understood.isAbsolute = true
      }
      return time
    }
    guard options.timeColumn != nil, let stamp = TimeStamp(field) else {
      throw field.fault("\(name): expected seconds such as 12.5, found \(quoted(field.text))")
    }
    intake.understood.isAbsolute = true
    if stamp.isLocal || !stamp.zone.isEmpty {
      intake.understood.isLocalTime = true
      intake.understood.zone = stamp.isLocal ? "of an unnamed zone" : stamp.zone
    }
    return stamp.nanoseconds
  }
}

extension TraceField {
  /// The fields of a line of CSV, without blanks and quotes around them.
  func csvFields(_ separator: UInt8) -> [TraceField] {
    var fields: [TraceField] = []
    var start = bytes.startIndex
    var isQuoted = false
    for place in bytes.indices {
      if bytes[place] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if bytes[place] == separator, !isQuoted {
        fields.append(part(start..<place).trimmed().unquoted())
        start = place + 1
      }
    }
    fields.append(part(start..<bytes.endIndex).trimmed().unquoted())
    return fields
  }

  private func part(_ range: Range<Int>) -> TraceField {
    TraceField(bytes: bytes[range], line: line, lineStart: lineStart)
  }
}
