import ArgumentParser
import Experiments
import Foundation

/// What `--shard` takes: `I/N`, or `auto/N` where the scheduler says which share is meant.
struct ShardOption: ExpressibleByArgument {
  /// The share.
  let shard: SweepShard

  /// Where schedulers put the number of a task, and what they count from: Slurm's array tasks, Kubernetes' indexed
  /// jobs, GNU parallel's jobs. Sources: the manual pages of sbatch and parallel, and Kubernetes' page on indexed jobs.
  static let environment = [
    (name: "SLURM_ARRAY_TASK_ID", first: 0), (name: "JOB_COMPLETION_INDEX", first: 0),
    (name: "PARALLEL_SEQ", first: 1),
  ]

  init?(argument: String) {
    self.init(argument, environment: ProcessInfo.processInfo.environment)
  }

  /// The share that a text names in an environment.
  init?(_ text: String, environment: [String: String]) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int(parts[1]) else { return nil }
    var index = Int(parts[0])
    if parts[0] == "auto" {
      let known = Self.environment.lazy.compactMap { variable in
        environment[variable.name].flatMap(Int.init).map {
          $0.subtractingReportingOverflow(variable.first)
        }
      }.first
      index = known.flatMap { $0.overflow ? nil : $0.partialValue }
    }
    guard let index, let shard = SweepShard(index: index, count: count) else { return nil }
    self.shard = shard
  }

  /// A database's file of this share: `a.sqlite` becomes `a.0-of-8.sqlite`.
  func file(of database: String) -> String {
    Self.file(of: database, part: "\(shard.index)-of-\(shard.count)")
  }

  /// A database's file with a part before its ending.
  static func file(of database: String, part: String) -> String {
    let name = database.split(separator: "/").last.map(String.init) ?? database
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      return "\(database).\(part)"
    }
    let ending = String(name[dot...])
    return String(database.dropLast(ending.count)) + ".\(part)" + ending
  }
}
