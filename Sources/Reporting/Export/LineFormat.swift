internal import Recording
internal import Text

/// How a row becomes a line of text.
///
/// A line has the row's cells and, behind them, a tail that is the same for many rows and is put into text once.
struct LineFormat: Sendable {
  private let format: Exporter.Format
  private let separator: UInt8
  /// The names of the columns, those of the tail included.
  private let columns: [String]
  /// The text before each value of a JSON object.
  private let keys: [[UInt8]]
  /// Which columns have texts that are JSON themselves.
  private let nested: Set<Int>
  private var tail: [UInt8] = []

  /// The format of rows with these columns and a tail; what is `nested` is JSON in its table.
  init(
    _ format: Exporter.Format, columns: [String], tail: [String] = [], nested: Set<String> = []
  ) {
    self.format = format
    self.columns = columns + tail
    separator = UInt8(ascii: format == .tsv ? "\t" : ",")
    keys = self.columns.enumerated().map { index, name in
      Array(((index == 0 ? "" : ",") + JSON.string(name).text + ":").utf8)
    }
    self.nested = Set(columns.indices.filter { nested.contains(columns[$0]) })
  }

  /// What comes before the first row: the header.
  func begin(_ buffer: inout LineBuffer) {
    switch format {
    case .csv, .tsv:
      for (index, name) in columns.enumerated() {
        buffer.reserve(1)
        if index > 0 { buffer.append(separator) }
        appendField(name, to: &buffer)
      }
      buffer.append("\n")
    case .json: buffer.append("[")
    case .ndjson: break
    }
  }

  /// What comes after the last row.
  func end(_ buffer: inout LineBuffer) {
    if format == .json { buffer.append("\n]\n") }
  }

  /// Lines from now on end with these cells.
  mutating func setTail(_ cells: [Cell]) {
    var buffer = LineBuffer()
    for (index, cell) in cells.enumerated() {
      append(cell, at: columns.count - cells.count + index, to: &buffer)
    }
    tail = []
    do {
      try buffer.flush { tail = $0 }
    } catch {
      preconditionFailure("bytes in memory cannot be kept: \(error)")
    }
  }

  /// One row.
  func append(
    _ cells: UnsafeBufferPointer<StoredCell>, isFirst: Bool, to buffer: inout LineBuffer
  ) {
    beginLine(cells.count, isFirst: isFirst, to: &buffer)
    switch format {
    case .csv, .tsv:
      for index in cells.indices {
        if index > 0 { buffer.append(separator) }
        switch cells[index] {
        case .integer(let number): buffer.append(number)
        case .real(let number): buffer.append(number)
        case .null: if columns.count == 1 { buffer.append("\"\"") }
        case .text(let text):
          appendField(text, to: &buffer)
          buffer.reserve((cells.count - index) * LineBuffer.roomOfNumber)
        }
      }
    case .json, .ndjson:
      for index in cells.indices { appendMember(cells[index], at: index, to: &buffer) }
    }
    endLine(&buffer)
  }

  /// One row.
  func append(_ cells: [Cell], isFirst: Bool, to buffer: inout LineBuffer) {
    beginLine(cells.count, isFirst: isFirst, to: &buffer)
    for (index, cell) in cells.enumerated() { append(cell, at: index, to: &buffer) }
    endLine(&buffer)
  }

  private func beginLine(_ cells: Int, isFirst: Bool, to buffer: inout LineBuffer) {
    buffer.reserve((cells + 1) * LineBuffer.roomOfNumber)
    switch format {
    case .csv, .tsv: break
    case .json: buffer.append(isFirst ? "\n{" : ",\n{")
    case .ndjson: buffer.append("{")
    }
  }

  private func endLine(_ buffer: inout LineBuffer) {
    buffer.append(tail)
    switch format {
    case .csv, .tsv: buffer.append("\n")
    case .json: buffer.append("}")
    case .ndjson: buffer.append("}\n")
    }
  }

  /// Appends a cell with what divides it from the one before.
  private func append(_ cell: Cell, at index: Int, to buffer: inout LineBuffer) {
    buffer.reserve(LineBuffer.roomOfNumber)
    func append(_ cell: StoredCell, _ buffer: inout LineBuffer) {
      if format == .json || format == .ndjson {
        return appendMember(cell, at: index, to: &buffer)
      }
      if index > 0 { buffer.append(separator) }
      switch cell {
      case .integer(let number): buffer.append(number)
      case .real(let number): buffer.append(number)
      case .null: if columns.count == 1 { buffer.append("\"\"") }
      case .text(let text): appendField(text, to: &buffer)
      }
    }
    switch cell {
    case .null: append(.null, &buffer)
    case .integer(let number): append(.integer(number), &buffer)
    case .real(let number): append(.real(number), &buffer)
    case .text(var text): text.withUTF8 { append(.text($0), &buffer) }
    }
  }

  private func appendField(_ text: String, to buffer: inout LineBuffer) {
    var text = text
    text.withUTF8 { appendField($0, to: &buffer) }
  }

  /// Appends a text, quoted where RFC 4180 asks for it, or where it is empty and not NULL.
  private func appendField(_ text: UnsafeBufferPointer<UInt8>, to buffer: inout LineBuffer) {
    let quote = UInt8(ascii: "\"")
    var (isSpecial, isASCII) = (text.isEmpty, true)
    for byte in text {
      if byte == quote || byte == separator || byte == 0x0A || byte == 0x0D || byte == 0 {
        isSpecial = true
      }
      if byte >= 0x80 { isASCII = false }
    }
    // Bytes that somebody else wrote and that are no UTF-8 are mended on the way.
    guard isASCII || isValidUTF8(text) else {
      return appendField(String(decoding: text, as: UTF8.self), to: &buffer)
    }
    buffer.reserve(2 * text.count + 3)
    let needsApostrophe = SpreadsheetText.needsApostrophe(text)
    guard isSpecial else {
      if needsApostrophe { buffer.append(UInt8(ascii: "'")) }
      return buffer.append(text)
    }
    buffer.append(quote)
    if needsApostrophe { buffer.append(UInt8(ascii: "'")) }
    for byte in text {
      if byte == quote { buffer.append(quote) }
      buffer.append(byte)
    }
    buffer.append(quote)
  }

  private func isValidUTF8(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    String(validating: text, as: UTF8.self) != nil
  }

  private func appendMember(_ cell: StoredCell, at index: Int, to buffer: inout LineBuffer) {
    buffer.append(keys[index])
    buffer.reserve(LineBuffer.roomOfNumber)
    switch cell {
    case .null: buffer.append("null")
    case .integer(let number): buffer.append(number)
    case .real(let number): buffer.append(JSON.number(number).text)
    case .text(let text):
      let text = String(decoding: text, as: UTF8.self)
      buffer.append((nested.contains(index) ? JSON.recorded(text) : .string(text)).text)
    }
  }
}
