/// A file that cannot be read at all.
public struct UnreadableFile: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// Why, in the system's words or ours.
  public var reason: String

  /// The file and the reason, as one line.
  public var description: String { "\(path): \(reason)" }

  /// A file that could not be read.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// Reads a whole file; a directory, a device (which may never end) or more than `limit` bytes is refused.
public func contents(ofFile path: String, limit: Int) throws(UnreadableFile) -> [UInt8] {
  let file = try InputFile(path)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(min(file.size, limit))
  let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  defer { chunk.deallocate() }
  while true {
    let count = try file.read(into: chunk)
    if count == 0 { return bytes }
    guard bytes.count + count <= limit else {
      throw UnreadableFile(path: path, reason: "is larger than \(limit >> 20) MiB")
    }
    bytes += chunk[..<count]
  }
}
