private import Foundation

/// What is at a place of the file system.
enum FileKind {
  case regular
  case folder
  /// A device, a pipe or a socket.
  case special
}

/// An error number of the system.
struct SystemError: Error {
  /// The number, as in `errno`.
  let number: Int32
  /// The system's words for it.
  var reason: String { String(cString: strerror(number)) }
}

/// What is at `path`, links followed.
func fileKind(at path: String) -> Result<FileKind, SystemError> {
  var status = stat()
  guard stat(path, &status) == 0 else { return .failure(SystemError(number: errno)) }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return .success(.regular)
  case S_IFDIR: return .success(.folder)
  default: return .success(.special)
  }
}

/// Whether two paths lead to the same file.
public func isSameFile(_ first: String, _ second: String) -> Bool {
  var (one, other) = (stat(), stat())
  return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
    && one.st_ino == other.st_ino
}

/// Whether two paths lead to the same file, or would if there were one: the same name in the same folder.
public func isSamePlace(_ first: String, _ second: String) -> Bool {
  if isSameFile(first, second) { return true }
  let (one, other) = (URL(fileURLWithPath: first), URL(fileURLWithPath: second))
  return one.lastPathComponent == other.lastPathComponent
    && isSameFile(one.deletingLastPathComponent().path, other.deletingLastPathComponent().path)
}

/// What may be wanted of a file.
enum FileAccess {
  case read
  case write
}

/// Why the system refuses to let us read or write what is at `path`, links followed; nothing if it does not.
func refusal(to access: FileAccess, _ path: String) -> String? {
  let mode = access == .read ? R_OK : W_OK
  return Foundation.access(path, mode) == 0 ? nil : SystemError(number: errno).reason
}

/// As `refusal(to:_:)`, for the folder in which the file at `path` lies.
func refusal(to access: FileAccess, folderOf path: String) -> String? {
  let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
  return refusal(to: access, file.deletingLastPathComponent().path)
}

/// Makes the folder that the file at `path` is to lie in, and the folders above it.
///
/// Returns why it cannot be made, in the system's words; nothing if it is there.
public func makeFolder(for path: String) -> String? {
  guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return nil }
  let folder = String(path[..<slash])
  switch fileKind(at: folder) {
  case .success(.folder): return nil
  case .success: return SystemError(number: ENOTDIR).reason
  case .failure: break
  }
  if let reason = makeFolder(for: folder) { return reason }
  // Another process may be faster.
  return mkdir(folder, 0o777) == 0 || errno == EEXIST ? nil : SystemError(number: errno).reason
}
