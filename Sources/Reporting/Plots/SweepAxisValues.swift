internal import Recording
internal import Scenarios
internal import Text

/// The values that a parameter of a sweep has, in order: by number where all have one, else as the sweep has them.
struct SweepAxisValues {
  /// The parameter's path.
  let path: String
  /// Its place among the sweep's parameters.
  let place: Int
  /// The values as texts.
  let texts: [String]
  /// The values as numbers; nothing if some are none.
  let numbers: [Double]?
  private let places: [String: Int]

  /// The values of the parameter at a place of `paths`.
  init(_ table: SweepTable, place: Int) {
    path = table.paths[place]
    self.place = place
    var known: [String: Double?] = [:]
    var texts: [String] = []
    for row in table.rows {
      let text = row.values[place]?.value ?? ""
      if known[text] == nil { texts.append(text) }
      known[text] = .some(row.values[place]?.number)
    }
    let numbers = texts.compactMap { known[$0] ?? nil }
    if numbers.count == texts.count {
      let order = texts.indices.sorted { numbers[$0] < numbers[$1] }
      self.texts = order.map { texts[$0] }
      self.numbers = order.map { numbers[$0] }
    } else {
      self.texts = texts
      self.numbers = nil
    }
    places = Dictionary(uniqueKeysWithValues: zip(self.texts, self.texts.indices))
  }

  /// The values of the parameter that a path or the end of one names.
  ///
  /// - Throws: `AnalysisError.unknownParameter`.
  init(_ table: SweepTable, named name: String) throws(AnalysisError) {
    let ends = table.paths.indices.filter {
      ParameterPath(table.paths[$0]).isNamed(by: name)
    }
    guard ends.count == 1, let place = ends.first else {
      throw .unknownParameter(name, varying: table.paths)
    }
    self.init(table, place: place)
  }

  /// The values as labels of gnuplot's axis, at 0, 1, 2...
  var tics: String {
    texts.enumerated().map { "\(Gnuplot.quoted($1, isFormat: true)) \($0)" }.joined(separator: ", ")
  }

  /// Where a run's value stands.
  func index(of row: SweepTable.Row) -> Int {
    places[row.values[place]?.value ?? ""] ?? 0
  }
}
