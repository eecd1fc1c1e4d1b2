import Foundation

/// What is known of where output goes.
enum Terminal {
  /// The width of the terminal on standard output, in characters; nothing if it is no terminal.
  static var width: Int? {
    var size = winsize()
    if isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col > 0
    {
      return Int(size.ws_col)
    }
    return nil
  }

  /// Whether a progress bar makes sense: standard error is a terminal.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Output that cannot be made or written.
enum OutputError: Error {
  case cannotCreate(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
}

/// A file that is written, or standard output.
final class OutputFile {
  private let path: String
  private let file: UnsafeMutablePointer<FILE>
  private let isStandard: Bool

  /// Opens `path` for writing, its folder made if need be; nil or `-` is standard output.
  init(_ path: String?) throws(OutputError) {
    isStandard = path == nil || path == "-"
    self.path = isStandard ? "standard output" : path ?? ""
    if isStandard {
      guard let file = fdopen(dup(STDOUT_FILENO), "w") else {
        throw .cannotWrite(path: self.path, reason: String(cString: strerror(errno)))
      }
      self.file = file
      return
    }
    let folder = URL(fileURLWithPath: self.path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .cannotCreate(path: self.path, reason: error.localizedDescription)
    }
    guard let file = fopen(self.path, "w") else {
      throw .cannotCreate(path: self.path, reason: String(cString: strerror(errno)))
    }
    self.file = file
  }

  /// Writes bytes.
  func write(_ bytes: [UInt8]) throws {
    if fwrite(bytes, 1, bytes.count, file) != bytes.count { throw failure }
  }

  /// Writes what is buffered and closes the file.
  func close() throws { if fclose(file) != 0 { throw failure } }

  private var failure: OutputError {
    .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }
}
