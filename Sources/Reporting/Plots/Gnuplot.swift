private import CMemoryFile
internal import Foundation
internal import Text
internal import Traces

/// Runs gnuplot, a program that draws (Debian's gnuplot-nox).
public enum Gnuplot {
  /// Why there is no picture.
  public enum Fault: Error, Hashable, Sendable {
    /// It is not installed.
    case missing
    /// It could not be started, or ended with a message.
    case failed(String)
  }

  /// What gnuplot prints when it is given a script.
  ///
  /// The script and what comes of it are files in memory: no folder for temporary files is needed, and nobody has to empty
  /// a pipe.
  static func output(of script: String) throws(Fault) -> [UInt8] {
    let (script, picture, errors) = (try MemoryFile(script), try MemoryFile(), try MemoryFile())
    let status = try run(
      // What a user has set for gnuplot of their own would change our pictures.
      ["gnuplot", "--default-settings", "/proc/self/fd/0"],
      streams: [script.descriptor, picture.descriptor, errors.descriptor])
    if status == 0 { return try picture.contents() }
    let message = String(decoding: try errors.contents(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // What waitpid(2) tells: the signal in the lower bits.
    let end =
      status & 127 == 0 ? "ended with code \(status >> 8)" : "ended by signal \(status & 127)"
    throw .failed(message.isEmpty ? end : message)
  }

  /// Runs a program, found as a shell would, to its end; its first descriptors are copies of `streams`.
  private static func run(_ words: [String], streams: [Int32]) throws(Fault) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    guard posix_spawn_file_actions_init(&actions) == 0 else { throw .failed(reason(ENOMEM)) }
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in streams.enumerated() {
      let code = posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      if code != 0 { throw .failed(reason(code)) }
    }
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    var process = pid_t()
    let code = withTexts(words) { words in
      withTexts(environment) { environment in
        posix_spawnp(&process, words[0]!, &actions, nil, words, environment)
      }
    }
    if code == ENOENT { throw .missing }
    if code != 0 { throw .failed("cannot be started: \(reason(code))") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { throw .failed(reason(errno)) }
    }
    return status
  }

  /// Texts as C has them, with a null pointer behind the last.
  private static func withTexts<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  fileprivate static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// A number as gnuplot reads it.
  static func number(_ value: Double) -> String { value.isFinite ? value.shortened.text : "NaN" }

  /// A text in gnuplot's single quotes.
  ///
  /// Quotes are doubled, and what ends a line or is not seen becomes a space: gnuplot ends a string at the end of its line,
  /// takes the next line for a command, and hands one that begins with `!` to a shell. `&#x` and `]]>`, which gnuplot puts
  /// into SVG as they are, are parted by a word joiner, which is not seen either.
  ///
  /// - Parameter isFormat: Whether gnuplot takes it for a format of a number, as it does with the labels of axes.
  static func quoted(_ text: String, isFormat: Bool = false) -> String {
    var quoted = "'".unicodeScalars
    var before: (Unicode.Scalar, Unicode.Scalar) = (" ", " ")
    for scalar in text.unicodeScalars {
      // XML has no U+FFFE and no U+FFFF.
      let isDrawn = !scalar.isUnseen && scalar.value != 0xFFFE && scalar.value != 0xFFFF
      if scalar == "#" && before.1 == "&" || scalar == ">" && before == ("]", "]") {
        quoted.append("\u{2060}")
      }
      if scalar == "'" || isFormat && scalar == "%" { quoted.append(scalar) }
      quoted.append(isDrawn ? scalar : " ")
      before = (before.1, scalar)
    }
    return String(quoted) + "'"
  }
}

/// A file that is in memory only, and goes with its last reference.
private final class MemoryFile {
  let descriptor: Int32

  /// An empty file, or one with a text, to be read from its beginning.
  init(_ text: String = "") throws(Gnuplot.Fault) {
    descriptor = memoryFile("balloonsim")
    // Numbers below three are those of the program's own streams.
    guard descriptor > 2 else {
      throw .failed("no file for its script or picture: \(Gnuplot.reason(errno))")
    }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        throw .failed("its script cannot be written: \(Gnuplot.reason(errno))")
      }
      bytes = bytes.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }

  /// All that is in it.
  func contents() throws(Gnuplot.Fault) -> [UInt8] {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(size, 0))
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count == size else {
      throw .failed("its picture cannot be read: \(Gnuplot.reason(errno))")
    }
    return bytes
  }
}

extension Double {
  /// In as many digits as can be seen: between 1 and a thousand millions four decimals at most, otherwise all.
  var shortened: JSON {
    if !(abs(self) >= 1 && abs(self) <= 1e9) { return .number(self) }
    let short = (self * 1e4).rounded() / 1e4
    return short == short.rounded() ? .integer(Int128(short)) : .number(short)
  }
}
