internal import GRDB

/// Something of the schema that is not as our migrations make it.
///
/// What others have added is theirs, but for triggers on our tables: they run when we write. Where a table of ours is a view
/// or has columns that are computed, what is read is not what was recorded, and need not have an end. What a view says is
/// not looked at here: every version of the program has its own.
struct SchemaChange: Hashable, Sendable {
  /// What kind of thing: `table`, `index`, `view` or `trigger`.
  var type: String
  /// Its name.
  var name: String

  /// Whether what is read or written cannot be what it seems; views are for people.
  var changesTables: Bool { type == "table" || type == "trigger" }

  /// All changes of a file, ordered by name; none if its version is none of ours.
  static func all(in db: Database, _ schema: Schema) throws -> [SchemaChange] {
    let version = Int(try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0)
    guard schema.migrations.indices.contains(version - 1) else { return [] }
    let expected =
      try version == Schema.current.migrations.count ? current.get() : model(version, schema)
    let found = try definitions(db)
    let changed = expected.filter { found[$0.key] != $0.value }
      .map { SchemaChange(type: $0.value.type, name: $0.key) }
    let views = Set(schema.views.map(\.name))
    let taken = found.filter {
      views.contains($0.key) && $0.value.type != "view" && expected[$0.key] == nil
    }
    .map { SchemaChange(type: "view", name: $0.key) }
    let triggers = try Row.fetchAll(
      db, sql: "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    ).filter {
      let table: String = try $0.value("tbl_name")
      return expected[table] != nil || views.contains(table)
    }.map { SchemaChange(type: "trigger", name: try $0.value("name")) }
    return (changed + taken + triggers).sorted { $0.name < $1.name }
  }

  private struct Definition: Hashable, Sendable {
    var type: String
    var sql: String
  }

  /// That of the newest version, which most files have.
  private static let current = Result { try model(Schema.current.migrations.count, .current) }

  /// The definitions after the first so many migrations.
  private static func model(_ version: Int, _ schema: Schema) throws -> [String: Definition] {
    let queue = try DatabaseQueue()
    try schema.migrator.migrate(queue, upTo: schema.migrations[version - 1].name)
    return try queue.read(definitions)
  }

  private static func definitions(_ db: Database) throws -> [String: Definition] {
    let sql =
      "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'"
    let pairs = try Row.fetchAll(db, sql: sql).map {
      (
        try $0.value("name") as String,
        Definition(type: try $0.value("type"), sql: try $0.value("sql"))
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
