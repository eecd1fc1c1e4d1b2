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
      if let stamp = TimeStamp(text) {
        try snapshot?.finish(into: &table)
        if let zone, zone != stamp.zone {
          throw text.fault("the time zone changes from \(quoted(zone)) to \(quoted(stamp.zone))")
        }
        zone = stamp.zone
        snapshot = Snapshot(time: stamp.nanoseconds, place: text)
      } else if snapshot == nil, text.contains(UInt8(ascii: ":")) {
        throw text.fault(
          "no time: put a line of `date -u +%FT%TZ` before each copy of /proc/meminfo")
      } else {
        try snapshot?.read(text, isFirst: table.rows.isEmpty, columns: &table.columns)
        if snapshot == nil { throw text.fault("expected a time, found \(quoted(text.text))") }
      }
    }
    try snapshot?.finish(into: &table)
    return table
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
    mutating func read(
      _ line: TraceField, isFirst: Bool, columns: inout [String]
    ) throws(TraceFault) {
      let words = line.words()
      guard words.count >= 2, words.count <= 3, words[0].bytes.last == UInt8(ascii: ":") else {
        throw line.fault("expected a time or a line of /proc/meminfo, found \(quoted(line.text))")
      }
      if isFirst { columns.append(String(words[0].text.dropLast())) }
      if words[0].hasPrefix("Committed_AS:") {
        try Self.take(words, "Committed_AS", into: &committed)
      } else if words[0].hasPrefix("AnonPages:") {
        try Self.take(words, "AnonPages", into: &touched)
      }
    }

    private static func take(
      _ words: [TraceField], _ name: String, into value: inout Int64?
    ) throws(TraceFault) {
      if value != nil { throw words[0].fault("a second \(name) without a time between") }
      value = try words[1].kilobytes(of: name)
      guard words.count == 3, words[2].text == "kB" else {
        throw words[1].fault("\(name) has no unit kB: the line seems cut off")
      }
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
