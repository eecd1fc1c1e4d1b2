internal import Text

/// Writes a trace as CSV: `#` lines of provenance, a header line with `time_s` first, a row for each sample.
///
/// Lines are whole whenever they are handed on.
final class TraceWriter: TraceSink {
  private let write: ([UInt8]) throws -> Void
  private var text = TraceText()
  private var columns: [TraceQuantity] = []
  private var first: Int64?
  private var failure: (any Error)?
  private static let chunk = 1 << 17

  /// A writer that hands whole lines to `write`.
  init(to write: @escaping ([UInt8]) throws -> Void) { self.write = write }

  /// Whether `write` has thrown.
  var hasFailed: Bool { failure != nil }

  /// Writes a `#` line; what would break the line is replaced by blanks.
  func comment(_ comment: String) {
    text.append("# ")
    text.append(comment)
    text.endLine()
  }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    self.columns = columns
    // Before the rows, so that the time of day is known when they are read again.
    if let start = understood.isAbsolute ? understood.start : understood.epoch,
      understood.zone == nil
    {
      comment("start: \(TimeStamp.text(start))Z")
    }
    text.append((["time_s"] + columns.map(\.column)).joined(separator: ","))
    text.endLine()
  }

  func take(_ row: inout TraceRow) {
    let start = first ?? row.time
    first = start
    text.append(row, columns, time: row.time - start)
    if text.bytes.count >= Self.chunk { flush() }
  }

  /// Writes where the samples come from and that this is all; throws what `write` has thrown.
  func finish(_ provenances: [TraceProvenance]) throws {
    for provenance in provenances {
      for source in provenance.sources { comment("sha256: \(source.sha256)  \(source.path)") }
      // `start` stands before the rows.
      for fact in provenance.facts where fact.name != "start" || provenance.zone != nil {
        comment("\(fact.name): \(fact.value)")
      }
      for line in provenance.origin { comment("origin: \(line)") }
    }
    comment("end")
    try flushOrThrow()
  }

  /// Hands on the lines so far; throws what `write` has thrown.
  func flushOrThrow() throws {
    flush()
    if let failure { throw failure }
  }

  /// Hands on the lines so far.
  func flush() {
    if failure == nil { do { try write(text.bytes) } catch { failure = error } }
    text.clear()
  }
}

/// Lines of CSV that wait to be written.
///
/// A value, so that a whole row is one access to the writer's storage.
private struct TraceText {
  private(set) var bytes: [UInt8] = []

  /// Appends text; what would break the line, or is not seen, is replaced by blanks.
  mutating func append(_ text: String) {
    for scalar in text.unicodeScalars {
      if scalar.isUnseen { bytes.append(0x20) } else { bytes += String(scalar).utf8 }
    }
  }

  mutating func endLine() { bytes.append(0x0A) }

  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  /// Appends a row: a time in nanoseconds as seconds, then the columns, those without a value empty.
  mutating func append(_ row: TraceRow, _ columns: [TraceQuantity], time: Int64) {
    // A number has 20 bytes at most, the time ten more.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns.count * 21 + 32) { line in
      var place = Self.write(time / 1_000_000_000, to: line, at: 0)
      var part = time % 1_000_000_000
      if part > 0 {
        line[place] = UInt8(ascii: ".")
        place += 1
      }
      var unit: Int64 = 100_000_000
      while part > 0 {
        line[place] = 0x30 + UInt8(truncatingIfNeeded: part / unit)
        place += 1
        part %= unit
        unit /= 10
      }
      for column in columns {
        line[place] = UInt8(ascii: ",")
        place += 1
        if let value = row[column] { place = Self.write(value, to: line, at: place) }
      }
      line[place] = 0x0A
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: line[...place]))
    }
  }

  /// Writes a number and returns the place behind it; two digits at a time, from its end.
  private static func write(
    _ value: Int64, to line: UnsafeMutableBufferPointer<UInt8>, at start: Int
  ) -> Int {
    if value < 0 { line[start] = UInt8(ascii: "-") }
    let first = start + (value < 0 ? 1 : 0)
    var rest = value.magnitude
    var end = first + 1
    var limit: UInt64 = 10
    while rest >= limit, end < first + 20 {
      end += 1
      limit = limit &* 10
    }
    var place = end
    while rest >= 100 {
      let next = rest / 100
      place -= 2
      pair(Int(rest &- next &* 100), to: line, at: place)
      rest = next
    }
    if rest >= 10 {
      pair(Int(rest), to: line, at: place - 2)
    } else {
      line[first] = 0x30 + UInt8(rest)
    }
    return end
  }

  private static func pair(
    _ number: Int, to line: UnsafeMutableBufferPointer<UInt8>, at place: Int
  ) {
    let tens = (number &* 103) &>> 10  // number / 10 for 0 to 99
    line[place] = 0x30 + UInt8(truncatingIfNeeded: tens)
    line[place + 1] = 0x30 + UInt8(truncatingIfNeeded: number &- tens &* 10)
  }
}
