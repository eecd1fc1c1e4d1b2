internal import Foundation

/// A file that cannot be read at all.
public struct UnreadableFile: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// Why, in the system's words or ours.
  public var reason: String

  /// The file and the reason, as one line.
  public var description: String { "\(path): \(reason)" }
}

/// Reads a whole file; a directory, a device (which may never end) or more than `limit` bytes is refused.
func contents(ofFile path: String, limit: Int) throws(UnreadableFile) -> [UInt8] {
  func refusal(_ reason: String) -> UnreadableFile { UnreadableFile(path: path, reason: reason) }
  func systemRefusal() -> UnreadableFile { refusal(String(cString: strerror(errno))) }

  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw systemRefusal() }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw systemRefusal() }
  switch status.st_mode & S_IFMT {
  case S_IFDIR: throw refusal("is a directory")
  case S_IFCHR, S_IFBLK: throw refusal("is a device, not a file")
  default: break
  }

  var bytes: [UInt8] = []
  bytes.reserveCapacity(min(Int(status.st_size), limit))
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return bytes }
    guard count > 0 else {
      if errno == EINTR { continue }
      throw systemRefusal()
    }
    guard bytes.count + count <= limit else { throw refusal("is larger than \(limit >> 20) MiB") }
    bytes += chunk[..<count]
  }
}
