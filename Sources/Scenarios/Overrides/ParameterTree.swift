internal import Foundation
internal import Policies
internal import Simulation
internal import Text
internal import Units

/// The values of a scenario as a tree of keys, from which its YAML and its parameters are made.
indirect enum ParameterTree {
  /// A value: its text, its number if it is one, whether it is written in quotes.
  case leaf(String, number: Double?, isQuoted: Bool)
  /// Values one after another.
  case list([ParameterTree])
  /// Keys and values.
  case mapping([Entry])

  /// A key and its value.
  typealias Entry = (key: String, value: ParameterTree)

  /// The tree of a scenario: every key that the reader knows, except those that do not apply.
  init(_ scenario: Scenario) { self = Scenario.keys.tree(scenario) }

  /// A word that needs no quotes.
  static func word(_ text: String) -> ParameterTree { .leaf(text, number: nil, isQuoted: false) }
  /// A user's text, in quotes unless it is made of letters, digits and a few harmless signs.
  static func text(_ text: String, number: Double? = nil) -> ParameterTree {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
          || [0x2E, 0x2F, 0x5F].contains($0)
      }
    return .leaf(text, number: number, isQuoted: !isPlain)
  }
  /// A number.
  static func number(_ number: some BinaryInteger) -> ParameterTree {
    .leaf("\(number)", number: Double(number), isQuoted: false)
  }
  /// A number of millionths.
  static func millionths(_ count: Int64) -> ParameterTree {
    .leaf(decimalText(count), number: Double(count) / 1_000_000, isQuoted: false)
  }
  /// A size.
  static func size(_ size: PageCount) -> ParameterTree {
    .leaf(size.text, number: Double(size.pages), isQuoted: false)
  }
  /// A length of time.
  static func time(_ time: SimDuration) -> ParameterTree {
    .leaf(time.text, number: time.seconds, isQuoted: false)
  }
  /// A rate.
  static func rate(_ rate: Rate) -> ParameterTree {
    .leaf(
      rate.text, number: Double(rate.count) / rate.per.seconds, isQuoted: false)
  }
  /// sysfs writes.
  static func writes(_ writes: [(attribute: String, text: String)]) -> ParameterTree {
    .mapping(writes.map { ($0.attribute, ScalarKind.sysfsText.write($0.text)) })
  }
  /// A truth value.
  static func flag(_ flag: Bool) -> ParameterTree {
    .leaf("\(flag)", number: flag ? 1 : 0, isQuoted: false)
  }
}

extension ParameterTree {
  /// The tree's leaves with their paths; the tunables that a guest leaves alone come after those that it sets,
  /// or at the end.
  func parameters(of scenario: Scenario) -> [ScenarioParameter] {
    var parameters: [ScenarioParameter] = []
    collect(path: "", into: &parameters)
    for guest in scenario.guests {
      let end =
        parameters.lastIndex {
          let path = ParameterPath($0.path)
          return path.guest == guest.name && path.tunable != nil
        } ?? parameters.count - 1
      let missing = guest.tunableDefaults.filter { tunable in
        !guest.tunables.contains { $0.attribute == tunable.name }
      }
      let defaults = missing.map {
        ScenarioParameter(
          path: ParameterPath.tunable($0.name, of: guest.name).description,
          text: $0.text ?? "set at boot",
          number: $0.text.flatMap { Double($0) })
      }
      parameters.insert(contentsOf: defaults, at: end + 1)
    }
    if let policy = scenario.host.policy {
      // They come after those of the host that are set.
      let end = parameters.lastIndex { $0.path.hasPrefix("host.") } ?? -1
      let missing = policy.card.settings.filter { setting in
        !setting.isKey && !policy.tunables.contains { $0.attribute == setting.name }
      }
      parameters.insert(
        contentsOf: missing.map {
          ScenarioParameter(
            path: ParameterPath.hostTunable($0.name).description, text: $0.initial ?? "",
            number: $0.initial.flatMap { Double($0) })
        }, at: end + 1)
    }
    return parameters
  }

  private func collect(path: String, into parameters: inout [ScenarioParameter]) {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    switch self {
    case .leaf(let text, let number, _):
      parameters.append(ScenarioParameter(path: path, text: text, number: number))
    case .list(let items):
      for (index, item) in items.enumerated() {
        item.collect(path: below(item.name ?? "\(index)"), into: &parameters)
      }
    case .mapping(let entries):
      for (key, value) in entries where key != "name" && !(path.isEmpty && key == "description") {
        value.collect(path: below(key), into: &parameters)
      }
    }
  }

  private var name: String? {
    guard case .mapping(let entries) = self, case .leaf(let name, _, _)? = entries.first?.value,
      entries.first?.key == "name"
    else { return nil }
    return name
  }
}

extension ParameterTree {
  /// The tree as YAML in block style.
  var yaml: String {
    var lines: [String] = []
    write(indent: "", first: "", into: &lines)
    return lines.map { $0 + "\n" }.joined()
  }

  /// Appends the lines of this value; `first` is what its first line begins with.
  private func write(indent: String, first: String, into lines: inout [String]) {
    switch self {
    case .leaf(let text, _, let isQuoted):
      lines.append(first + (isQuoted ? Self.quote(text) : text))
    case .list(let items):
      if items.isEmpty { lines.append(first + "[]") }
      for (index, item) in items.enumerated() {
        item.write(
          indent: indent + "  ", first: (index == 0 ? first : indent) + "- ", into: &lines)
      }
    case .mapping(let entries):
      if entries.isEmpty { lines.append(first + "{}") }
      for (index, entry) in entries.enumerated() {
        let key = (index == 0 ? first : indent) + entry.key + ":"
        switch entry.value {
        case .leaf: entry.value.write(indent: "", first: key + " ", into: &lines)
        case .list(let items) where items.isEmpty: lines.append(key + " []")
        case .mapping(let entries) where entries.isEmpty: lines.append(key + " {}")
        case .list, .mapping:
          lines.append(key)
          entry.value.write(indent: indent + "  ", first: indent + "  ", into: &lines)
        }
      }
    }
  }

  /// A text in double quotes; everything but plain printable characters as an escape.
  private static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case " "..."~": quoted.unicodeScalars.append(scalar)
      default:
        let code = String(scalar.value, radix: 16)
        quoted += "\\U" + String(repeating: "0", count: 8 - code.count) + code
      }
    }
    return quoted + "\""
  }
}
