internal import Foundation
internal import Traces

/// A file of recorded behaviour that cannot be used.
public enum RecordedFileError: Error, Hashable {
  /// It is no JSON; line and column are those of the first byte that does not fit, from 1.
  case notJSON(file: String, line: Int, column: Int)
  /// It is not of the form of a recording: where (`[3].zones[0].managed`) and what.
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

  /// Throws `notJSON` if the bytes are no JSON to their end.
  static func checkJSON(_ bytes: [UInt8], file: String) throws(RecordedFileError) {
    do {
      _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    } catch {
      // The decoder says where only in its text: "Invalid value around character 6."
      let text = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? ""
      let digits = text.drop { !$0.isNumber }.prefix { $0.isNumber }
      let end = min(Int(digits) ?? bytes.count, bytes.count)
      let lines = bytes[..<end].split(separator: 0x0A, omittingEmptySubsequences: false)
      throw .notJSON(file: file, line: lines.count, column: (lines.last?.count ?? 0) + 1)
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

/// The recording of a form in the JSON file `path`.
///
/// - Throws: `UnreadableFile` or `RecordedFileError`.
func decodedRecording<Recording: Decodable>(
  _ type: Recording.Type, path: String
) throws -> Recording {
  let bytes = try contents(ofFile: path, limit: 64 << 20)
  try RecordedFileError.checkJSON(bytes, file: path)
  do {
    return try JSONDecoder().decode(type, from: Data(bytes))
  } catch {
    throw RecordedFileError(error, file: path)
  }
}
