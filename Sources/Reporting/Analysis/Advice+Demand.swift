internal import Recording
internal import Scenarios
internal import Simulation
internal import Text

extension Advice {
  /// A guess of how coarse samples lead to the next, and what a setting comes to under it.
  struct DemandGuess {
    /// `step` or `linear`.
    var name: String
    /// The means over the runs under this guess, in the order of the objectives.
    var means: [Double]
    /// Whether a run under it breaks a constraint.
    var isBroken: Bool
  }

  /// What a setting comes to under every guess of what happened between coarse samples; empty if the sweep has none.
  func guesses(of point: Point) -> [DemandGuess] {
    guard
      let place = sweep.paths.firstIndex(where: {
        ParameterPath($0).isNamed(by: "committed.between")
      })
    else {
      return []
    }
    let rows = Dictionary(sweep.rows.map { ($0.run.id, $0) }) { first, _ in first }
    return Interpolation.allCases.map(\.rawValue).compactMap { guess in
      let own = point.runs.indices.filter { rows[point.runs[$0]]?.values[place]?.value == guess }
      if own.isEmpty { return nil }
      return DemandGuess(
        name: guess,
        means: point.samples.map { samples in
          own.reduce(0) { $0 + samples[$1] } / Double(own.count)
        }, isBroken: own.contains { point.brokenRuns.contains(point.runs[$0]) })
    }
  }

  /// What the answer is by what happened between coarse samples; empty if the sweep has one guess.
  var rangeTexts: [String] {
    guard let any = points.first, guesses(of: any).count > 1 else { return [] }
    let all = points.map(guesses)
    let broken = all[0].map { guess in
      "\(all.count { $0.contains { $0.name == guess.name && $0.isBroken } }) with \(guess.name)"
    }
    var texts = [
      "RANGE: what happened between samples was not recorded. Of \(points.count) settings "
        + "\(broken.joined(separator: " and ")) break a constraint; a setting must hold under both. Figures are means over both."
    ]
    let chosen = recommended.map { front[$0] } ?? front.first
    if let chosen { texts.append(rangeText(of: chosen)) }
    return texts
  }

  private func rangeText(of point: Point) -> String {
    let guesses = guesses(of: point)
    let figures = objectives.indices.map { place in
      let scale = UnitScale(unit: units[place], spreading: guesses.map(\.means[place]))
      let unit = scale.unit.isEmpty ? "" : " \(scale.unit)"
      let texts = guesses.sorted { $0.means[place] < $1.means[place] }.map {
        "\(scale.text($0.means[place]))\(unit) (\($0.name))"
      }
      return "\(objectives[place].metric.text) \(texts.joined(separator: " to "))"
    }
    return "Runs \(Self.ranges(point.runs)) have \(figures.joined(separator: ", "))."
  }

  /// That coarse traces were run under one guess, if they were.
  var demandWarnings: [String] {
    if !rangeTexts.isEmpty { return [] }
    return sweep.coarseTraces.sorted { $0.key < $1.key }.map { path, remark in
      "\(path): \(remark.dropFirst("coarse: ".count)), and one guess of it was run; a sweep over "
        + "committed.between=step,linear shows what the other does to this advice"
    }
  }
}
