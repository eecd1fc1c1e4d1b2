internal import Text

/// Answers of Prometheus's HTTP interface, /api/v1/query_range and /api/v1/query, about node_exporter's metrics.
///
/// A series without a name, such as that of an expression, is called `value`.
struct PrometheusJSONImporter: TraceImporter {
  static let format = TraceFormat(
    name: "prometheus-json", summary: "Prometheus: query_range or query of node_exporter's metrics")

  private var document = TraceDocument()
  private var samples: PrometheusSamples
  private var seriesCount = 0

  init(_ options: ImportOptions) { samples = PrometheusSamples(options) }

  static func recognises(_ head: TraceHead) -> Bool {
    head.first?.trimmed().first == UInt8(ascii: "{")
      && (head.contains("\"resultType\"") || head.contains("\"errorType\""))
  }

  mutating func read(_ line: TraceField, into intake: inout TraceIntake) throws(TraceFault) {
    try document.append(line)
  }

  mutating func endFile(isOpen: Bool, into intake: inout TraceIntake) throws(TraceFault) {
    var importer = self
    try document.read { (json) throws(TraceFault) in
      try json.object { (json, key) throws(TraceFault) in
        switch key {
        case "error":
          let message = try json.scalar()
          throw message.fault("Prometheus answered with an error: \(quoted(message.text))")
        case "data":
          try json.object { (json, key) throws(TraceFault) in
            switch key {
            case "resultType":
              let type = try json.scalar()
              if type.text != "matrix", type.text != "vector" {
                throw type.fault("a \(quoted(type.text)) is no series: ask for query_range")
              }
            case "result":
              try json.array { (json) throws(TraceFault) in
                try importer.readSeries(&json, &intake)
              }
            default: try json.skip()
            }
          }
        default: try json.skip()
        }
      }
    }
    (samples, seriesCount) = (importer.samples, importer.seriesCount)
  }

  mutating func end(into intake: inout TraceIntake) throws(TraceFault) {
    if seriesCount == 0 {
      throw intake.lastLine.fault("no samples: the result is empty")
    }
    try samples.emit(into: &intake)
  }

  private mutating func readSeries(
    _ json: inout TraceJSON, _ intake: inout TraceIntake
  ) throws(TraceFault) {
    seriesCount += 1
    var quantity: TraceQuantity?
    var isKnown = false
    try json.object { (json, key) throws(TraceFault) in
      switch key {
      case "metric":
        var labels: [(name: String, value: String)] = []
        let place = try json.here()
        try json.object { (json, name) throws(TraceFault) in
          labels.append((name, try json.scalar().text))
        }
        quantity = try samples.series(labels, at: place, &intake)
        isKnown = true
      case "value", "values":
        guard isKnown else { throw json.fault("no 'metric' before '\(key)'") }
        guard let quantity else { return try json.skip() }
        if key == "value" { return try readPoint(quantity, &json) }
        try json.array { (json) throws(TraceFault) in try readPoint(quantity, &json) }
      default: try json.skip()
      }
    }
  }

  /// Reads `[1795395443, "395452416"]`.
  private mutating func readPoint(
    _ quantity: TraceQuantity, _ json: inout TraceJSON
  ) throws(TraceFault) {
    var time: Int64?
    var value: TraceField?
    try json.array { (json) throws(TraceFault) in
      let scalar = try json.scalar()
      if time == nil {
        guard let seconds = scalar.decimal(places: 9), seconds >= 0, seconds < .max else {
          throw scalar.fault("expected seconds since 1970, found \(quoted(scalar.text))")
        }
        time = seconds
      } else if value == nil {
        value = scalar
      } else {
        throw scalar.fault("a sample has a time and a value, no more")
      }
    }
    guard let time, let value else { throw json.fault("a sample has a time and a value") }
    try samples.add(quantity, value, time: time)
  }
}
