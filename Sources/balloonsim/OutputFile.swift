import Foundation
import Recording
import Text

/// Output that cannot be made or written.
enum OutputError: Error {
  case cannotCreate(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// The path is empty.
  case noName
}

/// A file that appears under its name when it is whole, or standard output.
///
/// What is written goes to a file without a name in the same folder. `close` or `publish` gives it the name, in place of
/// what was there, and with the mode and owner of that. A command that is killed or fails before leaves the old file as
/// it was, and nothing beside it. A link is followed: what it leads to is replaced. What is no regular file, such as
/// /dev/null or a pipe, is written to as it is.
final class OutputFile {
  /// Where the bytes go, in words for messages.
  private let path: String
  private let file: UnsafeMutablePointer<FILE>
  /// The name that the file is to get, links resolved; nothing if it has no other than its own.
  private let target: String?
  /// The name that it has until then, on file systems without files that have none.
  private var temporary: String?
  /// Whether a person sees what is written.
  private lazy var isTerminal = isatty(fileno(file)) == 1
  private var isPublished = false
  private var isClosed = false

  /// Opens a file for `path`, its folder made if need be; nil or `-` is standard output.
  ///
  /// What is being read is not written over: `inputs`, and `database` with the files that SQLite keeps beside it.
  init(
    _ path: String?, inputs: [String] = [], database: String? = nil
  ) throws(OutputError) {
    guard let path, path != "-" else {
      self.path = "standard output"
      target = nil
      guard let file = fdopen(dup(STDOUT_FILENO), "w") else {
        throw .cannotWrite(path: self.path, reason: Self.reason)
      }
      self.file = file
      return
    }
    if path.isEmpty { throw .noName }
    self.path = path
    func refuse(_ reason: String) -> OutputError { .cannotCreate(path: path, reason: reason) }
    if let reason = makeFolder(for: path) { throw refuse(reason) }
    if let database {
      if isSameFile(path, database) { throw refuse("is the database itself") }
      if ["-wal", "-shm", "-journal"].contains(where: {
        isSamePlace(Self.resolved(path), Self.resolved(database) + $0)
      }) {
        throw refuse("belongs to the database \(database)")
      }
    }
    if let same = inputs.first(where: { isSameFile(path, $0) }) {
      throw refuse("is \(same), which is read")
    }
    var old = stat()
    let isThere = stat(path, &old) == 0
    if isThere, old.st_mode & S_IFMT != S_IFREG {
      target = nil
      file = try Self.stream(Foundation.open(path, O_WRONLY | O_CLOEXEC), for: path)
      return
    }
    if isThere, access(path, W_OK) != 0 { throw refuse(Self.reason) }
    let target = Self.resolved(path)
    let (descriptor, temporary) = Self.unnamed(beside: target)
    guard descriptor >= 0 else { throw refuse(Self.reason) }
    if isThere {
      // Who may not give a file away keeps it; the mode comes last, since a new owner can clear bits of it.
      _ = fchown(descriptor, old.st_uid, old.st_gid)
      _ = fchmod(descriptor, old.st_mode & 0o7777)
    }
    self.target = target
    self.temporary = temporary
    file = try Self.stream(descriptor, for: path)
  }

  deinit {
    if !isClosed { fclose(file) }
    if let temporary { unlink(temporary) }
  }

  /// Writes bytes, whole lines of text if they may go to a terminal, on which they do nothing.
  func write(_ bytes: [UInt8]) throws {
    let bytes =
      isTerminal ? Array(TerminalText.lines(String(decoding: bytes, as: UTF8.self)).utf8) : bytes
    if fwrite(bytes, 1, bytes.count, file) != bytes.count { throw failure }
  }

  /// Writes what is buffered.
  func flush() throws { if fflush(file) != 0 { throw failure } }

  /// Writes what is buffered and gives the file its name, for one that grows on while others read it; once is enough.
  func publish() throws {
    try flush()
    guard let target, !isPublished else { return }
    if fsync(fileno(file)) != 0 { throw failure }
    let name = try temporary ?? nameOfOurs(beside: target)
    temporary = name
    if rename(name, target) != 0 { throw failure }
    temporary = nil
    isPublished = true
    let folder = Foundation.open(Self.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      // A file system that cannot do this has kept the name anyway.
      fsync(folder)
      Foundation.close(folder)
    }
  }

  /// Writes what is buffered, gives the file its name and closes it.
  func close() throws {
    try publish()
    isClosed = true
    if fclose(file) != 0 { throw failure }
  }

  /// Links the file without a name to a name of its own, for `rename` to move.
  private func nameOfOurs(beside target: String) throws -> String {
    while true {
      let name = Self.temporaryName(beside: target)
      let own = "/proc/self/fd/\(fileno(file))"
      if linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 { return name }
      if errno != EEXIST { throw failure }
    }
  }

  private var failure: OutputError { .cannotWrite(path: path, reason: Self.reason) }

  private static var reason: String { String(cString: strerror(errno)) }

  private static func stream(
    _ descriptor: Int32, for path: String
  ) throws(OutputError) -> UnsafeMutablePointer<FILE> {
    guard descriptor >= 0, let file = fdopen(descriptor, "w") else {
      throw .cannotCreate(path: path, reason: reason)
    }
    return file
  }

  /// Opens a file without a name in the folder of `target`, or one with a name of its own where that cannot be.
  private static func unnamed(beside target: String) -> (descriptor: Int32, name: String?) {
    // O_TMPFILE without O_DIRECTORY, which it includes. Source: open(2) and <asm-generic/fcntl.h> of Linux.
    let temporaryFlag: Int32 = 0o20000000
    let flags = temporaryFlag | O_DIRECTORY | O_RDWR | O_CLOEXEC
    let descriptor = Foundation.open(folder(of: target), flags, 0o666)
    // Files are named through /proc.
    if descriptor >= 0, access("/proc/self/fd/\(descriptor)", F_OK) == 0 {
      return (descriptor, nil)
    }
    if descriptor >= 0 { Foundation.close(descriptor) }
    while true {
      let name = temporaryName(beside: target)
      let new = Foundation.open(
        name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
      if new >= 0 || errno != EEXIST { return (new, name) }
    }
  }

  /// A name in the folder of `target` that nobody else takes.
  private static func temporaryName(beside target: String) -> String {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(folder(of: target))/.balloonsim-\(number)"
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The place that `path` leads to, links followed, whether a file is there or not.
  private static func resolved(_ path: String) -> String {
    var place = path
    // As many links as Linux follows. Source: path_resolution(7).
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(place, &buffer, buffer.count)
      guard count > 0 else { break }
      let goal = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      place = goal.hasPrefix("/") ? goal : "\(folder(of: place))/\(goal)"
    }
    return place
  }
}
