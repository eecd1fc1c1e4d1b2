import Foundation

/// Files of the repository that these tests lie in.
enum RepositoryFile {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The path of a file.
  static func path(_ name: String) -> String { root.appending(path: name).path }

  /// The text of a file.
  static func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: name)), as: UTF8.self)
  }
}
