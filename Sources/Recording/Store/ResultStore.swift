private import Foundation
package import GRDB
private import GRDBSQLite
private import Policies
private import Synchronization
private import Text

/// A database of runs: one SQLite file that other programs can read while it is written.
///
/// Safe to share between threads; accesses take turns. Several processes may have the same file open:
/// readers never wait, writers wait for each other up to `busyTimeout`. Every method throws
/// `RecordingError`.
public final class ResultStore: Sendable {
  /// Where the file is.
  public let path: String
  /// Whether nothing can be written.
  public let isReadOnly: Bool
  /// How long to wait for another writer.
  public let busyTimeout: Duration
  package let queue: DatabaseQueue
  let schema: Schema
  /// How many threads write or wait to write.
  private let writers = Atomic<Int>(0)
  /// Whether some thread is writing now.
  var isBeingWritten: Bool { writers.load(ordering: .relaxed) > 0 }

  /// Opens the file at `path`, and brings an older one up to date.
  ///
  /// - Parameters:
  ///   - create: Whether to make the file, and the folder it is in, if it is not there.
  ///   - readOnly: Whether to open it for reading only; then it is not created and not migrated.
  ///   - busyTimeout: How long to wait for another writer before `RecordingError.busy`.
  public convenience init(
    path: String, create: Bool = false, readOnly: Bool = false, busyTimeout: Duration = .seconds(10)
  ) throws {
    try self.init(
      path: path, create: create, readOnly: readOnly, busyTimeout: busyTimeout, schema: .current)
  }

  init(
    path: String, create: Bool = false, readOnly: Bool = false,
    busyTimeout: Duration = .seconds(10), schema: Schema
  ) throws {
    self.path = path
    self.schema = schema
    self.isReadOnly = readOnly
    self.busyTimeout = busyTimeout
    // SQLite takes `:memory:`, `file:...` and an empty path for something else than a file of that name.
    let location = path.hasPrefix("/") ? path : "./\(path)"
    let isNew = try Self.isNew(path, at: location, readOnly: readOnly)
    if isNew {
      guard create, !readOnly else { throw RecordingError.notFound(path: path) }
      if let reason = makeFolder(for: location) ?? refusal(to: .write, folderOf: location) {
        throw RecordingError.cannotCreate(path: path, reason: reason)
      }
    }
    if !readOnly { try ForeignLog.refuse(path, at: location, busyTimeout: busyTimeout) }
    do {
      queue = try Self.open(location, readOnly: readOnly, busyTimeout: busyTimeout)
    } catch let error as DatabaseError {
      throw Self.translated(error, path: path, call: "open", waited: busyTimeout)
    }
    try checkIdentity()
    if readOnly {
      try translating("read an older file") { try makeTemporaryViews() }
    } else {
      try prepareForWriting()
    }
  }

  /// Closes the file; nothing may be called afterwards. Without it the file is closed with the last reference.
  public func close() throws {
    try translating("close") { try queue.close() }
  }

  /// The file as another connection may attach it for reading.
  var addressToRead: String {
    // Where the folder cannot be written the queue has an address of its own.
    if queue.path.hasPrefix("file:") { return queue.path }
    return URL(fileURLWithPath: queue.path).absoluteString + "?mode=ro"
  }

  /// Reads in one snapshot; `body` must not call the store.
  func read<T>(_ call: String, _ body: (Database) throws -> T) throws -> T {
    try translating(call) { try queue.read(body) }
  }

  /// Writes in one short transaction that takes the lock at its beginning; `body` must not call the store.
  func write<T>(_ call: String, _ body: (Database) throws -> T) throws -> T {
    if isReadOnly { throw RecordingError.readOnly(path: path) }
    writers.wrappingAdd(1, ordering: .relaxed)
    defer { writers.wrappingSubtract(1, ordering: .relaxed) }
    return try translating(call) {
      try queue.writeWithoutTransaction { db in
        var result: T?
        try db.inTransaction(.immediate) {
          result = try body(db)
          return .commit
        }
        guard let result else { preconditionFailure("committed without a result: \(call)") }
        return result
      }
    }
  }

  func translating<T>(_ call: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw Self.translated(error, path: path, call: call, waited: busyTimeout)
    } catch let error as RowDecodingError {
      // A value of another type than its column has: anybody may have edited the file.
      throw RecordingError.damaged(path: path, reason: "\(error)")
    }
  }

  /// What an error of SQLite means; where the file is damaged, whether its log is the reason.
  private static func translated(
    _ error: DatabaseError, path: String, call: String, waited: Duration
  ) -> RecordingError {
    let location = path.hasPrefix("/") ? path : "./\(path)"
    if error.resultCode == .SQLITE_CORRUPT && ForeignLog.explainsDamage(of: location) {
      return .foreignLog(path: path)
    }
    return RecordingError(error, path: path, call: call, waited: waited)
  }
}

extension ResultStore {
  /// Whether there is nothing at the place of the file; refuses what SQLite would refuse with fewer words.
  private static func isNew(_ path: String, at location: String, readOnly: Bool) throws -> Bool {
    switch fileKind(at: location) {
    case .success(.regular):
      if let reason = refusal(to: .read, location) {
        throw RecordingError.unreadable(path: path, reason: reason)
      }
      // The log lies beside the file.
      if !readOnly, refusal(to: .write, location) ?? refusal(to: .write, folderOf: location) != nil
      {
        throw RecordingError.readOnly(path: path)
      }
      return false
    case .success(let kind):
      let reason = kind == .folder ? "is a directory" : "is not a regular file"
      throw RecordingError.unreadable(path: path, reason: reason)
    case .failure(let error) where [ENOENT, ENOTDIR].contains(error.number): return true
    case .failure(let error): throw RecordingError.unreadable(path: path, reason: error.reason)
    }
  }

