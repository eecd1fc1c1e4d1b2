internal import Foundation
internal import Traces
public import Units

/// How much memory this process may take, and who says so.
public struct MemoryLimit: Hashable, Sendable {
  /// Who limits it.
  public enum Source: Hashable, Sendable {
    /// The user, with `--memory-limit`.
    case option
    /// The machine: what is left of its memory.
    case machine
    /// The control group of the process.
    case controlGroup
    /// `ulimit -v` or `-d`.
    case addresses
  }

  /// So many bytes can be taken.
  public let bytes: Int
  /// Who says so.
  public let source: Source

  /// Memory that can be taken now: what the user chose, or else what the machine has left, or its control group allows in all.
  static func memory(chosen: PageCount?) -> MemoryLimit {
    if let chosen { return MemoryLimit(bytes: chosen.pages * 4_096, source: .option) }
    let machine = MemoryLimit(
      bytes: available(in: text(of: "/proc/meminfo") ?? "") ?? .max, source: .machine)
    guard let group = controlGroups.min(), group < machine.bytes else { return machine }
    return MemoryLimit(bytes: group, source: .controlGroup)
  }

  /// Addresses that can be taken now; beyond them every allocation fails. Without a limit as good as infinitely many.
  public static var addresses: MemoryLimit {
    // Pages of the whole process, and of its data (proc(5), statm).
    let taken = (text(of: "/proc/self/statm") ?? "").split { $0.isWhitespace }.map { Int($0) ?? 0 }
    var least = Int.max
    for (resource, column) in [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)] where column < taken.count {
      var limits = rlimit()
      guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0,
        let most = Int(exactly: limits.rlim_cur)
      else {
        continue
      }
      least = min(least, most - taken[column] * sysconf(Int32(_SC_PAGESIZE)))
    }
    return MemoryLimit(bytes: max(least, 0), source: .addresses)
  }

  /// What /proc/meminfo says can be had without swapping; before Linux 3.14 it is all that there is.
  static func available(in meminfo: String) -> Int? {
    for name in ["MemAvailable:", "MemTotal:"] {
      for line in meminfo.split(separator: "\n") where line.hasPrefix(name) {
        let words = line.split(separator: " ")
        if words.count > 1, let kilobytes = Int(words[1]) { return kilobytes << 10 }
      }
    }
    return nil
  }

  /// The limits of the process's control groups, its own and those around it.
  ///
  /// Source: the kernel's pages on cgroups of both versions.
  private static var controlGroups: [Int] {
    var found: [Int] = []
    for line in (text(of: "/proc/self/cgroup") ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let file = isUnified ? "memory.max" : "memory.limit_in_bytes"
      var steps = parts[2].split(separator: "/").prefix(64)
      while true {
        // Within a container the group is its own root, whatever it is called outside.
        let path = ([root] + steps.map(String.init) + [file]).joined(separator: "/")
        if let number = text(of: path).flatMap({ Int($0.split(separator: "\n").first ?? "") }) {
          found.append(number)
        }
        if steps.popLast() == nil { break }
      }
    }
    return found
  }

  private static func text(of file: String) -> String? {
    guard let bytes = try? contents(ofFile: file, limit: 1 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What would take more memory than there is.
public struct MemoryShortage: Error, Hashable, Sendable {
  /// About so many bytes would be taken.
  public let needed: Int
  /// And so many can be.
  public let limit: MemoryLimit
}

extension MemoryEstimate {
  /// Refuses what does not fit into this process; `limit` is what the user chose instead of the machine's memory.
  public func check(limit: PageCount?) throws(MemoryShortage) {
    for (needed, limit) in [
      (bytes, MemoryLimit.memory(chosen: limit)), (addresses + Self.perProcess, .addresses),
    ] where needed > limit.bytes {
      throw MemoryShortage(needed: needed, limit: limit)
    }
  }

  /// How many runs like this one fit into this process at once, up to `most`; one at least.
  ///
  /// - Throws: `MemoryShortage` if not even one fits.
  public func fitting(upTo most: Int, limit: PageCount?) throws(MemoryShortage) -> Int {
    try check(limit: limit)
    let memory = MemoryLimit.memory(chosen: limit).bytes / max(bytes, 1)
    let places = (MemoryLimit.addresses.bytes - Self.perProcess) / max(addresses, 1)
    return max(1, min(most, memory, places))
  }
}
