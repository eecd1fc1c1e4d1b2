internal import Foundation

/// A folder that may be a trace: what is in it, as long as it can be a recording.
///
/// A walk goes no further than a recording does, so that `/` or a home is refused within a fraction of a second.
enum TraceFolder {
  /// Files and folders that a recording may have in all: collectd's, 250 values a day for a year.
  static let entryLimit = 100_000
  /// Folders within one another: collectd has two.
  static let depthLimit = 8
  /// Files that are looked at before one of a format of many files must have been found.
  static let strangerLimit = 2_000

  /// Where the kernel's own file systems are, whose files are made when they are read and may never end.
  private static let kernelFolders = [
    "/proc", "/sys", "/sys/fs/cgroup", "/sys/kernel/debug", "/sys/kernel/tracing",
  ]

  /// The files in `path` and in its folders on the same file system, in the order of their paths.
  ///
  /// - Throws: `UnreadableFile` for a folder that cannot be read, or that is no recording by its size.
  static func files(in path: String) throws(UnreadableFile) -> [String] {
    func refusal(_ reason: String) -> UnreadableFile { UnreadableFile(path: path, reason: reason) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw UnreadableFile.system(path) }
    let device = status.st_dev
    for folder in kernelFolders where stat(folder, &status) == 0 && status.st_dev == device {
      // Without /proc being mounted, its folder is one of the root's.
      if stat("/", &status) == 0, status.st_dev == device { continue }
      throw refusal("is a folder of the kernel's, not a recording")
    }
    var files: [String] = []
    var open = [(path: path.hasSuffix("/") ? path : path + "/", depth: 0)]
    var entries = 0
    while let folder = open.popLast() {
      // A folder that may not be read is left out.
      guard let stream = opendir(folder.path) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        entries += 1
        guard entries <= entryLimit else {
          throw refusal("is a folder with more than \(entryLimit) files, not a recording")
        }
        let inner = folder.path + name
        guard lstat(inner, &status) == 0 else { continue }
        // Links to files count as these, links to folders are not followed.
        if status.st_mode & S_IFMT == S_IFLNK {
          guard stat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: files.append(inner)
        case S_IFDIR where status.st_dev == device:
          guard folder.depth < depthLimit else {
            throw refusal("is a folder with folders more than \(depthLimit) deep, not a recording")
          }
          open.append((inner + "/", folder.depth + 1))
        default: continue
        }
      }
    }
    return files.sorted()
  }
}
