/// A table for people: columns aligned, no wider than the place it is shown in.
///
/// If it is too wide, texts are broken into several lines, numbers never; if that is not enough, each row
/// becomes a block of lines with one value each. Titles and cells are each on one line, whatever is in them.
public struct TableText: Hashable, Sendable {
  /// Where a column's values stand.
  public enum Alignment: Sendable {
    /// Texts; they may be broken.
    case left
    /// Numbers; they stay whole.
    case right
  }

  /// A column's title and alignment.
  public struct Column: Hashable, Sendable {
    /// What stands above it.
    public var title: String
    /// Where its values stand.
    public var alignment: Alignment

    /// A column.
    public init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// The columns, at least one.
  public var columns: [Column]
  /// The rows, each with a text for every column.
  public var rows: [[String]]

  /// A table.
  public init(columns: [Column], rows: [[String]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The table as lines of at most `width` characters; without a width as wide as it comes.
  ///
  /// A title or a number that is wider than `width` by itself still sticks out.
  public func text(width: Int? = nil) -> String {
    let table = TableText(
      columns: columns.map { Column(TerminalText.line($0.title), $0.alignment) },
      rows: rows.map { $0.map(TerminalText.line) })
    guard let width else { return table.grid(table.naturalWidths) }
    return table.widths(within: width).map(table.grid) ?? table.blocks(width: width)
  }

  /// The table in Markdown, as wide as it comes.
  public var markdown: String {
    let rules = columns.map { $0.alignment == .left ? "---" : "---:" }
    return ([columns.map(\.title), rules] + rows).map { cells in
      "| " + cells.map(Self.markdown).joined(separator: " | ") + " |\n"
    }.joined()
  }

  /// A text in a cell of Markdown, in which a bar ends the cell and `<` begins a tag.
  private static func markdown(_ text: String) -> String {
    var cell = String.UnicodeScalarView()
    for scalar in TerminalText.line(text).unicodeScalars {
      if scalar == "|" || scalar == "<" || scalar == "`" { cell.append("\\") }
      cell.append(scalar)
    }
    return String(cell)
  }

  /// Spaces between two columns.
  private static let gap = 2
  /// No column of texts is made narrower than this.
  private static let leastTextWidth = 10

  private var naturalWidths: [Int] {
    columns.indices.map { index in
      rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
    }
  }

  /// The widths of the columns, the widest texts cut first; nothing if the table cannot be that narrow.
  private func widths(within width: Int) -> [Int]? {
    var widths = naturalWidths
    var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - width
    while excess > 0 {
      let candidates = widths.indices.filter {
        columns[$0].alignment == .left && widths[$0] > Self.leastTextWidth
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return nil }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func grid(_ widths: [Int]) -> String {
    let rules = widths.map { String(repeating: "-", count: $0) }
    return ([columns.map(\.title), rules] + rows).map { line($0, widths) }.joined()
  }

  /// A row, of as many lines as its longest text needs.
  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let broken = zip(cells, widths).map { Self.broken($0, width: $1) }
    let height = broken.map(\.count).max() ?? 0
    return (0..<height).map { number in
      let parts = broken.indices.map { index in
        let part = number < broken[index].count ? broken[index][number] : ""
        let padding = String(repeating: " ", count: max(0, widths[index] - part.count))
        return columns[index].alignment == .left ? part + padding : padding + part
      }
      let text = parts.joined(separator: String(repeating: " ", count: Self.gap))
      return Self.withoutTrailingSpaces(text) + "\n"
    }.joined()
  }

  private func blocks(width: Int) -> String {
    let titleWidth = columns.map(\.title.count).max() ?? 0
    let valueWidth = max(Self.leastTextWidth, width - titleWidth - Self.gap)
    return rows.map { cells in
      zip(columns, cells).map { column, cell in
        let title = column.title.padded(to: titleWidth + Self.gap)
        let indent = String(repeating: " ", count: titleWidth + Self.gap)
        let value = Self.broken(cell, width: column.alignment == .left ? valueWidth : .max)
          .joined(separator: "\n" + indent)
        return Self.withoutTrailingSpaces(title + value) + "\n"
      }.joined()
    }.joined(separator: "\n")
  }

  /// The text in lines of at most `width` characters, broken at spaces where there are any, or else behind a sign that
  /// divides names and paths.
  private static func broken(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var rest = text[...]
    while !rest.dropFirst(width).isEmpty {
      let head = rest.prefix(width + 1)
      if let space = head.lastIndex(of: " "), space > rest.startIndex {
        lines.append(withoutTrailingSpaces(String(rest[..<space])))
        rest = rest[space...].drop { $0 == " " }
      } else {
        let whole = rest.prefix(width)
        let sign = whole.lastIndex { "_./,-=".contains($0) }
        let line = sign.map { whole[...$0] } ?? whole
        lines.append(String(line))
        rest = rest[line.endIndex...]
      }
    }
    return lines + [String(rest)]
  }

  private static func withoutTrailingSpaces(_ text: String) -> String {
    var rest = text[...]
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}

extension String {
  /// The text with spaces behind it up to `width` characters.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension TableText {
  /// A sentence in lines of at most `width` characters. It has no ends of lines of its own: names in it may be anybody's.
  public static func wrapped(_ sentence: String, width: Int?) -> String {
    let text = TerminalText.line(sentence)
    guard let width, text.count > width else { return text }
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count + 1 > width { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.joined(separator: "\n")
  }
}
