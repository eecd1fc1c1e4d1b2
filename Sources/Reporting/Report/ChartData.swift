internal import Recording
internal import Text

/// What `page.js` draws: series over a common axis, as JSON.
struct ChartData {
  /// How a series is drawn; the raw value stands in the JSON.
  enum Kind: String {
    /// Filled, on top of the layers before it.
    case layer
    /// A line of steps.
    case step
    /// Dots alone.
    case points
    /// Dots and the line through them.
    case path
  }

  /// A series and its values in the order of the rows.
  struct Series {
    var name: String
    var colour: String
    var kind: Kind
    /// Lengths of dashes and gaps in pixels.
    var dash: [Int] = []
    /// The radius of its dots in pixels.
    var size = 3
    var values: [Double?]
  }

  /// The axes' titles.
  var x: String
  var y: String
  /// Where the rows are.
  var places: [Double]
  var series: [Series]
  /// What is marked on the axis.
  var marks: [(x: Double, text: String)] = []
  /// What each row is called in place of its number.
  var labels: [String]?
  /// Whether the axis may begin elsewhere than at 0.
  var isFree = false

  /// The chart as JSON, for a `script` element: with `<` written otherwise it neither ends there nor becomes a comment.
  var json: String {
    var json = String.UnicodeScalarView()
    for scalar in value.text.unicodeScalars {
      if scalar == "<" { json += "\\u003c".unicodeScalars } else { json.append(scalar) }
    }
    return String(json)
  }

  private var value: JSON {
    let described = series.map { series in
      // Black is whatever the page's ink is, unless there are light layers below.
      let isOnLayers = self.series.contains { $0.kind == .layer }
      let colour = series.colour == PlotColour.black && !isOnLayers ? "ink" : series.colour
      return [
        "name": series.name, "colour": colour, "kind": series.kind.rawValue, "dash": series.dash,
        "size": series.size,
      ] as JSON
    }
    let rows = places.indices.map { row in
      JSON.array([Self.number(places[row])] + series.map { Self.number($0.values[row]) })
    }
    return [
      "x": x, "y": y, "free": isFree, "series": described,
      "marks": marks.map { ["x": Self.number($0.x), "text": $0.text] as JSON },
      "labels": labels, "rows": rows,
    ]
  }

  private static func number(_ value: Double?) -> JSON { value?.shortened ?? .null }
}
