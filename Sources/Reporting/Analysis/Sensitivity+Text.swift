internal import Recording
internal import Statistics
public import Text

extension Sensitivity {
  /// The finding in lines of at most `width` characters, what matters most first.
  public func text(width: Int? = nil) -> String {
    let heading = "Sweep \(sweep.id) (\(sweep.name)): what moves \(metric.text), over \(runs) runs"
    let gaps =
      missing > 0 ? ["\(missing) points have no finished run and are left out."] : []
    let wrapped = { TableText.wrapped($0, width: width) }
    let above = ([heading] + gaps).map(wrapped).joined(separator: "\n")
    let texts = tables.map { $0.text(width: width) }.joined(separator: "\n")
    return "\(above)\n\n\(texts)\n\(explanation.map(wrapped).joined(separator: "\n"))\n"
  }

  /// The finding as one table or two.
  var tables: [TableText] {
    switch finding {
    case .grid(let shares, let levels): gridTables(shares, levels)
    case .morris(let effects): [morrisTable(effects)]
    case .sobol(let indices): [sobolTable(indices)]
    }
  }

  /// The parameters, what matters most first.
  var order: [String] { places.map { parameters[$0] } }

  private var places: [Int] {
    let weights =
      switch finding {
      case .grid(let shares, _): shares.mains.map(\.share)
      case .morris(let effects): effects.map { $0?.absoluteMean ?? -1 }
      case .sobol(let sobol): sobol.indices.map(\.total)
      }
    return parameters.indices.sorted { weights[$0] > weights[$1] }
  }

  private var names: [String] { parameters.map { Advice.short($0, among: parameters) } }

  /// What the figures mean, sentence after sentence.
  var explanation: [String] {
    switch finding {
    case .grid: ["Shares of the variance over a full grid; means over all other parameters."]
    case .morris:
      [
        "mu* is the mean absolute change over the parameter's range, mu the mean change; "
          + "sigma beside mu* tells of bends and interactions. Interval: 95%, bootstrap."
      ]
    case .sobol:
      [
        "Shares of the variance, alone and with all interactions.",
        "Intervals: 95%, bootstrap.",
      ]
    }
  }

  private func gridTables(_ shares: VarianceShares, _ levels: [[String]]) -> [TableText] {
    let scale = scale(shares.mains.flatMap(\.means))
    let unit = scale.unit.isEmpty ? "" : " (\(scale.unit))"
    let mains = TableText(
      columns: [
        .init("parameter"), .init("share (%)", .right), .init("least\(unit)", .right),
        .init("at", .right), .init("greatest\(unit)", .right), .init("at", .right),
      ],
      rows: places.map { index in
        let means = shares.mains[index].means
        let least = means.indices.min { means[$0] < means[$1] } ?? 0
        let greatest = means.indices.max { means[$0] < means[$1] } ?? 0
        return [
          names[index], Self.percent(shares.mains[index].share), scale.text(means[least]),
          levels[index][least], scale.text(means[greatest]), levels[index][greatest],
        ]
      })
    let pairs = TableText(
      columns: [.init("together"), .init("share (%)", .right)],
      rows: shares.interactions.map { pair in
        [pair.factors.map { names[$0] }.joined(separator: " x "), Self.percent(pair.share)]
      } + [["three and more, and chance", Self.percent(shares.rest)]])
    return [mains, pairs]
  }

  private func morrisTable(_ effects: [MorrisEffects.Effect?]) -> TableText {
    let scale = scale(effects.compactMap { $0?.absoluteMean })
    let unit = scale.unit.isEmpty ? "" : " (\(scale.unit))"
    return TableText(
      columns: [
        .init("parameter"), .init("mu*\(unit)", .right), .init("interval", .right),
        .init("mu", .right), .init("sigma", .right), .init("effects", .right),
      ],
      rows: places.map { index in
        guard let effect = effects[index] else { return [names[index], "-", "-", "-", "-", "0"] }
        return [
          names[index], scale.text(effect.absoluteMean),
          effect.interval.map { "\(scale.text($0.lowerBound)) to \(scale.text($0.upperBound))" }
            ?? "-",
          scale.text(effect.mean), scale.text(effect.deviation ?? .nan), "\(effect.count)",
        ]
      })
  }

  private func sobolTable(_ sobol: SobolIndices) -> TableText {
    return TableText(
      columns: [
        .init("parameter"), .init("alone", .right), .init("interval", .right),
        .init("with interactions", .right), .init("interval", .right),
      ],
      rows: places.map { place in
        let index = sobol.indices[place]
        return [
          names[place], Self.share(index.first), Self.text(index.firstInterval),
          Self.share(index.total), Self.text(index.totalInterval),
        ]
      })
  }

  /// A scale that tells figures apart.
  private func scale(_ figures: [Double]) -> UnitScale {
    let finite = figures.filter(\.isFinite)
    let span = (finite.max() ?? 0) - (finite.min() ?? 0)
    return UnitScale(unit: unit, largest: finite.map(abs).max() ?? 0, resolving: span / 100)
  }

  private static func percent(_ share: Double) -> String {
    UnitScale(unit: "%", largest: 100).text(share * 100)
  }

  private static func share(_ value: Double) -> String {
    UnitScale(unit: "ratio", largest: 1).text(value)
  }

  private static func text(_ interval: ClosedRange<Double>) -> String {
    "\(share(interval.lowerBound)) to \(share(interval.upperBound))"
  }
}

extension Sensitivity {
  /// The finding as a JSON object, parameters in the order of the sweep.
  public var json: JSON {
    let found: JSON =
      switch finding {
      case .grid(let shares, let levels): json(shares, levels)
      case .morris(let effects):
        ["method": "morris", "parameters": zip(parameters, effects).map(Self.json)]
      case .sobol(let sobol):
        [
          "method": "sobol", "rows": sobol.rows,
          "parameters": zip(parameters, sobol.indices).map(Self.json),
        ]
      }
    return [
      "sweep": sweep.id, "name": sweep.name, "metric": metric.name, "unit": unit, "runs": runs,
      "missing_points": missing,
    ] + found
  }

  private func json(_ shares: VarianceShares, _ levels: [[String]]) -> JSON {
    [
      "method": "grid",
      "parameters": parameters.indices.map { index in
        [
          "path": parameters[index], "share": shares.mains[index].share,
          "means": zip(levels[index], shares.mains[index].means).map {
            ["value": $0, "mean": $1] as JSON
          },
        ] as JSON
      },
      "interactions": shares.interactions.map { pair in
        ["paths": pair.factors.map { parameters[$0] }, "share": pair.share] as JSON
      },
      "rest": shares.rest,
    ]
  }

  private static func json(_ path: String, _ effect: MorrisEffects.Effect?) -> JSON {
    guard let effect else { return ["path": path, "effects": 0] }
    return [
      "path": path, "mu_star": effect.absoluteMean, "mu_star_interval": effect.interval.map(json),
      "mu": effect.mean, "sigma": effect.deviation, "effects": effect.count,
    ]
  }

  private static func json(_ path: String, _ index: SobolIndices.Index) -> JSON {
    [
      "path": path, "first": index.first, "first_interval": json(index.firstInterval),
      "total": index.total, "total_interval": json(index.totalInterval),
    ]
  }

  private static func json(_ interval: ClosedRange<Double>) -> JSON {
    [interval.lowerBound, interval.upperBound]
  }
}
