internal import Text

/// One dimension of a sweep: a parameter, and the values it takes.
public struct SweepAxis: Sendable {
  /// The parameter's path as it was written.
  public let path: String
  /// The values as they were written.
  public let text: String
  /// Where it was written, for messages.
  let place: ScenarioProblem.Place
  /// Where the value stands.
  let parameter: ParameterPath
  /// Where other values stand that are always the same.
  var twins: [ParameterPath] = []
  private let values: Values

  /// What the parameter can be.
  private enum Values {
    case list([SweepValue])
    case range(SweepRange)
  }

  /// A value that a parameter takes.
  struct SweepValue: Sendable {
    /// The value on one line.
    var text: String
    /// The value as it stands in a scenario.
    var node: SourceNode
  }

  /// Reads the values of an axis, reporting what is wrong with them; nothing if something is.
  ///
  /// A text is a range, or a list with commas; a list in YAML holds the values themselves.
  init?(path: String, node: SourceNode, log: ProblemLog) {
    self.path = path
    place = node.place
    parameter = ParameterPath(path)
    guard parameter.isWhole else {
      log.report(place, "", "expected the path of a parameter, found \(quoted(path))")
      return nil
    }
    switch node.content {
    case .scalar(let text, _) where SweepRange.isMeant(by: text):
      self.text = text
      do throws(SweepRange.Fault) {
        values = .range(try SweepRange(text))
      } catch {
        log.report(place, path, error.message)
        return nil
      }
    case .scalar(let text, _):
      self.text = text
      let items = Self.items(of: text)
      guard items.allSatisfy({ !$0.isEmpty }) else {
        log.report(place, path, "expected values with commas between them, found \(node.found)")
        return nil
      }
      let place = node.place
      let source = YAMLSource(place: { _, _ in place }, log: log)
      let before = log.problems.count
      values = .list(
        items.compactMap { item in
          source.tree(of: Array(item.utf8)).map { SweepValue(text: item, node: $0) }
        })
      if log.problems.count > before { return nil }
    case .list(let nodes) where !nodes.isEmpty:
      values = .list(nodes.map { SweepValue(text: $0.flowText, node: $0) })
      text = nodes.map(\.flowText).joined(separator: ",")
    case .list, .mapping:
      log.report(place, path, "expected a list of values or a range, found \(node.found)")
      return nil
    }
  }

  /// The parts of a text between its commas, those within brackets and quotes aside.
  private static func items(of text: String) -> [String] {
    var items = [""]
    var depth = 0
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "{" || character == "[" {
        depth += 1
      } else if character == "}" || character == "]" {
        depth -= 1
      } else if character == ",", depth == 0 {
        items.append("")
        continue
      }
      if !(items[items.count - 1].isEmpty && character == " ") {
        items[items.count - 1].append(character)
      }
    }
    return items.map { String($0.reversed().drop { $0 == " " }.reversed()) }
  }

  /// The values in a grid; nothing if a range has no end of them.
  var levels: [SweepValue]? {
    switch values {
    case .list(let values): values
    case .range(let range): range.levels.map { $0.map(value) }
    }
  }

  /// The value at a place of the unit interval, 0 <= `coordinate` < 1.
  ///
  /// Of n values it is that at `floor(n * coordinate)`, so that all are equally likely.
  func value(at coordinate: Double, levels: [SweepValue]?) -> SweepValue {
    if case .range(let range) = values, let text = range.value(at: coordinate) {
      return value(text)
    }
    guard let levels, !levels.isEmpty else { preconditionFailure("no values of \(path)") }
    return levels[min(Int(coordinate * Double(levels.count)), levels.count - 1)]
  }

  private func value(_ text: String) -> SweepValue {
    SweepValue(
      text: text, node: SourceNode(content: .scalar(text, isQuoted: false), place: place))
  }
}

extension SourceNode {
  /// The value on one line, as YAML has it in flow style.
  var flowText: String {
    switch content {
    case .scalar(let text, _): text
    case .list(let items): "[\(items.map(\.flowText).joined(separator: ", "))]"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key): \($0.value.flowText)" }.joined(separator: ", "))}"
    }
  }
}
