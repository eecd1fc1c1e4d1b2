internal import Recording

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
    guard numbers.count == texts.count else {
      self.texts = texts
      self.numbers = nil
      return
    }
    let order = texts.indices.sorted { numbers[$0] < numbers[$1] }
    self.texts = order.map { texts[$0] }
    self.numbers = order.map { numbers[$0] }
  }

  /// The values of the parameter that a path or the end of one names.
  ///
  /// - Throws: `AnalysisError.unknownParameter`.
  init(_ table: SweepTable, named name: String) throws(AnalysisError) {
    let ends = table.paths.indices.filter {
      table.paths[$0] == name || table.paths[$0].hasSuffix("." + name)
    }
    guard ends.count == 1, let place = ends.first else {
      throw .unknownParameter(name, varying: table.paths)
    }
    self.init(table, place: place)
  }

  /// Where a run's value stands.
  func index(of row: SweepTable.Row) -> Int {
    texts.firstIndex(of: row.values[place]?.value ?? "") ?? 0
  }
}
