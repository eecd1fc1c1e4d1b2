/// Comma-separated traces: `#` comments, a header line with `time_s` first, one row a sample.
///
/// Columns bear our names (`committed_kb`) or those of /proc/meminfo (`Committed_AS`), both in kB.
enum CSVTrace {
  /// A column that is read, by its names.
  private enum Column: CaseIterable {
    case committed, touched, cached, total

    var names: [String] {
      switch self {
      case .committed: ["committed_kb", "Committed_AS"]
      case .touched: ["anon_kb", "AnonPages"]
      case .cached: ["cached_kb", "Cached"]
      case .total: ["mem_total_kb", "MemTotal"]
      }
    }
  }

  /// The rows of a file.
  static func read(_ file: TraceLines) throws(TraceFault) -> TraceTable {
    var lines = file
    guard let header = nextRow(&lines) else {
      throw TraceFault(line: 1, column: 1, message: "no samples: the file has no header line")
    }
    let (names, kinds) = try columns(of: header)
    var table = TraceTable(columns: names)
    var last = header
    while let row = nextRow(&lines) {
      try read(row, names: names, kinds: kinds, into: &table)
      last = row
    }
    if table.rows.isEmpty { throw last.fault("no samples below the header line") }
    return table
  }

  /// The next line that is neither blank nor a comment.
  private static func nextRow(_ lines: inout TraceLines) -> TraceField? {
    while let line = lines.next() {
      if let first = line.trimmed().first, first != UInt8(ascii: "#") { return line }
    }
    return nil
  }

  private static func columns(
    of header: TraceField
  ) throws(TraceFault) -> (names: [String], kinds: [Column?]) {
    let fields = header.split(at: UInt8(ascii: ",")).map { $0.trimmed() }
    let names = fields.map(\.text)
    if names[0] != "time_s" {
      throw header.fault("the first column must be time_s, found \(quoted(names[0]))")
    }
    let kinds = names.map { name in Column.allCases.first { $0.names.contains(name) } }
    for kind in Column.allCases {
      let places = kinds.indices.filter { kinds[$0] == kind }
      if places.count > 1 {
        throw fields[places[1]].fault("a second column for \(kind.names[0])")
      }
    }
    if !kinds.contains(.committed) {
      let near = nearestWord(to: "committed_kb", among: names).map { "; is '\($0)' meant?" } ?? ""
      throw header.fault("no column committed_kb (or Committed_AS)\(near)")
    }
    return (names, kinds)
  }

  /// Reads one row; the columns that nobody needs are only checked not to be empty.
  private static func read(
    _ row: TraceField, names: [String], kinds: [Column?], into table: inout TraceTable
  ) throws(TraceFault) {
    var (index, start) = (0, row.bytes.startIndex)
    var (time, committed, touched) = (Int64(0), Int64(0), Int64?.none)
    while true {
      let end = row.bytes[start...].firstIndex(of: UInt8(ascii: ",")) ?? row.bytes.endIndex
      let field = TraceField(
        bytes: row.bytes[start..<end], line: row.line, lineStart: row.lineStart)
      if index == kinds.count {
        throw field.fault("more than the header's \(kinds.count) fields")
      }
      if index == 0 {
        time = try seconds(field.trimmed())
      } else if let kind = kinds[index] {
        let value = try field.trimmed().kilobytes(of: names[index])
        switch kind {
        case .committed: committed = value
        case .touched: touched = value
        case .cached, .total: break
        }
      } else if field.isEmpty {
        throw field.fault("\(names[index]) is empty")
      }
      index += 1
      if end == row.bytes.endIndex { break }
      start = end + 1
    }
    if index < kinds.count {
      throw row.fault("\(index) of \(kinds.count) fields: the line seems cut off")
    }
    try table.append(time: time, committed: committed, touched: touched, place: row)
  }

  /// A time in nanoseconds.
  private static func seconds(_ field: TraceField) throws(TraceFault) -> Int64 {
    if field.isEmpty { throw field.fault("time_s is empty") }
    guard let time = field.decimal(places: 9) else {
      throw field.fault("time_s: expected seconds such as 12.5, found \(quoted(field.text))")
    }
    if time == .max || time == -.max {
      throw field.fault("time_s is out of range: \(quoted(field.text))")
    }
    return time
  }
}
