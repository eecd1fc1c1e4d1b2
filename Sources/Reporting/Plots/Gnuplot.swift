internal import Experiments
internal import Foundation

/// Runs gnuplot, a program that draws (Debian's gnuplot-nox).
public enum Gnuplot {
  /// Why there is no picture.
  public enum Fault: Error, Hashable, Sendable {
    /// It is not installed.
    case missing
    /// It ended with a message.
    case failed(String)
  }

  /// What gnuplot prints when it is given a script.
  ///
  /// - Throws: `Fault`, or the error of a file that cannot be written.
  static func output(of script: String) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "balloonsim-plot-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["script", "out", "errors"].map { folder.appending(path: $0) }
    try Data(script.utf8).write(to: files[0])
    for file in files[1...] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // What a user has set for gnuplot of their own would change our pictures.
    process.arguments = ["gnuplot", "--default-settings", files[0].path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    // What env(1) answers for a program that is not there.
    if process.terminationStatus == 127 { throw Fault.missing }
    guard process.terminationStatus == 0 else {
      throw Fault.failed(String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    }
    return Array(try Data(contentsOf: files[1]))
  }

  /// A number as gnuplot reads it.
  static func number(_ value: Double) -> String { value.isFinite ? value.shortened : "NaN" }

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

extension Double {
  /// In as many digits as can be seen: between 1 and a thousand millions four decimals at most, otherwise all.
  var shortened: String {
    let short = (self * 1e4).rounded() / 1e4
    if abs(self) < 1 || abs(self) > 1e9 { return "\(self)" }
    return short == short.rounded() ? "\(Int64(short))" : "\(short)"
  }
}
