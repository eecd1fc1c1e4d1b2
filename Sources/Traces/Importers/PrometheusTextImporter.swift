internal import Text
internal import Units

/// Metrics as text: scrapes of node_exporter, a federation, or `promtool tsdb dump`.
///
/// A scrape tells no time: it is the number of seconds in the file's name, a line with a time above it, or with
/// `step` one scrape after another. Lines with times of their own (milliseconds) need neither.
struct PrometheusTextImporter: TraceImporter {
  static let format = TraceFormat(
    name: "prometheus-text",
    summary: "node_exporter: scrapes as files named by seconds since 1970; promtool tsdb dump")
  static var comesInManyFiles: Bool { true }

  private let step: SimDuration?
  private var samples: PrometheusSamples
  private var time: Int64?
  private var count: Int64 = 0

  init(_ options: ImportOptions) {
    step = options.step
    samples = PrometheusSamples(options)
  }

  static func recognises(_ head: TraceHead) -> Bool {
    head.hasLine(prefix: "# HELP ") || head.hasLine(prefix: "# TYPE ")
      || head.hasLine(prefix: "node_memory_") || head.hasLine(prefix: "{__name__=\"")
  }

  mutating func beginFile(_ name: String, into intake: inout TraceIntake) throws(TraceFault) {
    let base = name.split(separator: "/").last ?? ""
    let numbers = base.split { !("0"..."9").contains($0) }.compactMap { Int64(String($0)) }
    time = numbers.last { (100_000_000...9_000_000_000).contains($0) }.map { $0 * 1_000_000_000 }
    if let step {
      time = try step.times(count, at: .nowhere)
      count += 1
    }
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    let text = line.trimmed()
    guard let first = text.first, first != UInt8(ascii: "#") else { return }
    if (0x30...0x39).contains(first) || (0x41...0x5A).contains(first), let stamp = TimeStamp(text) {
      intake.note(stamp)
      if step == nil { time = stamp.nanoseconds }
      return
    }
    guard let (labels, rest) = Self.series(text) else {
      throw text.fault("expected a metric with a value, found \(quoted(text.text))")
    }
    let words = rest.words()
    guard words.count == 1 || words.count == 2 else {
      throw text.fault("expected a metric with a value, found \(quoted(text.text))")
    }
    guard let quantity = try samples.series(labels, at: text, &intake) else { return }
    var sampled = time
    if words.count == 2, step == nil {
      guard let milliseconds = words[1].decimal(places: 6), milliseconds < .max else {
        throw words[1].fault("expected milliseconds since 1970, found \(quoted(words[1].text))")
      }
      sampled = milliseconds
    }
    guard let sampled else {
      throw text.fault(
        "no time: name the file by seconds since 1970, put a line of `date -u +%FT%TZ` before each scrape, or give "
          + "--step")
    }
    if step != nil { intake.understood.isAbsolute = false }
    try samples.add(quantity, words[0], time: sampled)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    try samples.emit(into: &intake)
  }

  /// The name and labels of `name{label="value",...} ...`, and what follows them.
  private static func series(
    _ line: TraceField
  ) -> (labels: [(name: String, value: String)], rest: TraceField)? {
    let bytes = line.bytes
    var place = bytes.startIndex
    func field(_ range: Range<Int>) -> TraceField {
      TraceField(bytes: bytes[range], line: line.line, lineStart: line.lineStart)
    }
    while place < bytes.endIndex, bytes[place] > 0x20, bytes[place] != UInt8(ascii: "{") {
      place += 1
    }
    var labels: [(name: String, value: String)] = []
    if place > bytes.startIndex {
      labels.append(("__name__", field(bytes.startIndex..<place).text))
    }
    guard place < bytes.endIndex else { return nil }
    guard bytes[place] == UInt8(ascii: "{") else { return (labels, field(place..<bytes.endIndex)) }
    place += 1
    while place < bytes.endIndex, bytes[place] != UInt8(ascii: "}") {
      let start = place
      guard let equals = bytes[place...].firstIndex(of: UInt8(ascii: "=")),
        equals + 1 < bytes.endIndex, bytes[equals + 1] == UInt8(ascii: "\"")
      else { return nil }
      place = equals + 2
      while place < bytes.endIndex, bytes[place] != UInt8(ascii: "\"") {
        place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard place < bytes.endIndex else { return nil }
      let name = field(start..<equals).text.filter { $0 != " " && $0 != "," }
      labels.append((name, field(equals + 2..<place).text))
      place += 1
    }
    guard place < bytes.endIndex else { return nil }
    return (labels, field(place + 1..<bytes.endIndex))
  }
}
