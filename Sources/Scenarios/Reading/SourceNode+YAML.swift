internal import Text

/// Reads YAML into a tree of `SourceNode`.
///
/// One document, no anchors, aliases, merges or tags, keys that are plain texts, at most 32 levels deep and
/// 4 MiB long: enough for a scenario, and nothing in it can grow beyond its text.
struct YAMLSource {
  /// The longest text that is read, in bytes.
  static let byteLimit = 4 << 20
  /// The deepest nesting that is read.
  static let depthLimit = 32

  /// The place of a line and a column.
  let place: (_ line: Int, _ column: Int) -> ScenarioProblem.Place
  /// Where problems go.
  let log: ProblemLog

  /// The tree in `bytes`; nothing, and at least one problem reported, if it is no YAML of this kind.
  func tree(of bytes: [UInt8]) -> SourceNode? {
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard body.count <= Self.byteLimit else {
      return refuse(1, 1, "larger than \(Self.byteLimit >> 20) MiB: not a scenario")
    }
    if let bad = firstUnreadable(in: body) {
      return refuse(bad.line, bad.column, bad.message)
    }
    var reading = Reading(source: self, events: YAMLEvents(body))
    do {
      let tree = try reading.document()
      return reading.isSound ? tree : nil
    } catch {
      return refuse(error.line, error.column, error.message)
    }
  }

  private func refuse(_ line: Int, _ column: Int, _ message: String) -> SourceNode? {
    log.report(place(line, column), "", message)
    return nil
  }

  /// The first byte that is not UTF-8 or the first character that YAML does not allow.
  private func firstUnreadable(
    in bytes: ArraySlice<UInt8>
  ) -> (line: Int, column: Int, message: String)? {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var (line, column) = (1, 1)
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .emptyInput: return nil
      case .error: return (line, column, "not valid UTF-8")
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        switch scalar.value {
        case 0x0A: (line, column) = (line + 1, 1)
        case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
          column += 1
        default:
          let code = String(scalar.value, radix: 16, uppercase: true)
          return (line, column, "the character U+\(code) is not allowed")
        }
      }
    }
  }
}

/// A text while it is read.
private struct Reading {
  let source: YAMLSource
  let events: YAMLEvents
  /// Whether there is a tree: only if no key stands twice.
  private(set) var isSound = true

  init(source: YAMLSource, events: YAMLEvents) {
    self.source = source
    self.events = events
  }

  private func place(_ event: YAMLEvents.Event) -> ScenarioProblem.Place {
    source.place(event.line, event.column)
  }

  private func report(_ place: ScenarioProblem.Place, _ message: String) {
    source.log.report(place, "", message)
  }

  /// The one document; nothing, and a problem reported, if there is none.
  mutating func document() throws(YAMLEvents.Fault) -> SourceNode? {
    let start = try events.next()
    if case .textEnd = start.kind {
      report(source.place(1, 1), "empty, expected YAML")
      return nil
    }
    let root = try node(try events.next(), depth: 0)
    let rest = try events.next()
    guard case .textEnd = rest.kind else {
      report(place(rest), "not valid YAML: but found another document")
      return nil
    }
    return root
  }

  /// What begins with an event.
  private mutating func node(
    _ event: YAMLEvents.Event, depth: Int
  ) throws(YAMLEvents.Fault) -> SourceNode {
    let here = place(event)
    if event.hasAnchor { report(here, "YAML anchors and aliases are not supported") }
    switch event.kind {
    case .scalar(let text, let isQuoted):
      refuseTag(of: event, besides: "str")
      return SourceNode(content: .scalar(text, isQuoted: isQuoted), place: here)
    case .list:
      refuseTag(of: event, besides: "seq")
      try checkDepth(depth, event)
      var items: [SourceNode] = []
      while let item = try nextBeforeEnd() { items.append(try node(item, depth: depth + 1)) }
      return SourceNode(content: .list(items), place: here)
    case .mapping:
      refuseTag(of: event, besides: "map")
      try checkDepth(depth, event)
      return SourceNode(content: .mapping(try entries(depth: depth + 1)), place: here)
    case .alias:
      report(here, "YAML anchors and aliases are not supported")
    case .end, .document, .textEnd:
      preconditionFailure("libyaml ends at \(here) what did not begin")
    }
    return SourceNode(content: .scalar("", isQuoted: false), place: here)
  }

  private mutating func entries(depth: Int) throws(YAMLEvents.Fault) -> [SourceNode.Entry] {
    var entries: [SourceNode.Entry] = []
    var names: Set<String> = []
    while let event = try nextBeforeEnd() {
      let key = try node(event, depth: depth)
      let value = try node(try events.next(), depth: depth)
      guard let name = key.text else {
        report(key.place, "expected a key, found \(key.found)")
        continue
      }
      if names.insert(name).inserted {
        entries.append(SourceNode.Entry(key: name, keyPlace: key.place, value: value))
      } else {
        report(key.place, "duplicate key \(quoted(name))")
        isSound = false
      }
    }
    return entries
  }

  /// The next event; nothing where the list or the mapping at hand ends.
  private func nextBeforeEnd() throws(YAMLEvents.Fault) -> YAMLEvents.Event? {
    let event = try events.next()
    if case .end = event.kind { return nil }
    return event
  }

  /// A fault at the first list or mapping that is too deep: what comes after it is not read.
  private func checkDepth(_ depth: Int, _ event: YAMLEvents.Event) throws(YAMLEvents.Fault) {
    guard depth > YAMLSource.depthLimit else { return }
    throw YAMLEvents.Fault(
      message: "nested more than \(YAMLSource.depthLimit) levels deep", line: event.line,
      column: event.column)
  }

  /// Reports a tag that says more than what kind of node it is, such as `!!int`.
  private func refuseTag(of event: YAMLEvents.Event, besides own: String) {
    guard let tag = event.tag, tag != "tag:yaml.org,2002:" + own else { return }
    report(place(event), "YAML tags are not supported: \(quoted(tag))")
  }
}
