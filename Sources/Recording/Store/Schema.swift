internal import GRDB
internal import Simulation

/// The tables of the database, the steps by which an older file becomes a newer one, and the views.
///
/// To change a table, append a step; what has been released is never changed, so that a file of any version comes to be what a
/// new one is. To add a column of `ticks`, see `TickColumn`. A view is changed where it stands: it is made anew in every file
/// that has it otherwise and is opened for writing. `Docs/database.md` describes every column.
struct Schema: Sendable {
  /// `PRAGMA application_id`: "BLNS".
  static let applicationID: Int32 = 0x424C_4E53
  /// The oldest version that can be read as it is; those since have only added what a reader can do without.
  static let oldestReadable: Int32 = 4
  /// That of this program.
  static let current = Schema()

  /// A named step.
  struct Migration: Sendable {
    var name: String
    var sql: String
    /// What SQL cannot say, done before the step's SQL.
    var before: (@Sendable (Database) throws -> Void)?
    /// What is done after it.
    var after: (@Sendable (Database) throws -> Void)?
  }

  /// A view, and the query that it stands for.
  struct View: Sendable {
    var name: String
    var sql: String

    /// The statement that makes it, as SQLite keeps it.
    var statement: String { "CREATE VIEW \(name) AS\n\(sql)" }

    /// The statement that makes it for one connection, without writing to the file.
    var temporaryStatement: String { "CREATE TEMP VIEW \(name) AS\n\(sql)" }
  }

  /// The steps, oldest first; after the first n of them `user_version` is n.
  var migrations = Migration.released
  /// The columns of `ticks` behind the time, in the order of a recorder's values.
  var tickColumns = TickColumn.all
  /// The figures that have a column in `run_metrics_wide`.
  var figures = Figure.all

  /// `PRAGMA user_version` of a file that has every migration.
  var version: Int32 { Int32(migrations.count) }

  /// Carries out the steps a file lacks, each in one transaction.
  var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (index, migration) in migrations.enumerated() {
      migrator.registerMigration(migration.name) { db in
        try migration.before?(db)
        try db.execute(sql: migration.sql)
        try migration.after?(db)
        try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
    return migrator
  }
}
