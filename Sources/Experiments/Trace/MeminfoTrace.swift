/// Copies of /proc/meminfo one after another, each below a line with its time: what a shell loop writes.
enum MeminfoTrace {
  /// The samples of a file.
  static func read(_ file: TraceLines) throws(TraceFault) -> TraceTable {
    var lines = file
    var table = TraceTable(columns: [])
    var snapshot: Snapshot?
    var zone: String?
    while let line = lines.next() {
      let text = line.trimmed()
      if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
      if let name = fieldName(of: text) {
        guard snapshot != nil else {
          throw text.fault(
            "no time: put a line of `date -u +%FT%TZ` before each copy of /proc/meminfo")
        }
        if table.rows.isEmpty { table.columns.append(name.text) }
        try snapshot?.read(name, text)
      } else if let stamp = TimeStamp(text) {
        try snapshot?.finish(into: &table)
        if let zone, zone != stamp.zone {
          throw text.fault("the time zone changes from \(quoted(zone)) to \(quoted(stamp.zone))")
        }
        zone = stamp.zone
        snapshot = Snapshot(time: stamp.nanoseconds, place: text)
      } else {
        throw text.fault("expected a time or a line of /proc/meminfo, found \(quoted(text.text))")
      }
    }
    try snapshot?.finish(into: &table)
    return table
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

  /// One copy of /proc/meminfo while it is read.
  private struct Snapshot {
    var time: Int64
    var place: TraceField
    var committed: Int64?
    var touched: Int64?

    init(time: Int64, place: TraceField) {
      self.time = time
      self.place = place
    }

    /// Takes a line such as `AnonPages:   42024 kB`.
    mutating func read(_ name: TraceField, _ line: TraceField) throws(TraceFault) {
      if name.equals("Committed_AS") {
        committed = try value(line, "Committed_AS", before: committed)
      } else if name.equals("AnonPages") {
        touched = try value(line, "AnonPages", before: touched)
      }
    }

    private func value(
      _ line: TraceField, _ name: String, before: Int64?
    ) throws(TraceFault) -> Int64 {
      let words = line.words()
      if before != nil { throw line.fault("a second \(name) without a time between") }
      guard words.count > 1 else {
        throw line.fault("\(name) has no value: the line seems cut off")
      }
      let value = try words[1].kilobytes(of: name)
      guard words.count == 3, words[2].text == "kB" else {
        throw words[1].fault("\(name) has no unit kB: the line seems cut off")
      }
      return value
    }

    /// Adds the sample.
    func finish(into table: inout TraceTable) throws(TraceFault) {
      guard let committed else {
        throw place.fault("no Committed_AS below this time: the copy seems cut off")
      }
      if let first = table.rows.first, (first.touched == nil) != (touched == nil) {
        throw place.fault("AnonPages is in some copies of /proc/meminfo but not in all")
      }
      try table.append(time: time, committed: committed, touched: touched, place: place)
    }
  }
}
