internal import Simulation
internal import Text

/// A value given on the command line instead of the one in the scenario file.
public struct ScenarioOverride: Hashable, Sendable {
  /// How it was given, for messages: `--set guests.build.memory=2GiB`.
  public let option: String
  /// The keys and names that lead to the value, such as `guests`, `build`, `memory`.
  let path: ParameterPath
  /// The value as YAML.
  let value: String

  /// The `PATH=VALUE` of `--set`; nothing if there is no `=` or an empty part in the path.
  ///
  /// The path is that of a parameter (`ResolvedScenario.parameters`). The guest's name may be left out if
  /// there is one guest, and a bare sysfs name is that tunable of every guest. VALUE is YAML, so that
  /// `{zipf: 0.9}` is a mapping.
  public init?(set argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    path = ParameterPath(String(argument[..<equals]))
    guard path.isWhole else { return nil }
    option = "--set \(argument)"
    value = String(argument[argument.index(after: equals)...])
  }

  /// The text of `--seed`.
  public static func seed(_ text: String) -> ScenarioOverride {
    ScenarioOverride(option: "--seed \(text)", path: ParameterPath("seed"), value: text)
  }

  /// The text of `--duration`.
  public static func duration(_ text: String) -> ScenarioOverride {
    ScenarioOverride(option: "--duration \(text)", path: ParameterPath("duration"), value: text)
  }

  private init(option: String, path: ParameterPath, value: String) {
    self.option = option
    self.path = path
    self.value = value
  }
}

extension ScenarioOverride {
  /// Writes the value into the tree of a scenario; the reader then checks it like any other.
  func apply(to root: inout SourceNode, log: ProblemLog) {
    let place = ScenarioProblem.Place.option(option)
    let source = YAMLSource(place: { _, _ in place }, log: log)
    let nothing = SourceNode(content: .scalar("", isQuoted: false), place: place)
    guard let node = value.isEmpty ? nothing : source.tree(of: Array(value.utf8)) else { return }
    root.override(path, with: node, at: place, log: log)
  }
}

extension SourceNode {
  /// Puts a value into the tree of a scenario at the path of a parameter; a bare sysfs name is that tunable of every
  /// guest. What stands in the way is reported as a problem at `place`.
  mutating func override(
    _ path: ParameterPath, with node: SourceNode, at place: ScenarioProblem.Place, log: ProblemLog
  ) {
    func put(_ path: ParameterPath) {
      if let message = set(path.steps[...], to: node, place: place) {
        log.report(place, path.description, message)
      }
    }
    let known = Scenario.keys.map(\.name)
    let first = path.steps[0]
    if path.steps.count == 1, tunableNames.contains(first) {
      guard case .list(let guests)? = self["guests"]?.content else { return }
      for index in guests.indices { put(.tunable(first, of: "\(index)")) }
    } else if !known.contains(first), GuestSpec.keys.contains(where: { $0.name == first }) {
      log.report(
        place, "",
        "unknown parameter \(quoted(first)); did you mean \(quoted("guests.\(path)"))?"
      )
    } else if path.steps.count == 1, !known.contains(first) {
      log.report(place, "", unknownWord("parameter", first, known: known + tunableNames))
    } else {
      put(path)
    }
  }
}

extension SourceNode {
  /// Puts `value` at `path`, making the mappings on the way; returns what stands in the way, if anything.
  fileprivate mutating func set(
    _ path: ArraySlice<String>, to value: SourceNode, place: ScenarioProblem.Place,
    below parent: String = ""
  ) -> String? {
    guard let step = path.first else {
      self = value
      return nil
    }
    if isNothing || text == "none" { content = .mapping([]) }
    // `policy: NAME` is short for `policy: { NAME: {} }`.
    if parent == "policy", text == step, path.count > 1 {
      let empty = SourceNode(content: .scalar("", isQuoted: false), place: self.place)
      content = .mapping([Entry(key: step, keyPlace: self.place, value: empty)])
    }
    switch content {
    case .mapping(var entries):
      if !entries.contains(where: { $0.key == step }) {
        let empty = SourceNode(content: .scalar("", isQuoted: false), place: place)
        entries.append(Entry(key: step, keyPlace: place, value: empty))
      }
      guard let index = entries.firstIndex(where: { $0.key == step }) else { return nil }
      let problem = entries[index].value.set(
        path.dropFirst(), to: value, place: place, below: step)
      content = .mapping(entries)
      return problem
    case .list(var items):
      let names = items.compactMap { $0["name"]?.text }
      var rest = path.dropFirst()
      var index = items.firstIndex { $0["name"]?.text == step } ?? Int(step) ?? -1
      if !items.indices.contains(index), parent == "guests", items.count == 1,
        GuestSpec.keys.contains(where: { $0.name == step })
          || editDistance(step, names.first ?? "") > 2
      {
        (index, rest) = (0, path)
      }
      guard items.indices.contains(index) else {
        return unknownWord("item of \(parent)", step, known: names)
      }
      let problem = items[index].set(rest, to: value, place: place, below: step)
      content = .list(items)
      return problem
    case .scalar:
      return "\(parent) is \(found), which has no parts; set it as a whole"
    }
  }
}
