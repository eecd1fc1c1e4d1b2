private import Foundation
internal import GRDB

/// A write-ahead log that lies beside a database to which it does not belong.
///
/// SQLite takes any log of the right name for the database's own. Read with another's log a database looks damaged, and
/// a writer would carry the pages of the log over into it.
enum ForeignLog {
  /// Whether there is a log at all.
  static func hasLog(_ location: String) -> Bool {
    var status = stat()
    return stat(location + "-wal", &status) == 0 && status.st_size > 0
  }

  /// Whether the database at `location`, which is damaged with its log, is sound without it.
  ///
  /// Reads the whole file, so it is to be asked only where there is damage.
  static func explainsDamage(of location: String) -> Bool {
    guard hasLog(location) else { return false }
    var configuration = Configuration()
    configuration.readonly = true
    let address = URL(fileURLWithPath: location).absoluteString + "?immutable=1"
    do {
      return try DatabaseQueue(path: address, configuration: configuration).read { db in
        // A file to which nothing has been carried over yet says nothing about its log.
        guard try db.tableExists("runs") else { return false }
        return try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok"
      }
    } catch {
      return false
    }
  }

  /// Refuses a database that its log makes unreadable, before a writer touches it.
  ///
  /// A log without its index is one that nobody uses, so then there is time to read everything.
  static func refuse(_ path: String, at location: String, busyTimeout: Duration) throws {
    guard hasLog(location) else { return }
    let isUnused = !FileManager.default.fileExists(atPath: location + "-shm")
    do {
      let store = try ResultStore(path: path, readOnly: true, busyTimeout: busyTimeout)
      let fault =
        try isUnused
        ? store.read("check") {
          try String.fetchOne($0, sql: "PRAGMA quick_check(1)")
        } : nil
      if let fault, fault != "ok" {
        throw explainsDamage(of: location)
          ? RecordingError.foreignLog(path: path)
          : RecordingError.damaged(path: path, reason: fault)
      }
    } catch let error as RecordingError {
      switch error {
      case .foreignLog, .damaged: throw error
      // The writer finds that out by itself, or mends it.
      default: return
      }
    }
  }
}
