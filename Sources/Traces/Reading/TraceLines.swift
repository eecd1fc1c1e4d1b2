internal import Foundation

/// The lines of a trace one after another, without their ends; a byte-order mark at the start is skipped.
///
/// A line is valid until the next is asked for.
struct TraceLines: ~Copyable {
  /// The longest line, in bytes: JSON often is one line.
  static let lineLimit = 1 << 28

  private let source: TraceBytes
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  private var line = 0
  /// Whether the last line that was given had no end: it may be cut off.
  private(set) var isOpen = false

  /// The lines of `source`; reads the beginning at once.
  init(_ source: TraceBytes) {
    self.source = source
    fill(upTo: 1 << 16)
    if buffer[..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
  }

  deinit { buffer.deallocate() }

  /// Shows the first lines, at most 64 KiB, to `body` without taking them.
  borrowing func head<Result>(
    _ body: (TraceHead) throws(TraceFault) -> Result
  ) throws(TraceFault) -> Result {
    let bytes = UnsafeBufferPointer(rebasing: bound[start..<min(end, start + 1 << 16)])
    var lines: [TraceField] = []
    for slice in bytes.split(separator: 0x0A, maxSplits: 400, omittingEmptySubsequences: false) {
      var field = TraceField(bytes: slice, line: lines.count + 1, lineStart: slice.startIndex)
      if field.bytes.last == 0x0D { field.bytes.removeLast() }
      lines.append(field)
    }
    return try body(TraceHead(lines: lines.prefix(400).filter { !$0.trimmed().isEmpty }))
  }

  /// The next line; nothing at the end.
  mutating func next() throws(TraceFault) -> TraceField? {
    var length = lengthOfLine(from: start)
    while length == nil, !isAtEnd {
      if end - start > Self.lineLimit {
        throw TraceFault(line: line + 1, column: 1, message: "a line of more than 256 MiB")
      }
      let known = end - start
      fill(upTo: known + 1)
      length = lengthOfLine(from: start + known).map { $0 + known }
    }
    if let fault = source.fault { throw TraceFault(line: line + 1, column: 1, message: fault) }
    if length == nil, start == end { return nil }
    isOpen = length == nil
    line += 1
    let (first, stop) = (start, start + (length ?? end - start))
    start = length == nil ? stop : stop + 1
    let hasReturn = stop > first && buffer[stop - 1] == 0x0D
    return TraceField(
      bytes: bound[first..<(hasReturn ? stop - 1 : stop)], line: line, lineStart: first)
  }

  private var bound: UnsafeBufferPointer<UInt8> {
    UnsafeRawBufferPointer(buffer).assumingMemoryBound(to: UInt8.self)
  }

  private func lengthOfLine(from place: Int) -> Int? {
    guard place < end, let base = buffer.baseAddress,
      let found = memchr(base + place, 0x0A, end - place)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base + place)
  }

  /// Reads until so many bytes are waiting, or to the end; moves them to the front and makes room first.
  private mutating func fill(upTo count: Int) {
    if start > 0, let base = buffer.baseAddress {
      memmove(base, base + start, end - start)
      (start, end) = (0, end - start)
    }
    if buffer.count - end < 1 << 16 {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: buffer.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
      buffer.deallocate()
      buffer = larger
    }
    while end < count, !isAtEnd {
      if buffer.count - end < 1 << 16 { return }
      let read = source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
      if read == 0 { isAtEnd = true }
      end += read
    }
  }
}

/// The first lines of a trace, blank ones left out, by which its format is recognised.
struct TraceHead {
  /// The lines; the last may be cut off.
  var lines: [TraceField]

  /// The first line.
  var first: TraceField? { lines.first }

  /// The lines that are no `#` comments.
  var content: [TraceField] { lines.filter { $0.trimmed().first != UInt8(ascii: "#") } }

  /// Whether a line begins so.
  func hasLine(prefix: StaticString) -> Bool { lines.contains { $0.hasPrefix(prefix) } }

  /// Whether the bytes hold `text` somewhere.
  func contains(_ text: String) -> Bool { lines.contains { $0.contains(text) } }
}
