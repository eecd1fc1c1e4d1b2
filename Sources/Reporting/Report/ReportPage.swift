internal import Recording
internal import Text

/// A page: a title and sections, as the template `page.mustache` takes them.
public struct ReportPage: Sendable {
  /// The heading.
  public var title: String
  /// What it is about, paragraph by paragraph.
  public var lead: [String]
  var sections: [Section]

  /// What its sections are called.
  public var sectionTitles: [String] { sections.map(\.title) }

  /// A section with a heading of its own.
  struct Section: Sendable {
    var id: String
    var title: String
    var parts: [Part]
  }

  /// A piece of a section; what it does not have is left out.
  struct Part: Sendable {
    var heading: String?
    var paragraphs: [String] = []
    /// Lines to be copied.
    var commands: String?
    var chart: Chart?
    var table: Table?
    var details: Details?
  }

  /// A table that is folded until somebody asks for it.
  struct Details: Sendable {
    var summary: String
    var table: Table
  }

  /// A chart that can be zoomed and read.
  struct Chart: Sendable {
    var id: String
    var title: String
    var caption: String
    /// What `page.js` draws, as JSON for a `script` element.
    var data: String
    /// The same as SVG, for who runs no scripts; may be empty.
    var picture = ""
  }

  /// A table; the first cell of each row is its heading.
  struct Table: Sendable {
    struct Column: Sendable {
      var title: String
      var isNumber: Bool
    }
    struct Cell: Sendable {
      var text: String
      var isNumber: Bool
      var isHeading = false
      /// A style of its own, in a heat map.
      var colour: String?
    }
    struct Row: Sendable {
      var cells: [Cell]
    }
    var caption: String
    var columns: [Column]
    var rows: [Row]
    var isHeat = false

    /// A table as terminals show it.
    init(_ table: TableText, caption: String) {
      self.caption = caption
      columns = table.columns.map { Column(title: $0.title, isNumber: $0.alignment == .right) }
      rows = table.rows.map { row in
        Row(
          cells: row.enumerated().map { place, text in
            Cell(
              text: text, isNumber: table.columns[place].alignment == .right, isHeading: place == 0)
          })
      }
    }
  }
}
