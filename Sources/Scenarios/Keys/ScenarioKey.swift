/// A key of a mapping in a scenario file, with all that is known of it.
///
/// The reader, the canonical text of a scenario (`ParameterTree`), `scenario new`, the names that `--set` and `--vary` take, and
/// the test of `Docs/scenarios.md` go through a section's table of keys. So a new key of a guest's kernel is a property of
/// `KernelSettings` with its default, a row of `GuestSpec.keys`, the line of the model that uses it, a row of the page, and a
/// test.
struct ScenarioKey<Section>: Sendable {
  /// The key as it is written.
  let name: String
  /// What the page says of it, and of the keys below it, given the section with all defaults.
  let rows: @Sendable (Section) -> [KeyRow]
  /// Reads its value into the section, which stays as it is where the key is left out.
  var read: @Sendable (inout MappingReader, inout Section, ScenarioDecoder) -> Void
  /// What the canonical text has of it: one entry, or none where the key does not apply.
  let entries: @Sendable (Section) -> [ParameterTree.Entry]
  /// Whether it is a condition, which a guest must do under and nobody chooses; all else is a setting.
  var isCondition = false

  /// Those of its rows that are of keys which runs were recorded before: they had the default, which so takes no part in a run's
  /// key.
  var laterRows: @Sendable (Section) -> [KeyRow] = { _ in [] }

  /// The key as one that came later.
  var later: ScenarioKey {
    var key = self
    key.laterRows = rows
    return key
  }

  /// The key, refused with these words where it is given and its section cannot have it so.
  func checked(_ problem: @escaping @Sendable (Section) -> String?) -> ScenarioKey {
    var key = self
    let (name, read) = (name, read)
    key.read = { @Sendable reader, section, decoder in
      read(&reader, &section, decoder)
      if reader.has(name), let problem = problem(section) { reader.report(name, problem) }
    }
    return key
  }

  /// The key as a condition.
  var condition: ScenarioKey {
    var key = self
    key.isCondition = true
    return key
  }
}

extension ScenarioKey {
  /// A key whose value stands in the section.
  ///
  /// `fallback` says what holds without it, where that is not one value: the page then has these words.
  init<Value>(
    _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable,
    _ kind: ScalarKind<Value>,
    else fallback: String? = nil, _ meaning: String, note: String = ""
  ) {
    self.init(name, path, kind: { _ in kind }, else: fallback, meaning, note: note)
  }

  /// A key whose range depends on what the section has already.
  init<Value>(
    _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable,
    kind: @escaping @Sendable (Section) -> ScalarKind<Value>, else fallback: String? = nil,
    _ meaning: String, note: String = ""
  ) {
    self.name = name
    read = { reader, section, _ in
      section[keyPath: path] = reader.value(
        name, kind(section), default: section[keyPath: path])
    }
    rows = { section in
      let kind = kind(section)
      let value = kind.write(section[keyPath: path])
      return [
        KeyRow(
          path: name, type: kind.type, value: value, fallback: fallback, meaning: meaning,
          note: note)
      ]
    }
    entries = { [(name, kind($0).write($0[keyPath: path]))] }
  }

  /// A key that must be there; the section's value stands in for it after a problem.
  static func required<Value>(
    _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable,
    _ kind: ScalarKind<Value>,
    _ meaning: String, note: String = ""
  ) -> ScenarioKey {
    ScenarioKey(
      name: name,
      rows: { _ in
        [KeyRow(path: name, type: kind.type, fallback: "required", meaning: meaning, note: note)]
      },
      read: { reader, section, _ in
        section[keyPath: path] = reader.required(name, kind, standIn: section[keyPath: path])
      },
      entries: { [(name, kind.write($0[keyPath: path]))] })
  }

  /// A key that may be left out, and then has no value.
  static func optional<Value>(
    _ name: String, _ path: any WritableKeyPath<Section, Value?> & Sendable,
    _ kind: ScalarKind<Value>,
    else fallback: String = "-", _ meaning: String, note: String = ""
  ) -> ScenarioKey {
    ScenarioKey(
      name: name,
      rows: { _ in
        [KeyRow(path: name, type: kind.type, fallback: fallback, meaning: meaning, note: note)]
      },
      read: { reader, section, _ in section[keyPath: path] = reader.optional(name, kind) },
      entries: { section in section[keyPath: path].map { [(name, kind.write($0))] } ?? [] })
  }

  /// A mapping with keys of its own.
  static func section<Inner>(
    _ name: String, _ path: any WritableKeyPath<Section, Inner> & Sendable,
    _ keys: [ScenarioKey<Inner>],
    rows: [KeyRow]? = nil
  ) -> ScenarioKey {
    var key = ScenarioKey(
      name: name,
      rows: { section in rows ?? keys.rows(section[keyPath: path]).map { $0.below(name) } },
      read: { reader, section, decoder in
        reader.mapping(name) { keys.read(&$0, &section[keyPath: path], decoder) }
      },
      entries: { [(name, keys.tree($0[keyPath: path]))] })
    key.laterRows = { section in
      keys.flatMap { $0.laterRows(section[keyPath: path]) }.map { $0.below(name) }
    }
    return key
  }

  /// Keys of which just one must be given: together they are the section's value of one kind.
  static func oneOf(_ keys: [ScenarioKey]) -> ScenarioKey {
    ScenarioKey(
      name: keys[0].name,
      rows: { section in keys.flatMap { $0.rows(section) } },
      read: { reader, section, decoder in
        let given = reader.oneOf(keys.map(\.name))
        keys.first { $0.name == given }?.read(&reader, &section, decoder)
      },
      entries: { section in keys.flatMap { $0.entries(section) } })
  }
}

extension Array {
  /// Reads all keys of a table in its order.
  func read<Section>(
    _ reader: inout MappingReader, _ section: inout Section, _ decoder: ScenarioDecoder
  ) where Element == ScenarioKey<Section> {
    for key in self { key.read(&reader, &section, decoder) }
  }

  /// The section as a tree of all keys that apply.
  func tree<Section>(_ section: Section) -> ParameterTree where Element == ScenarioKey<Section> {
    .mapping(flatMap { $0.entries(section) })
  }

  /// What the page says of the keys, given a section with all defaults.
  func rows<Section>(_ section: Section) -> [KeyRow] where Element == ScenarioKey<Section> {
    flatMap { $0.rows(section) }
  }
}
