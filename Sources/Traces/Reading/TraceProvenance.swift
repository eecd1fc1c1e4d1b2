private import Text
public import Units

/// Where a trace comes from, and what was understood of it.
public struct TraceProvenance: Hashable, Sendable {
  /// A file that was read.
  public struct Source: Hashable, Sendable {
    /// The file, as it was named; `-` is standard input.
    public var path: String
    /// The SHA-256 of its bytes as they are on disk, 64 hexadecimal digits.
    public var sha256: String
  }
  /// The samples that were written.
  public struct Outcome: Hashable, Sendable {
    /// How many.
    public var rows: Int
    /// How long after the first the last one is.
    public var span: SimDuration
  }
  /// The file or folder, as it was named.
  public var path: String
  /// The files that were read, at least one.
  public var sources: [Source]
  /// What the file turned out to be.
  public var format: TraceFormat
  /// The version of the tool that wrote it, guessed from its columns or told by itself.
  public var version: String?
  /// The machine, domain or series.
  public var host: String?
  /// When the first sample was taken, as ISO 8601, where the file tells; in `zone`.
  public var start: String?
  /// The zone of `start`; nothing if it is UTC.
  public var zone: String?
  /// How many samples it has, added ones among them.
  public var rows: Int
  /// How long after the first sample the last one is.
  public var span: SimDuration
  /// The usual time between two samples: the median at the beginning.
  public var interval: SimDuration?
  /// How many times two samples are further apart than one and a half intervals.
  public var gaps: Int
  /// The longest of those times.
  public var longestGap: SimDuration
  /// How it was imported; `gaps` says what became of the gaps.
  public var options: ImportOptions
  /// How many samples were added to fill gaps.
  public var filled: Int
  /// How many samples were passed over since they have no value for committed memory.
  public var missing: Int
  /// The names of the file's columns or fields, in the order of the file.
  public var columns: [String]
  /// The columns that were read: `kbcommit as committed_kb`.
  public var used: [String]
  /// What stands for something that the file does not have.
  public var substituted: [String]
  /// Over what its samples are averages; nothing if each is what was seen at an instant.
  public var averages: String?
  /// What is worth knowing besides: restarts, rounding, values to question.
  public var notes: [String]
  /// What was done to the samples after they were read, in words.
  public var changes: [String] = []
  /// The samples that came of that; nothing without changes.
  public var outcome: Outcome?
  /// The lines of provenance in a CSV that was itself imported, without `# `.
  public var origin: [String]

  /// The SHA-256 of the file, or of the files' hashes one after another if there are several.
  public var sha256: String {
    sources.count == 1
      ? sources[0].sha256 : SHA256.digits(of: sources.map(\.sha256).joined().utf8)
  }

  /// The same as pairs of a name and a value, for people and for the `#` lines of a CSV.
  public var facts: [(name: String, value: String)] {
    var facts = [("format", format.name + (version.map { ", \($0)" } ?? ""))]
    if let host { facts.append(("host", host)) }
    if let start { facts.append(("start", start + (zone.map { " \($0)" } ?? ""))) }
    facts += [("samples", "\(rows)"), ("span", span.text)]
    if let interval { facts.append(("interval", interval.text)) }
    if gaps > 0 {
      let added = filled == 0 ? "" : ", \(filled) samples added"
      facts.append(
        ("gaps", "\(gaps), longest \(longestGap.text), \(options.gaps.rawValue)\(added)"))
    }
    if let averages { facts.append(("averages", averages)) }
    if missing > 0 { facts.append(("without a value", "\(missing) samples")) }
    if !used.isEmpty { facts.append(("columns", used.joined(separator: ", "))) }
    facts += substituted.map { ("substituted", $0) } + notes.map { ("note", $0) }
    facts += changes.map { ("changed", $0) }
    if let outcome { facts.append(("written", "\(outcome.rows) samples, \(outcome.span.text)")) }
    return facts
  }

  /// Whether the samples are averages over the time between them.
  public var areAverages: Bool { averages != nil }

  /// What an earlier import, of which this file was made, said of averages.
  private static func averages(in origin: [String]) -> String? {
    let name = "averages: "
    return origin.lazy.compactMap { line in
      line.firstRange(of: name).map { String(line[$0.upperBound...]) }
    }.first
  }

  /// What a reader of results should know: stand-ins, gaps, values passed over, notes, and the same of all files that an
  /// imported CSV was made of. A name, a colon, a value each.
  public var remarks: [String] {
    let names = ["substituted", "averages", "gaps", "without a value", "note", "changed"]
    let told = ["source", "format", "generated", "recorded"] + names
    let own = facts.filter { names.contains($0.name) }.map { "\($0.name): \($0.value)" }
    let before = origin.map { line in
      var line = line[...]
      while line.hasPrefix("origin: ") { line = line.dropFirst("origin: ".count) }
      return line
    }
    return own
      + before.filter { line in told.contains { line.hasPrefix("\($0):") } }.map { "origin: \($0)" }
  }

  init(
    path: String, sources: [Source], format: TraceFormat, _ found: TraceUnderstanding,
    options: ImportOptions
  ) {
    self.path = path
    self.sources = sources
    self.format = format
    self.options = options
    (version, host, zone) = (found.version, found.host, found.zone)
    start = (found.isAbsolute ? found.start : found.epoch).map(TimeStamp.text)
    rows = found.samples
    span = .nanoseconds(found.end - (found.start ?? found.end))
    interval = found.interval.map { .nanoseconds($0) }
    (gaps, longestGap) = (found.gaps, .nanoseconds(found.longestGap))
    (filled, missing) = (found.filled, found.missing)
    columns = found.names
    used = found.columns.map { column in
      let name = column.quantity.column
      return column.name == name ? name : "\(column.name) as \(name)"
    }
    (substituted, notes, origin) = (found.substituted, found.notes, found.origin)
    averages = found.averages ?? Self.averages(in: origin)
    if found.restarts > 0 {
      notes.append("\(counted(found.restarts, "restart")) of the machine or the tool")
    }
    if found.resets > 0 {
      notes.append("counters begin anew at \(counted(found.resets, "sample"))")
    }
    if found.clamped > 0 {
      notes.append(
        "what stands for committed memory is below zero in \(counted(found.clamped, "sample")), zero here"
      )
    }
  }
}
