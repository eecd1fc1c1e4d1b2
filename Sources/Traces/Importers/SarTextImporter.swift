internal import Text

/// What `sar` prints: any reports, 12- and 24-hour clocks, decimal commas, days that pass at midnight.
struct SarTextImporter: TraceImporter {
  static let format = TraceFormat(
    name: "sar", summary: "sysstat: the text of sar -r, also -S -W -B")

  /// One report: the columns below one kind of header line.
  private struct Report {
    var names: [String]
    var columns: [SysstatColumn?]
    var last: Int64
  }

  private static let day: Int64 = 86_400_000_000_000

  private var reading = SysstatReading()
  private var hosts: HostChoice
  private var date: Int64?
  private var reports: [String: Report] = [:]
  private var current: String?
  private var isAfterBlank = false

  init(_ options: ImportOptions) { hosts = HostChoice(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    guard let first = head.first, first.hasPrefix("Linux ") else { return false }
    return first.split(at: 0x09).count >= 3 && first.contains("(")
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let text = line.trimmed()
    if text.isEmpty {
      isAfterBlank = true
      return
    }
    if line.hasPrefix("Linux ") { return try readBanner(line, &intake) }
    guard let date else { throw line.fault("expected the line with the date, 'Linux ...', first") }
    var words = text.words()
    if line.contains("LINUX RESTART") {
      intake.restart(at: date + (Self.clock(&words) ?? 0))
      (isAfterBlank, current) = (false, nil)
      return
    }
    guard let clock = Self.clock(&words) else {
      // A line of averages; its first word is translated and ends with a colon.
      if words[0].bytes.last == UInt8(ascii: ":") || words.dropFirst().first?.text == ":"
        || text.contains(":") && !(0x30...0x39).contains(text.first ?? 0)
      {
        (isAfterBlank, current) = (false, nil)
        return
      }
      throw text.fault("expected a time, found \(quoted(text.text))")
    }
    if words.first?.text == "COM" { return }
    if isAfterBlank {
      isAfterBlank = false
      return readHeader(words, clock: clock, date: date, &intake)
    }
    try readRow(words, clock: clock, line, &intake)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try hosts.check(intake.lastLine)
    try reading.emit(into: &intake)
  }

  /// Reads `Linux 6.18.44 (vm) <TAB>11/23/26 <TAB>_x86_64_<TAB>(2 CPU)`.
  private mutating func readBanner(
    _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    let parts = line.split(at: 0x09)
    guard parts.count >= 2 else { throw line.fault("the line seems cut off") }
    let name = parts[0].text.split(separator: "(").last.map { $0.prefix { $0 != ")" } } ?? ""
    guard try hosts.takes(String(name), at: line, &intake) else {
      throw line.fault("the host is \(quoted(String(name)))")
    }
    guard let day = Self.date(parts[1].text, &intake) else {
      throw parts[1].fault("expected a date, found \(quoted(parts[1].text))")
    }
    date = day
    (reports, current, isAfterBlank) = ([:], nil, false)
    intake.understood.isAbsolute = true
    intake.understood.isLocalTime = true
    intake.understood.zone = "of an unnamed zone"
  }

  private mutating func readHeader(
    _ words: [TraceField], clock: Int64, date: Int64, _ intake: inout TraceIntake
  ) {
    let names = words.map(\.text)
    let key = names.joined(separator: " ")
    current = key
    if reports[key] != nil { return }
    let columns = names.map(SysstatColumn.named)
    // The header bears the time of the sample before the first row.
    let latest = reports.values.map(\.last).max() ?? date
    var last = latest - latest % Self.day + clock
    if last - latest > Self.day / 2, last - Self.day >= date { last -= Self.day }
    reports[key] = Report(names: names, columns: columns, last: last)
    if columns.contains(where: { $0 != nil }) {
      intake.declare(sysstat: Array(zip(names, columns)))
    }
  }

  private mutating func readRow(
    _ words: [TraceField], clock: Int64, _ line: TraceField, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    guard let current, var report = reports[current] else {
      throw line.fault("a row without a header line before it")
    }
    if report.columns.allSatisfy({ $0 == nil }) { return }
    guard words.count == report.names.count else {
      throw line.fault("\(words.count) of \(report.names.count) fields: the line seems cut off")
    }
    if report.last > .max - 2 * Self.day { throw line.fault("the time is too far from the first") }
    var time = report.last - report.last % Self.day + clock
    if report.last - time > Self.day / 2 { time = time + Self.day }
    try intake.checkOrder(time, after: report.last, line)
    let seconds = Double(time - report.last) / 1e9
    report.last = time
    reports[current] = report
    var sample = (row: TraceRow(), percent: Double?.none)
    sample.row.time = time
    for (index, column) in report.columns.enumerated() {
      guard let column else { continue }
      if case .usedPercent = column, words[index].bytes.last == UInt8(ascii: "%") {
        intake.understood.note("amounts have three digits only (sar -h)")
        continue
      }
      try reading.read(column, report.names[index], words[index], seconds: seconds, into: &sample)
    }
    try reading.add(sample, at: line)
  }

  /// The time at the beginning of a line, taken off it: `00:57:13`, `07.57.13`, `07:57:13 PM`, nanoseconds.
  private static func clock(_ words: inout [TraceField]) -> Int64? {
    guard let first = words.first, first.bytes.count >= 6, first.bytes.count <= 20 else {
      return nil
    }
    let numbers = first.bytes.split { !(0x30...0x39).contains($0) }
    guard numbers.count == 3, numbers.allSatisfy({ $0.count <= 2 }),
      numbers[0].startIndex == first.bytes.startIndex
    else { return nil }
    let values = numbers.map { $0.reduce(0) { $0 * 10 + Int64($1 - 0x30) } }
    guard values[0] < 24, values[1] < 60, values[2] <= 60 else { return nil }
    words.removeFirst()
    var hours = values[0]
    if let half = words.first?.text.uppercased(), half == "AM" || half == "PM" {
      words.removeFirst()
      hours = hours % 12 + (half == "PM" ? 12 : 0)
    }
    return ((hours * 60 + values[1]) * 60 + values[2]) * 1_000_000_000
  }

  /// The day of `11/23/26`, `11/22/2026`, `23.11.2026`, `2026-11-23`, nanoseconds since 1970.
  private static func date(_ text: String, _ intake: inout TraceIntake) -> Int64? {
    let parts = text.split { !("0"..."9").contains($0) }
    guard parts.count == 3, let first = Int(parts[0]), let second = Int(parts[1]) else {
      return nil
    }
    let century = parts[2].count == 2 ? "20" + parts[2] : parts[2][...]
    if parts[0].count == 4 { return TimeStamp.day(parts) }
    if text.contains("/"), first <= 12 {
      if second <= 12, first != second {
        intake.understood.note("the date \(text.filter { $0 != " " }) is read as month/day/year")
      }
      return TimeStamp.day([century, parts[0], parts[1]])
    }
    return TimeStamp.day([century, parts[1], parts[0]])
  }
}
