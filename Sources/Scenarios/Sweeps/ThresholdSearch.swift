internal import Units

/// Where along a parameter a property begins or ceases to hold, found by bisection.
///
/// The property is supposed to hold on one side of one threshold. Both ends are tried first, and of what the
/// bisection leaves out the middle of each side, so that a property that comes and goes is likely noticed.
public struct ThresholdSearch: Sendable {
  /// What was found; places count from 0.
  public enum Answer: Hashable, Sendable {
    /// It holds at both ends.
    case everywhere
    /// It holds at neither end.
    case nowhere
    /// It holds at one place and not at its neighbour.
    case threshold(holds: Int64, fails: Int64)
  }

  /// What was found.
  public let answer: Answer
  /// Whether the property holds at the places that were tried, in their order.
  public let probes: [(place: Int64, holds: Bool)]

  /// Searches the places `0 ..< count`, of which there are at least two, trying about `log2(count) + 4` of them.
  public init(count: Int64, _ holds: (Int64) throws -> Bool) rethrows {
    precondition(count >= 2, "a search among \(count)")
    var tried: [Int64: Bool] = [:]
    func isHeld(at place: Int64) throws -> Bool {
      if let known = tried[place] { return known }
      let result = try holds(place)
      tried[place] = result
      return result
    }
    let atFirst = try isHeld(at: 0)
    let atLast = try isHeld(at: count - 1)
    if atFirst == atLast {
      _ = try isHeld(at: (count - 1) / 2)
      answer = atFirst ? .everywhere : .nowhere
    } else {
      var (low, high) = (Int64(0), count - 1)
      while high - low > 1 {
        let middle = low + (high - low) / 2
        if try isHeld(at: middle) == atFirst { low = middle } else { high = middle }
      }
      _ = try isHeld(at: low / 2)
      _ = try isHeld(at: high + (count - 1 - high) / 2)
      answer =
        atFirst ? .threshold(holds: low, fails: high) : .threshold(holds: high, fails: low)
    }
    probes = tried.sorted { $0.key < $1.key }.map { (place: $0.key, holds: $0.value) }
  }

  /// Whether every place that was tried fits the answer.
  public var isConsistent: Bool {
    probes.allSatisfy { probe in
      switch answer {
      case .everywhere: probe.holds
      case .nowhere: !probe.holds
      case .threshold(let holds, let fails):
        probe.holds == (holds < fails ? probe.place <= holds : probe.place >= holds)
      }
    }
  }
}

/// A parameter and the values among which a threshold is searched.
public struct SearchAxis: Sendable {
  /// The parameter's path.
  public let path: String
  /// How many values there are, at least two.
  public let count: Int64
  private let range: SweepRange
  private let step: Int64

  /// Reads `PATH in LOWER..UPPER` or `PATH in LOWER..UPPER step STEP`: whole numbers, times, sizes, rates.
  ///
  /// Without a step it is the unit that the range is written in. Throws `ScenarioProblems` for anything
  /// else, and for a tunable from 0 on: the kernel refuses the write of a 0, and the value stays as it was.
  public init(_ text: String) throws(ScenarioProblems) {
    let place = ScenarioProblem.Place.option("--find \(text)")
    func problem(_ message: String) -> ScenarioProblems {
      ScenarioProblems(problems: [ScenarioProblem(place: place, path: "", message: message)])
    }
    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
    guard words.count == 3, words[1] == "in" else {
      throw problem("expected 'PATH in LOWER..UPPER', such as 'swappiness in 0..100'")
    }
    do {
      range = try SweepRange(words[2])
    } catch {
      throw problem(error.message)
    }
    switch range.spacing {
    case .even: step = range.grain
    case .step(let length): step = length
    case .logarithmic, .logarithmicEven:
      throw problem("a search halves its range; 'log' is for sweeps")
    }
    path = words[0]
    count = (range.upper.count - range.lower.count) / step + 1
    guard count >= 2 else { throw problem("there is one value in the range") }
    let name = ParameterPath(path).name
    if range.lower.count == 0, ParameterPath(path).steps[0] != "host", isZeroRefused(name) {
      throw problem("the kernel refuses to set \(name) to 0; begin at 1")
    }
  }

  /// The value at a place, as a scenario has it.
  public func text(at place: Int64) -> String {
    precondition((0..<count).contains(place), "place \(place) of \(count)")
    return range.lower.with(count: range.lower.count + place * step).text
  }
}
