/// A file of recorded zones that cannot be used.
public enum ZoneFileError: Error, Hashable {
  /// It cannot be read from the disk, with the system's reason.
  case unreadable(file: String, reason: String)
  /// It is no JSON; line and column are those of the first byte that does not fit, from 1.
  case notJSON(file: String, line: Int, column: Int)
  /// It is not of the form of a recording: where (`[3].zones[0].managed`) and what.
  case malformed(file: String, place: String, what: String)
}
