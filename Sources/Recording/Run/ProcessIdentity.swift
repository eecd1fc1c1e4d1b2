private import Foundation
internal import Traces

/// The process that records a run, told apart from every other that has or will have its number.
///
/// Source: proc(5), `/proc/PID/stat` field 22 and `/proc/sys/kernel/random/boot_id`. Processes of another
/// PID namespace look as if they were gone.
struct ProcessIdentity: Hashable, Sendable {
  /// The process number.
  var pid: Int32
  /// When it started, in clock ticks since the machine booted.
  var startedTicks: Int64
  /// The machine's current boot.
  var bootID: String

  /// This process.
  static let current: ProcessIdentity = {
    let pid = ProcessInfo.processInfo.processIdentifier
    return ProcessIdentity(
      pid: pid, startedTicks: startedTicks(of: pid) ?? 0, bootID: currentBootID)
  }()

  /// Whether the process is still there.
  var isAlive: Bool {
    bootID == Self.currentBootID && Self.startedTicks(of: pid) == startedTicks
  }

  private static let currentBootID = text(of: "/proc/sys/kernel/random/boot_id") ?? ""

  /// Nothing if there is no such process, or only its remains.
  private static func startedTicks(of pid: Int32) -> Int64? {
    // The second field is the command in parentheses, which may itself contain spaces and parentheses.
    guard let stat = text(of: "/proc/\(pid)/stat"), let end = stat.lastIndex(of: ")") else {
      return nil
    }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int64(fields[19])
  }

  private static func text(of path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
