/// What the page says of a key: a row of a table in `Docs/scenarios.md`.
struct KeyRow: Sendable {
  /// The key, behind the keys of the mappings that it is in.
  var path: String
  /// What one writes there.
  var type: String
  /// The value without it, as one would write it; nil where there is no one value.
  var value: String?
  /// What holds without it.
  var fallback: String
  /// What it is, in a few words.
  var meaning: String
  /// What else is to be known.
  var note: String

  /// A row in words.
  init(path: String, type: String, fallback: String, meaning: String, note: String = "") {
    self.path = path
    self.type = type
    self.fallback = fallback
    self.meaning = meaning
    self.note = note
  }

  /// A row of a key whose default is a value, if `fallback` has no other words for it.
  init(
    path: String, type: String, value: ParameterTree, fallback: String?, meaning: String,
    note: String
  ) {
    var words = ""
    if case .leaf(let text, let number, let isQuoted) = value {
      self.value = isQuoted ? "\"\(text)\"" : text
      words = number == nil && !text.isEmpty ? "`\(text)`" : text
    }
    self.path = path
    self.type = type
    self.fallback = fallback ?? words
    self.meaning = meaning
    self.note = note
  }

  /// The row of a key in a mapping.
  func below(_ key: String) -> KeyRow {
    var row = self
    row.path = "\(key).\(path)"
    return row
  }

  /// The row as it stands on the page.
  var markdown: String {
    let words = note.isEmpty ? meaning : meaning.isEmpty ? note : "\(meaning); \(note)"
    return "| `\(path)` | \(type) | \(fallback) | \(words)\(words.isEmpty ? "" : " ")|"
  }
}
