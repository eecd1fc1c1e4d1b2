internal import Recording

/// How a row becomes a line of text.
struct LineFormat: Sendable {
  private let format: Exporter.Format
  private let columns: [String]
  /// The text before each value of a JSON object.
  private let keys: [String]
  /// The column whose texts are JSON themselves.
  private let nested: Int?

  init(_ format: Exporter.Format, table: ResultTable, columns: [String]) {
    self.format = format
    self.columns = columns
    keys = columns.enumerated().map { ($0 == 0 ? "" : ",") + JSONText.quoted($1) + ":" }
    nested = table == .events ? columns.firstIndex(of: "detail") : nil
  }

  /// What comes before the first row.
  func begin(_ buffer: inout [UInt8]) {
    switch format {
    case .csv: append(columns.map(Cell.text), separator: UInt8(ascii: ","), to: &buffer)
    case .tsv: append(columns.map(Cell.text), separator: UInt8(ascii: "\t"), to: &buffer)
    case .json: buffer += "[".utf8
    case .ndjson: break
    }
  }

  /// One row.
  func append(_ cells: [Cell], isFirst: Bool, to buffer: inout [UInt8]) {
    switch format {
    case .csv: append(cells, separator: UInt8(ascii: ","), to: &buffer)
    case .tsv: append(cells, separator: UInt8(ascii: "\t"), to: &buffer)
    case .json:
      buffer += (isFirst ? "\n" : ",\n").utf8
      appendObject(cells, to: &buffer)
    case .ndjson:
      appendObject(cells, to: &buffer)
      buffer += "\n".utf8
    }
  }

  /// What comes after the last row.
  func end(_ buffer: inout [UInt8]) {
    if format == .json { buffer += "\n]\n".utf8 }
  }

  private func append(_ cells: [Cell], separator: UInt8, to buffer: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { buffer.append(separator) }
      switch cell {
      case .null: break
      case .integer(let number): buffer += number.description.utf8
      case .real(let number): buffer += number.description.utf8
      case .text(let text): append(field: text, separator: separator, to: &buffer)
      }
    }
    buffer += "\n".utf8
  }

  /// Appends a text, quoted where RFC 4180 asks for it, or where it is empty and not NULL.
  private func append(field text: String, separator: UInt8, to buffer: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let isSpecial = text.utf8.contains {
      $0 == quote || $0 == separator || $0 == 0x0A || $0 == 0x0D
    }
    guard isSpecial || text.isEmpty else {
      buffer += text.utf8
      return
    }
    buffer.append(quote)
    for byte in text.utf8 {
      if byte == quote { buffer.append(quote) }
      buffer.append(byte)
    }
    buffer.append(quote)
  }

  private func appendObject(_ cells: [Cell], to buffer: inout [UInt8]) {
    buffer += "{".utf8
    for (index, cell) in cells.enumerated() {
      buffer += keys[index].utf8
      switch cell {
      case .null: buffer += "null".utf8
      case .integer(let number): buffer += number.description.utf8
      case .real(let number): buffer += JSONText.number(number).utf8
      case .text(let text):
        buffer += (index == nested ? text : JSONText.quoted(text)).utf8
      }
    }
    buffer += "}".utf8
  }
}
