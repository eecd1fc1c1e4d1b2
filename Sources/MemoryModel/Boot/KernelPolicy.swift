// swift-format-ignore: AlwaysUseLowerCamelCase
/// By which kernel's rules zones, marks and reserves are computed, and memory is reclaimed.
public enum KernelPolicy: String, CaseIterable, Sendable {
  /// Linux 4.19, the baseline.
  case linux4_19 = "4.19"
  /// Linux 6.1: khugepaged recomputes min_free_kbytes even with huge pages off (Docs/kernel.md 5.3).
  case linux6_1 = "6.1"
  /// Linux 6.18: zones as in 6.1; rotations count in the balance of the lists, and longer batches of new pages.
  case linux6_18 = "6.18"

  /// Whether free pages can be reported to a host, as since Linux 5.7.
  public var hasPageReporting: Bool { !isOlder(than: "5.7") }

  /// Whether it is older than a version of Linux, as in `5.16`.
  public func isOlder(than version: String) -> Bool {
    func numbers(_ text: String) -> [Int] { text.split(separator: ".").map { Int($0) ?? 0 } }
    return numbers(rawValue).lexicographicallyPrecedes(numbers(version))
  }
}
