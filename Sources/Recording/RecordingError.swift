internal import GRDB

/// What can go wrong between a run and its database.
///
/// Every case names the file or the word the user gave; the sentence and the exit code are the
/// command's. The exit codes are those of sysexits.
public enum RecordingError: Error, Hashable, Sendable {
  /// The file or its folder cannot be created (73).
  case cannotCreate(path: String, reason: String)
  /// There is no such file, or nothing is in it yet (66).
  case notFound(path: String)
  /// The file is there but cannot be opened (66).
  case unreadable(path: String, reason: String)
  /// The file is not ours (65); `applicationID` is nil if it is not an SQLite database at all.
  case foreign(path: String, applicationID: Int32?)
  /// A newer version of the program made the file (65).
  case newer(path: String, version: Int32, supported: Int32)
  /// An older version made the file, and it was opened for reading only, so it cannot be migrated (65).
  case older(path: String, version: Int32, supported: Int32)
  /// The making of the file was cut short before anything was entered (66).
  case halfMade(path: String)
  /// The file is truncated or overwritten (65).
  case damaged(path: String, reason: String)
  /// The file is sound, but the log beside it is another's or damaged (65).
  case foreignLog(path: String)
  /// A check of the file found something (65).
  case unsound(path: String, DatabaseCheck.Finding)
  /// Something was to be written to a file that only permits reading (73).
  case readOnly(path: String)
  /// Another process held the write lock longer than the time we wait (75).
  case busy(path: String, waited: Duration)
  /// No space is left on the device (74).
  case diskFull(path: String)
  /// Any other failure of the device or of SQLite; `code` is SQLite's extended result code (74).
  case inputOutput(path: String, call: String, code: Int32, reason: String)
  /// Finished runs of two files have one key and different fingerprints (65).
  case conflictingRun(
    key: String, path: String, fingerprint: String, other: String, otherFingerprint: String)
  /// No run has this number or a key that begins so (64).
  case unknownRun(String)
  /// Runs with different keys begin so (64).
  case ambiguousRun(String, candidates: [Int64])
  /// No sweep has this number or name (64).
  case unknownSweep(String)
  /// Several sweeps have this name.
  case ambiguousSweep(String, candidates: [Int64])
  /// The table has no such column (64).
  case unknownColumn(String, table: ResultTable, nearest: String?)
  /// No run has a metric of this name, nor is it another word to sort by (64).
  case unknownOrder(String, nearest: String?)
  /// A number that a row's key has no room for: a run from 2^22, a guest from 2^9, a tick from 2^32 (65).
  case outOfRange(what: String, value: Int64, limit: Int64)
}

extension RecordingError {
  /// What an error of SQLite means for the file at `path`, met in `call`.
  init(_ error: DatabaseError, path: String, call: String, waited: Duration) {
    let reason = error.message ?? "\(error.resultCode)"
    self =
      switch error.resultCode {
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path, waited: waited)
      case .SQLITE_FULL: .diskFull(path: path)
      case .SQLITE_READONLY: .readOnly(path: path)
      case .SQLITE_NOTADB: .foreign(path: path, applicationID: nil)
      case .SQLITE_CORRUPT, .SQLITE_MISMATCH: .damaged(path: path, reason: reason)
      case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: .unreadable(path: path, reason: reason)
      // What a column that is to hold JSON has does not depend on the device.
      case .SQLITE_ERROR where reason == "malformed JSON": .damaged(path: path, reason: reason)
      default:
        .inputOutput(
          path: path, call: call, code: error.extendedResultCode.rawValue, reason: reason)
      }
  }
}
