internal import Foundation

/// A file that a user named, open for reading: a file, or a pipe that somebody writes to.
///
/// Nothing is waited for that may never come: directories and devices are refused before they are opened, and so are
/// pipes without a writer and files of the kernel's that have nothing yet, such as `/proc/kmsg`.
final class InputFile {
  private let path: String
  private let descriptor: Int32
  /// Whether the next bytes are the first of a pipe.
  private var isNewPipe = false
  /// Its size when it was opened; 0 where it has none.
  let size: Int

  /// Opens `path`; `-` is standard input.
  init(_ path: String) throws(UnreadableFile) {
    self.path = path
    var status = stat()
    if path == "-" {
      descriptor = dup(STDIN_FILENO)
      size = 0
      guard descriptor >= 0 else { throw UnreadableFile.system(path) }
      return
    }
    guard stat(path, &status) == 0 else { throw UnreadableFile.system(path) }
    try Self.check(status, path)
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    size = Int(status.st_size)
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw UnreadableFile.system(path)
    }
    try Self.check(status, path)
    isNewPipe = status.st_mode & S_IFMT == S_IFIFO
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func check(_ status: stat, _ path: String) throws(UnreadableFile) {
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw UnreadableFile(path: path, reason: "is a directory")
    case S_IFCHR, S_IFBLK: throw UnreadableFile(path: path, reason: "is a device, not a file")
    default: break
    }
  }

  /// Reads some bytes; zero at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(UnreadableFile) -> Int {
    while true {
      let count = Foundation.read(descriptor, target.baseAddress, target.count)
      if count == 0, isNewPipe {
        throw UnreadableFile(path: path, reason: "is a pipe that nobody writes to")
      }
      if count >= 0 {
        if isNewPipe { try wait() }
        return count
      }
      if errno == EINTR { continue }
      guard errno == EAGAIN, isNewPipe else { throw UnreadableFile.system(path) }
      try wait()
    }
  }

  /// From now on what somebody writes is waited for.
  private func wait() throws(UnreadableFile) {
    isNewPipe = false
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) == 0 else {
      throw UnreadableFile.system(path)
    }
  }

  /// Refuses what a scenario may not name as a trace: anything but a file or a folder, which are there as they are.
  static func checkIsStored(_ path: String) throws(UnreadableFile) {
    if path == "-" { throw UnreadableFile(path: path, reason: "is standard input, not a file") }
    var status = stat()
    guard stat(path, &status) == 0 else { throw UnreadableFile.system(path) }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFDIR: break
    case S_IFIFO: throw UnreadableFile(path: path, reason: "is a pipe, not a file")
    case S_IFSOCK: throw UnreadableFile(path: path, reason: "is a socket, not a file")
    default: throw UnreadableFile(path: path, reason: "is a device, not a file")
    }
  }
}

extension UnreadableFile {
  /// What the last call of the system said of `path`.
  static func system(_ path: String) -> UnreadableFile {
    UnreadableFile(path: path, reason: String(cString: strerror(errno)))
  }
}
