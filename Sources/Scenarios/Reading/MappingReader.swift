internal import Text

/// Reads the values of one mapping by key, and at the end reports the keys that nobody asked for.
///
/// A problem is reported and a stand-in returned, so that reading goes on and finds the next one.
struct MappingReader {
  /// The mapping's path.
  let path: String
  /// Where problems go.
  let log: ProblemLog
  private let node: SourceNode
  private var asked: [String] = []
  /// The order in which a message names the keys that could have been meant; empty: that in which they are read.
  var order: [String] = []

  /// A reader of `node`, which should be a mapping, `expected` says of what.
  init(_ node: SourceNode, path: String, log: ProblemLog, expected: String = "a mapping") {
    self.path = path
    self.log = log
    self.node = node
    if case .mapping = node.content { return }
    log.report(node.place, path, "expected \(expected), found \(node.found)")
  }

  /// The path of a key of this mapping.
  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Reports a problem with the whole mapping.
  func report(_ message: String) { log.report(node.place, path, message) }

  /// Reports a problem with the value of `key`, or with the mapping if it has none.
  func report(_ key: String, _ message: String) {
    log.report(node[key]?.place ?? node.place, path(of: key), message)
  }

  /// The mapping's keys as written, with their places.
  var keys: [(name: String, place: ScenarioProblem.Place)] {
    guard case .mapping(let entries) = node.content else { return [] }
    return entries.map { ($0.key, $0.keyPlace) }
  }

  /// Whether the mapping has `key`; counts as asking for it.
  mutating func has(_ key: String) -> Bool { child(key) != nil }

  /// The node of `key`, if there is one.
  mutating func child(_ key: String) -> SourceNode? {
    if !asked.contains(key) { asked.append(key) }
    return node[key]
  }

  /// The node of `key`; reports a problem if there is none.
  mutating func requiredChild(_ key: String, _ expected: String) -> SourceNode? {
    if let child = child(key) { return child }
    if case .mapping = node.content { report("missing required key '\(key)' (\(expected))") }
    return nil
  }

  /// The value of `key`, if there is one.
  mutating func optional<Value>(_ key: String, _ kind: ScalarKind<Value>) -> Value? {
    child(key).flatMap { scalar(key, $0, kind) }
  }

  /// The value of `key`, or `fallback` if there is none.
  mutating func value<Value>(
    _ key: String, _ kind: ScalarKind<Value>, default fallback: Value
  ) -> Value {
    optional(key, kind) ?? fallback
  }

  /// The value of `key`, which must be there; `standIn` after a problem.
  mutating func required<Value>(
    _ key: String, _ kind: ScalarKind<Value>, standIn: Value
  ) -> Value {
    requiredChild(key, kind.expected).flatMap { scalar(key, $0, kind) } ?? standIn
  }

  /// The one of `keys` that the mapping has; reports a problem if it has none or several.
  mutating func oneOf(_ keys: [String]) -> String? {
    let present = keys.filter { child($0) != nil }
    if present.count == 1 { return present[0] }
    let list = keys.joined(separator: ", ")
    if let second = present.dropFirst().first {
      report(second, "only one of \(list) can be given, not also '\(present[0])'")
    } else {
      report("missing one of \(list)")
    }
    return nil
  }

  /// The mapping at `key`, read by `body`; nothing if there is none.
  @discardableResult
  mutating func mapping<Value>(
    _ key: String, _ body: (inout MappingReader) -> Value
  ) -> Value? {
    guard let child = child(key) else { return nil }
    return Self.read(child, path: path(of: key), log: log, body)
  }

  /// The items of the list at `key`, none if there is no such key; an item's path uses its name.
  mutating func list(_ key: String) -> [(node: SourceNode, path: String)] {
    guard let child = child(key) else { return [] }
    guard case .list(let items) = child.content else {
      report(key, "expected a list, found \(child.found)")
      return []
    }
    return items.enumerated().map { ($1, $1.itemPath(in: path(of: key), index: $0)) }
  }

  /// Reads `node` as a mapping with `body` and then reports unknown keys.
  @discardableResult
  static func read<Value>(
    _ node: SourceNode, path: String, log: ProblemLog, expected: String = "a mapping",
    _ body: (inout MappingReader) -> Value
  ) -> Value {
    var reader = MappingReader(node, path: path, log: log, expected: expected)
    let value = body(&reader)
    reader.finish()
    return value
  }

  private func scalar<Value>(_ key: String, _ child: SourceNode, _ kind: ScalarKind<Value>)
    -> Value?
  {
    switch kind.value(of: child) {
    case .success(let value): return value
    case .failure(let wrong):
      report(key, wrong.message)
      return nil
    }
  }

  private func finish() {
    guard case .mapping(let entries) = node.content else { return }
    let known = order.filter(asked.contains) + asked.filter { !order.contains($0) }
    for entry in entries where !asked.contains(entry.key) {
      log.report(entry.keyPlace, path, unknownWord("key", entry.key, known: known))
    }
  }
}
