internal import Simulation
internal import Text
internal import Units

/// A comparison that every point of a sweep must satisfy: `selfballoon_uphysteresis < selfballoon_downhysteresis`.
public struct SweepConstraint: Sendable {
  /// The comparison as it was written.
  public let text: String
  let place: ScenarioProblem.Place
  private let left: String
  private let comparison: Comparison
  private let right: String

  /// Reads a comparison; reports what is wrong with it and is nothing if something is.
  init?(_ text: String, place: ScenarioProblem.Place, log: ProblemLog) {
    self.text = text
    self.place = place
    guard let (left, comparison, right) = Comparison.read(text)
    else {
      log.report(
        place, "",
        "expected a comparison such as 'a < b' with <, <=, >, >=, == or !=, found \(quoted(text))")
      return nil
    }
    self.comparison = comparison
    self.left = left
    self.right = right
  }

  /// What a side of the comparison is at a point.
  private enum Operand {
    case axis(Int)
    case value(String)
  }

  /// The comparison for the points of some axes; reports a name that is neither an axis nor a parameter of the
  /// scenario.
  func bound(
    to names: ParameterNames, _ base: ResolvedScenario, log: ProblemLog
  ) -> (([String]) -> Result<Bool, Unordered>)? {
    func operand(_ side: String, allowsWord: Bool) -> Operand? {
      if let axis = names.axis(of: side) { return .axis(axis) }
      if let parameter = names.parameter(of: side, in: base) { return .value(parameter.text) }
      if Quantity(side) != nil { return .value(side) }
      if allowsWord { return .value(side.trimmed(of: "\"'")) }
      log.report(
        place, "",
        unknownWord("parameter", side, known: names.axes) + " (the axes of the sweep)")
      return nil
    }
    let isEquality = comparison == .equal || comparison == .different
    guard let first = operand(left, allowsWord: false),
      let second = operand(right, allowsWord: isEquality)
    else { return nil }
    func value(_ operand: Operand, _ point: [String]) -> String {
      switch operand {
      case .axis(let index): point[index]
      case .value(let text): text
      }
    }
    let comparison = comparison
    return { point in
      let (one, other) = (value(first, point), value(second, point))
      if let number = Quantity(one), let limit = Quantity(other), number.kind == limit.kind {
        return .success(comparison.holds(number.count, limit.count))
      }
      guard isEquality else { return .failure(Unordered(left: one, right: other)) }
      let isSame = one.trimmed(of: "\"'") == other.trimmed(of: "\"'")
      return .success(comparison == .equal ? isSame : !isSame)
    }
  }

  /// Two values of which neither is the greater.
  struct Unordered: Error {
    var left: String
    var right: String
    /// What is wrong, for a message.
    var message: String { "\(quoted(left)) and \(quoted(right)) cannot be compared by size" }
  }
}

extension String {
  /// The text without such characters at its ends.
  fileprivate func trimmed(of characters: String) -> String {
    String(
      drop { characters.contains($0) }.reversed().drop { characters.contains($0) }.reversed())
  }
}

/// The names by which a sweep's axes and a scenario's parameters are known.
struct ParameterNames {
  /// The axes' paths as they were written.
  let axes: [String]
  private let guests: [String]
  private let whole: [ParameterPath]

  init(axes: [String], of scenario: Scenario) {
    self.axes = axes
    let guests = scenario.guests.map(\.name)
    self.guests = guests
    whole = axes.map { Self.whole(ParameterPath($0), guests) }
  }

  /// The path with the guest's name, which can be left out if there is one.
  ///
  /// So can all but the name of a tunable.
  private static func whole(_ path: ParameterPath, _ guests: [String]) -> ParameterPath {
    if guests.count == 1, tunableNames.contains(path.description) {
      return .tunable(path.description, of: guests[0])
    }
    let steps = path.steps
    guard guests.count == 1, steps.count > 1, steps[0] == "guests", steps[1] != guests[0],
      steps[1] != "0"
    else { return path }
    return ParameterPath(steps: ["guests", guests[0]] + steps.dropFirst())
  }

  /// The place of the axis that a path means.
  func axis(of path: String) -> Int? {
    whole.firstIndex(of: Self.whole(ParameterPath(path), guests))
  }

  /// The parameter that a path means; a bare tunable is the first guest's.
  func parameter(of path: String, in base: ResolvedScenario) -> ScenarioParameter? {
    let whole =
      tunableNames.contains(path)
      ? .tunable(path, of: guests[0]) : Self.whole(ParameterPath(path), guests)
    return base.parameters.first { $0.path == whole.description }
  }
}
