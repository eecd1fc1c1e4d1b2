public import Simulation
public import Traces

/// A scenario as it was read, with everything that its file left to the defaults.
public struct ResolvedScenario: Sendable {
  /// What is simulated.
  public var scenario: Scenario
  /// The traces that its guests follow, each once.
  public var traces: [CommittedTrace]
  /// Every parameter, defaults included, in a fixed order; not the name and the description.
  public var parameters: [ScenarioParameter]
  /// The scenario as YAML, which reads back to the same scenario from the same working directory.
  ///
  /// Made anew whenever it is asked for.
  public var yaml: String { ParameterTree(scenario).yaml }
  /// What its `sweep` section says; nothing without one.
  public let sweep: SweepSpec?

  /// What a reader of its results has to know first: guests that never were, settings that do nothing, demand that was not recorded.
  public var warnings: [String] {
    scenario.guests.compactMap(\.systemWarning) + scenario.guests.flatMap(\.idleSettings)
      + scenario.hostPolicyDoubts
      + CoarseDemand.sentences(of: coarseDemands)
  }

  private let source: SourceNode?

  init(
    scenario: Scenario, traces: [CommittedTrace], sweep: SweepSpec? = nil, source: SourceNode? = nil
  ) {
    self.scenario = scenario
    self.source = source
    self.traces = traces
    self.sweep = sweep
    parameters = ParameterTree(scenario).parameters(of: scenario)
  }

  /// Where the value at a parameter's path was written, or the mapping that it was left out of.
  public func place(of path: String) -> ScenarioProblem.Place? {
    guard var node = source else { return nil }
    for step in ParameterPath(path).steps {
      switch node.content {
      case .mapping:
        guard let next = node[step] else { return node.place }
        node = next
      case .list(let items):
        guard let next = items.first(where: { $0["name"]?.text == step }) else { return node.place }
        node = next
      case .scalar: return node.place
      }
    }
    return node.place
  }

  /// Whether its file or an override has a value at these keys.
  func states(_ keys: [String]) -> Bool {
    var node = source
    for key in keys { node = node?[key] }
    return node != nil
  }

  /// The trace of a guest, by the path and the options in its `CommittedSpec`.
  public func trace(_ path: String, _ options: ImportOptions) -> CommittedTrace? {
    traces.first { $0.provenance.path == path && $0.provenance.options == options }
  }
}

/// One value of a scenario.
public struct ScenarioParameter: Hashable, Sendable {
  /// Where it stands, as `--set` takes it: `guests.build.swap.size`.
  public var path: String
  /// The value as text.
  public var text: String
  /// The value as a number where it is one: sizes in pages, times in seconds, rates in 1/s, bandwidths in
  /// bytes a second, shares and factors as they are, true as 1.
  public var number: Double?
}
