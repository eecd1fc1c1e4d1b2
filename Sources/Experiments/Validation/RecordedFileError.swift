internal import Foundation

/// A file of recorded behaviour that cannot be used.
public enum RecordedFileError: Error, Hashable {
  /// It cannot be read from the disk, with the system's reason.
  case unreadable(file: String, reason: String)
  /// It is no JSON, or not of the form of a recording: where (`[3].zones[0].managed`) and what.
  case malformed(file: String, place: String, what: String)

  /// What a decoder's error means for `file`.
  init(_ error: any Error, file: String) {
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      self = .malformed(
        file: file, place: Self.path(context.codingPath), what: "\"\(key.stringValue)\" is missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      self = .malformed(
        file: file, place: Self.path(context.codingPath), what: context.debugDescription)
    default:
      self = .malformed(file: file, place: "", what: "\(error)")
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
    }
  }
}
