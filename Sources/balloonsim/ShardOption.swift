import ArgumentParser
import Foundation
import Scenarios
import Text

/// What `--shard` takes: `I/N`, or `auto/N` where the scheduler says which share is meant.
struct ShardOption {
  /// The share.
  let shard: SweepShard

  /// Where schedulers put the number of a task, and what they count from: Slurm's array tasks, Kubernetes' indexed
  /// jobs, GNU parallel's jobs. Sources: the manual pages of sbatch and parallel, and Kubernetes' page on indexed jobs.
  static let variables = [
    (name: "SLURM_ARRAY_TASK_ID", first: 0), (name: "JOB_COMPLETION_INDEX", first: 0),
    (name: "PARALLEL_SEQ", first: 1),
  ]

  /// The share that a text names in an environment.
  ///
  /// - Throws: `ValidationError` with what to give instead.
  init(_ text: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int(parts[1]), (1...SweepShard.countLimit).contains(count)
    else {
      throw ValidationError(
        "--shard '\(text)': expected I/N or auto/N, N from 1 to \(SweepShard.countLimit)")
    }
    var (number, source) = (String(parts[0]), "")
    var first = 0
    if number == "auto" {
      guard let variable = Self.variables.first(where: { environment[$0.name] != nil }) else {
        throw ValidationError(
          "--shard '\(text)': none of \(Self.variables.map(\.name).joined(separator: ", ")) is set")
      }
      (number, source, first) = (environment[variable.name] ?? "", variable.name, variable.first)
    }
    let shares = first..<first + count
    guard let given = Int(number), shares.contains(given),
      let shard = SweepShard(index: given - first, count: count)
    else {
      throw ValidationError(
        "--shard '\(text)': expected \(source.isEmpty ? "I" : source) from \(first) to "
          + "\(shares.upperBound - 1), not '\(number)'")
    }
    self.shard = shard
  }

  /// A database's file of this share: `a.sqlite` becomes `a.0-of-8.sqlite`.
  func file(of database: String) -> String {
    Self.file(of: database, part: "\(shard.index)-of-\(shard.count)")
  }

  /// A database's file with a part before its ending.
  static func file(of database: String, part: String) -> String {
    let (stem, ending) = parts(of: database)
    return "\(stem).\(part)\(ending)"
  }

  /// The same for a shell, which is to work out the part: what stands around it is quoted.
  static func pattern(of database: String, part: String) -> String {
    let (stem, ending) = parts(of: database)
    return shellCommand(["\(stem)."]) + part + (ending.isEmpty ? "" : shellCommand([ending]))
  }

  /// A database's file without its ending, and the ending with its dot.
  private static func parts(of database: String) -> (stem: String, ending: String) {
    let name = database.split(separator: "/").last.map(String.init) ?? database
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (database, "") }
    let ending = String(name[dot...])
    return (String(database.dropLast(ending.count)), ending)
  }
}
