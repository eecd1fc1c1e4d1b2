internal import Simulation
internal import Text

/// What is varied in a sweep, and how: the `sweep` section of a scenario, and the options that add to it.
public struct SweepSpec: Sendable {
  /// Which points of the space are run; `Docs/tuning.md` says what each is for.
  public enum Design: String, CaseIterable, Sendable {
    /// Every combination.
    case grid
    case random
    /// A Latin hypercube.
    case lhs
    /// A scrambled Sobol sequence.
    case sobol
    case morris
    case saltelli
  }

  /// The parameters that vary, in the order in which they were given.
  public internal(set) var axes: [SweepAxis] = []
  /// What every point must satisfy.
  public internal(set) var constraints: [SweepConstraint] = []
  /// Which points are run.
  public internal(set) var design = Design.grid
  /// Points of a design other than the grid: samples, trajectories or rows; nothing where a grid needs none.
  public internal(set) var samples: Int?
  /// Where the design's random numbers start.
  public internal(set) var designSeed: UInt64 = 1
  /// How many seeds every point is run with, the scenario's and those that follow it.
  public internal(set) var repetitions = 1

  /// The most samples, and the most repetitions.
  static let countLimit = 1_000_000

  init() {}

  /// Reads the section, reporting what is wrong with it.
  init?(_ node: SourceNode, _ decoder: ScenarioDecoder) {
    let before = decoder.log.problems.count
    MappingReader.read(
      node, path: "sweep", log: decoder.log, expected: "a mapping with 'vary'"
    ) { reader in
      Self.keys.read(&reader, &self, decoder)
    }
    if decoder.log.problems.count > before { return nil }
  }

  /// Adds an axis for what is not known between coarse samples, jumps or straight lines of all guests that follow such, if
  /// the design is the grid; returns whether it did.
  mutating func varyCoarseDemand(of base: ResolvedScenario, log: ProblemLog) -> Bool {
    let paths = base.coarseDemands.map(\.path).filter { path in
      // The name of an only guest may be left out. Who varies all of what is committed may have no samples in it.
      let ways = [path.steps, [path.steps[0]] + path.steps.dropFirst(2)]
      return !axes.contains { axis in ways.contains { $0.starts(with: axis.parameter.steps) } }
    }
    guard !axes.isEmpty, design == .grid, let first = paths.first else { return false }
    let place = ScenarioProblem.Place.option("--vary \(first)")
    let values = Interpolation.allCases.map {
      SourceNode(content: .scalar($0.rawValue, isQuoted: false), place: place)
    }
    let node = SourceNode(content: .list(values), place: place)
    guard var axis = SweepAxis(path: first.description, node: node, log: log) else { return false }
    axis.twins = Array(paths.dropFirst())
    axes.append(axis)
    return true
  }

  mutating func readAxes(_ node: SourceNode, log: ProblemLog) {
    guard case .mapping(let entries) = node.content else {
      log.report(
        node.place, "sweep.vary", "expected a mapping of parameters to values, found \(node.found)")
      return
    }
    for entry in entries {
      if let axis = SweepAxis(path: entry.key, node: entry.value, log: log) { axes.append(axis) }
    }
  }

  mutating func readConstraints(_ node: SourceNode, log: ProblemLog) {
    let texts: [SourceNode] = if case .list(let items) = node.content { items } else { [node] }
    for item in texts {
      guard let text = item.text else {
        log.report(
          item.place, "sweep.where", "expected a comparison such as 'a < b', found \(item.found)")
        continue
      }
      if let constraint = SweepConstraint(text, place: item.place, log: log) {
        constraints.append(constraint)
      }
    }
  }
}

/// What the command line says of a sweep, as texts; it adds to the scenario's section, or takes its place.
public struct SweepOptions: Sendable {
  /// `--vary PATH=VALUES`; a path that the section has too is varied as said here.
  public var vary: [String] = []
  /// `--where`, in addition to the section's.
  public var conditions: [String] = []
  /// `--design`.
  public var design: SweepSpec.Design?
  /// `--samples`.
  public var samples: Int?
  /// `--design-seed`.
  public var designSeed: UInt64?
  /// `--repeat`.
  public var repetitions: Int?

  /// Nothing but what the section says.
  public init() {}

  /// The section with what the options say, reporting what is wrong with them.
  func applied(to section: SweepSpec?, log: ProblemLog) -> SweepSpec {
    var spec = section ?? SweepSpec()
    for text in vary {
      let place = ScenarioProblem.Place.option("--vary \(quoted(text))")
      guard let equals = text.firstIndex(of: "=") else {
        log.report(place, "", "expected PATH=VALUES such as swap.size=1GiB,2GiB,4GiB")
        continue
      }
      let node = SourceNode(
        content: .scalar(String(text[text.index(after: equals)...]), isQuoted: false), place: place)
      guard let axis = SweepAxis(path: String(text[..<equals]), node: node, log: log) else {
        continue
      }
      if let known = spec.axes.firstIndex(where: { $0.path == axis.path }) {
        spec.axes[known] = axis
      } else {
        spec.axes.append(axis)
      }
    }
    for text in conditions {
      let place = ScenarioProblem.Place.option("--where \(quoted(text))")
      if let constraint = SweepConstraint(text, place: place, log: log) {
        spec.constraints.append(constraint)
      }
    }
    spec.design = design ?? spec.design
    spec.samples = samples ?? spec.samples
    spec.designSeed = designSeed ?? spec.designSeed
    spec.repetitions = repetitions ?? spec.repetitions
    return spec
  }
}
