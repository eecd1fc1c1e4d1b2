internal import Text

/// A value of a scenario file as it was written, with its place.
struct SourceNode: Sendable {
  /// What was written.
  enum Content: Sendable {
    /// A text; whether it stood in quotes (or in a block), so that it is no number.
    case scalar(String, isQuoted: Bool)
    /// Values one after another.
    case list([SourceNode])
    /// Keys and values in the order of the file, no key twice.
    case mapping([Entry])
  }

  /// A key with its value.
  struct Entry: Sendable {
    var key: String
    var keyPlace: ScenarioProblem.Place
    var value: SourceNode
  }

  /// What was written.
  var content: Content
  /// Where.
  var place: ScenarioProblem.Place

  /// The value of `key`, if this is a mapping that has it.
  subscript(key: String) -> SourceNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The text, if this is one.
  var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// Whether nothing was written where a value should stand.
  var isNothing: Bool {
    guard case .scalar("", isQuoted: false) = content else { return false }
    return true
  }

  /// What was found, for "expected ..., found ...".
  var found: String {
    switch content {
    case .scalar("", isQuoted: false): "nothing"
    case .scalar(let text, isQuoted: false): quoted(text)
    case .scalar(let text, isQuoted: true): "the text " + quoted(text, by: "\"")
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The path of this item of the list at `path`: by its `name` if it has a proper one, else by its index.
  func itemPath(in path: String, index: Int) -> String {
    if let name = self["name"]?.text, isName(name) { return "\(path).\(name)" }
    return "\(path).\(index)"
  }
}

/// Whether `text` can name a guest, a disk or a stream: a letter, then letters, digits, `_` or `-`; at most 64.
func isName(_ text: String) -> Bool {
  guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
  func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  return isLetter(first)
    && text.utf8.allSatisfy {
      isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
    }
}