  private static func open(
    _ path: String, readOnly: Bool, busyTimeout: Duration
  ) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(busyTimeout / .seconds(1))
    // Rows refer to their run through their key; `DatabaseCheck` looks for orphans.
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase {
      // Functions that could do harm are not called by what a file has defined.
      try $0.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF")
    }
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError
      where readOnly && [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
    {
      // In a folder that cannot be written SQLite cannot place the index of its log. If there is no log
      // either, nobody is writing and the file can be read as it stands.
      guard FileManager.default.isReadableFile(atPath: path),
        !FileManager.default.fileExists(atPath: path + "-wal")
      else { throw error }
      let address = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
      return try DatabaseQueue(path: address, configuration: configuration)
    }
  }

  /// Refuses a file that is not ours or that we do not understand, before anything is changed in it.
  private func checkIdentity() throws {
    let (application, version, tables, isEmpty, steps) = try read("identify") { db in
      (
        try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
        try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE '%grdb_migrations%'")
          ?? 0,
        try Self.count("sqlite_sequence", db) == 0,
        Int32(clamping: try Self.count("grdb_migrations", db))
      )
    }
    let isBlank = application == 0 && version == 0 && tables == 0
    // A file that another process is about to fill, or could not.
    if isBlank && isReadOnly { throw RecordingError.notFound(path: path) }
    guard application == Schema.applicationID || isBlank else {
      throw RecordingError.foreign(path: path, applicationID: application)
    }
    guard version <= schema.version else {
      throw RecordingError.newer(path: path, version: version, supported: schema.version)
    }
    guard version == steps else {
      throw RecordingError.damaged(
        path: path, reason: "its schema version \(version) is not that of its \(steps) migrations")
    }
    let changes = try read("read the schema") { try SchemaChange.all(in: $0, self.schema) }
    if let change = changes.first(where: \.changesTables) {
      throw RecordingError.damaged(
        path: path,
        reason: change.type == "trigger"
          ? "its trigger \(change.name) is none of ours"
          : "its table \(change.name) is not as in the schema")
    }
    if version == schema.version || !isReadOnly { return }
    // Numbers are given to runs and sweeps only once, so a file that gave none has never had any.
    if isEmpty { throw RecordingError.halfMade(path: path) }
    guard version >= Schema.oldestReadable else {
      throw RecordingError.older(path: path, version: version, supported: schema.version)
    }
  }

  /// How many rows a table has; none if there is no such table, or a view in its place.
  private static func count(_ table: String, _ db: Database) throws -> Int {
    let isThere = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table')",
      arguments: [table])
    guard isThere == true else { return 0 }
    return try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
  }

  private func prepareForWriting() throws {
    let canWrite = queue.writeWithoutTransaction {
      sqlite3_db_readonly($0.sqliteConnection, "main") == 0
    }
    guard canWrite else { throw RecordingError.readOnly(path: path) }
    try translating("set the journal mode") { try useWriteAheadLog() }
    try translating("migrate") { try migrate() }
    try makeViews()
    try enterPolicies()
  }

  /// Lets the queries for decisions work in a file that nothing may be written to and that has them otherwise, or lacks views.
  private func makeTemporaryViews() throws {
    try queue.inDatabase { db in
      let names = try String.fetchSet(db, sql: "SELECT name FROM main.sqlite_master")
      let missing = Schema.decisionViews.filter { !names.contains($0.name) }
      if missing.isEmpty { return }
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
      if !names.contains("decisions") { try db.execute(sql: WorkerRows.views) }
      for view in missing { try db.execute(sql: view.temporaryStatement) }
    }
  }

  /// Writes down the policies that there are, with the names of their terms.
  private func enterPolicies() throws {
    let rows = PolicyCatalogue.all.map { $0.card }.map { card in
      (name: card.name, terms: card.terms.map(\.name).json.text)
    }
    func missing(_ db: Database) throws -> [(name: String, terms: String)] {
      try rows.filter { row in
        try String.fetchOne(
          db, sql: "SELECT terms FROM policies WHERE name = ?", arguments: [row.name]) != row.terms
      }
    }
    if try read("look at the policies", missing).isEmpty { return }
    try write("enter the policies") { db in
      for row in try missing(db) {
        try db.execute(
          sql: "INSERT OR REPLACE INTO policies (name, terms) VALUES (?, ?)",
          arguments: [row.name, row.terms])
      }
    }
  }

  /// Changing the journal mode does not wait for locks by itself, so it is tried again until time is up.
  private func useWriteAheadLog() throws {
    let deadline = ContinuousClock.now + busyTimeout
    while true {
      do {
        return try queue.writeWithoutTransaction {
          try $0.execute(sql: "PRAGMA journal_mode = WAL")
        }
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        guard ContinuousClock.now < deadline else { throw error }
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  /// Two processes may come upon an old file at once: who loses finds the other's migration done.
  private func migrate() throws {
    while true {
      let before = try version()
      if before == schema.version { return }
      do {
        try schema.migrator.migrate(queue)
        guard try version() > before else {
          throw RecordingError.damaged(path: path, reason: "its schema version \(before)")
        }
      } catch {
        guard try version() > before else { throw error }
      }
    }
  }

  private func version() throws -> Int32 {
    try queue.read { try Int32.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
  }
}
