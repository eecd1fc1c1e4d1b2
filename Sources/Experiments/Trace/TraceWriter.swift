/// Writes a trace as CSV: `#` lines of provenance, a header line with `time_s` first, a row for each sample.
///
/// Lines are whole whenever they are handed on.
final class TraceWriter: TraceSink {
  private let write: ([UInt8]) throws -> Void
  private var buffer: [UInt8] = []
  private var columns: [TraceQuantity] = []
  private var first: Int64?
  private var failure: (any Error)?
  private static let chunk = 1 << 17

  /// A writer that hands whole lines to `write`.
  init(to write: @escaping ([UInt8]) throws -> Void) {
    self.write = write
    buffer.reserveCapacity(Self.chunk + 4_096)
  }

  /// Whether `write` has thrown.
  var hasFailed: Bool { failure != nil }

  /// Writes a `#` line; what would break the line is replaced by blanks.
  func comment(_ text: String) {
    buffer += Array("# ".utf8)
    buffer += text.utf8.map { $0 < 0x20 ? 0x20 : $0 }
    buffer.append(0x0A)
  }

  func begin(columns: [TraceQuantity], understood: TraceUnderstanding) {
    self.columns = columns
    buffer += Array((["time_s"] + columns.map(\.column)).joined(separator: ",").utf8)
    buffer.append(0x0A)
  }

  func take(_ row: inout TraceRow) {
    let start = first ?? row.time
    first = start
    appendSeconds(row.time - start)
    for column in columns {
      buffer.append(UInt8(ascii: ","))
      if let value = row[column] { append(value) }
    }
    buffer.append(0x0A)
    if buffer.count >= Self.chunk { flush() }
  }

  /// Hands on what waits; throws what `write` has thrown.
  func finish() throws {
    flush()
    if let failure { throw failure }
  }

  /// Hands on the lines so far.
  func flush() {
    if failure == nil { do { try write(buffer) } catch { failure = error } }
    buffer.removeAll(keepingCapacity: true)
  }

  private func append(_ value: Int64) {
    if value < 0 { buffer.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = buffer.count
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      buffer.append(0x30 + UInt8(truncatingIfNeeded: digit))
      rest = quotient
    } while rest > 0
    var (left, right) = (start, buffer.count - 1)
    while left < right {
      buffer.swapAt(left, right)
      (left, right) = (left + 1, right - 1)
    }
  }

  private func appendSeconds(_ nanoseconds: Int64) {
    append(nanoseconds / 1_000_000_000)
    var part = nanoseconds % 1_000_000_000
    if part == 0 { return }
    buffer.append(UInt8(ascii: "."))
    var unit: Int64 = 100_000_000
    while part > 0 {
      buffer.append(0x30 + UInt8(part / unit))
      part %= unit
      unit /= 10
    }
  }
}
