internal import Text
internal import Yams

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
    if let alias = firstOfManyAliases(in: body) {
      return refuse(alias.line, alias.column, "YAML anchors and aliases are not supported")
    }
    let text = String(decoding: body, as: UTF8.self)
    do {
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      guard let root = try parser.singleRoot() else { return refuse(1, 1, "empty, expected YAML") }
      // Anchors live as long as the parser.
      return withExtendedLifetime(parser) { convert(root, depth: 0) }
    } catch let error as YamlError {
      report(error, in: text)
    } catch {
      report(.memory, in: text)
    }
    return nil
  }

  private func refuse(_ line: Int, _ column: Int, _ message: String) -> SourceNode? {
    log.report(place(line, column), "", message)
    return nil
  }

  private func place(of node: Node) -> ScenarioProblem.Place {
    place(node.mark?.line ?? 1, node.mark?.column ?? 1)
  }

  private func convert(_ node: Node, depth: Int) -> SourceNode {
    let here = place(of: node)
    let nothing = SourceNode(content: .scalar("", isQuoted: false), place: here)
    func refused(_ message: String) -> SourceNode {
      log.report(here, "", message)
      return nothing
    }
    if depth > Self.depthLimit { return refused("nested more than \(Self.depthLimit) levels deep") }
    if node.anchor != nil { return refused("YAML anchors and aliases are not supported") }
    if let tag = meaningfulTag(of: node) {
      return refused("YAML tags are not supported: \(quoted(tag))")
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return SourceNode(content: .scalar(scalar.string, isQuoted: !isPlain), place: here)
    case .sequence(let items):
      return SourceNode(content: .list(items.map { convert($0, depth: depth + 1) }), place: here)
    case .mapping(let pairs):
      let entries = pairs.compactMap { key, value in entry(key, value, depth: depth) }
      return SourceNode(content: .mapping(entries), place: here)
    case .alias:
      return refused("YAML anchors and aliases are not supported")
    }
  }

  private func entry(_ key: Node, _ value: Node, depth: Int) -> SourceNode.Entry? {
    let converted = convert(key, depth: depth + 1)
    guard let name = converted.text else {
      log.report(converted.place, "", "expected a key, found \(converted.found)")
      return nil
    }
    return SourceNode.Entry(
      key: name, keyPlace: converted.place, value: convert(value, depth: depth + 1))
  }

  /// A tag that says more than what kind of node it is, such as `!!int`.
  private func meaningfulTag(of node: Node) -> String? {
    // Yams itself tags quoted texts and, once it has compared them, keys.
    let (tag, own) =
      switch node {
      case .scalar(let scalar): (scalar.tag.rawValue, "str")
      case .sequence(let items): (items.tag.rawValue, "seq")
      case .mapping(let pairs): (pairs.tag.rawValue, "map")
      case .alias(let alias): (alias.tag.rawValue, "")
      }
    return tag.isEmpty || tag == "tag:yaml.org,2002:" + own ? nil : tag
  }
}

extension YAMLSource {
  private func report(_ error: YamlError, in text: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      log.report(place(mark.line, mark.column), "", "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let second = secondPlace(of: key, in: text, first: context.mark)
      log.report(place(second.line, second.column), "", "duplicate key \(quoted(key))")
    case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      log.report(place(1, 1), "", "not valid YAML")
    }
  }

  /// Where the key at `first` stands again; `first` itself if that cannot be told from the text.
  private func secondPlace(of key: String, in text: String, first: Mark) -> (line: Int, column: Int)
  {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for number in first.line...max(first.line, lines.count) where number <= lines.count {
      let scalars = Array(lines[number - 1].unicodeScalars)
      let start = number == first.line ? first.column : 0
      let isFlow = number == first.line
      for index in start..<max(start, scalars.count) {
        guard isFlow || index == first.column - 1 else { continue }
        if isKey(Array(key.unicodeScalars), at: index, in: scalars) { return (number, index + 1) }
      }
    }
    return (first.line, first.column)
  }

  /// Whether `key` and a colon stand at `index`, and nothing that would make it a part of a longer word before.
  private func isKey(_ key: [Unicode.Scalar], at index: Int, in line: [Unicode.Scalar]) -> Bool {
    let isStart = index == 0 || [" ", ",", "{", "\"", "'"].contains(line[index - 1])
    guard isStart, line[index...].starts(with: key) else { return false }
    return line[(index + key.count)...].first { !["\"", "'", " "].contains($0) } == ":"
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

  /// The first alias of a text that has more than twenty: YAML would compare keys that are aliases of
  /// aliases at a cost that doubles with each.
  private func firstOfManyAliases(in bytes: ArraySlice<UInt8>) -> (line: Int, column: Int)? {
    var first: (line: Int, column: Int)?
    var count = 0
    var (line, column, previous) = (1, 1, UInt8(ascii: " "))
    for (byte, next) in zip(bytes, bytes.dropFirst()) {
      let isStart = [0x20, 0x09, 0x0A, 0x0D, 0x5B, 0x7B, 0x2C, 0x3A, 0x2D, 0x3F].contains(previous)
      if byte == UInt8(ascii: "*"), isStart, next > 0x20 {
        first = first ?? (line, column)
        count += 1
      }
      (line, column) = byte == 0x0A ? (line + 1, 1) : (line, column + 1)
      previous = byte
    }
    return count > 20 ? first : nil
  }
}
