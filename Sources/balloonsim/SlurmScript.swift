import Foundation
import Recording
import Scenarios
import Simulation
import Text

/// A shell script that has a sweep computed by Slurm: a job array with a task a share, and a job that merges them.
struct SlurmScript {
  /// The words of the sweep's command, without its database.
  var words: [String]
  /// The program's own place.
  var program: String
  /// The database in which everything is to be in the end.
  var database: String
  /// The sweep's name.
  var name: String
  /// How many shares.
  var shards: Int
  /// How many runs, for the reader.
  var runs: Int

  /// The script; `sbatch` options may be given to it as arguments.
  var text: String {
    let job = shellCommand(["balloonsim-\(name)"])
    let sweep = shellCommand(
      words.dropFirst() + ["--db", database, "--shard", "auto/\(shards)", "--quiet"])
    // A name in single quotes would hide the number of the share.
    let file = ShardOption.pattern(of: database, part: "\"$shard-of-\(shards)\"")
    return """
      #!/usr/bin/env bash
      # \(shards) array tasks that share \(runs) runs, and a job that merges their files when all are done.
      #   bash FILE [sbatch options, such as --partition=long --time=1:00:00]
      # If a task fails, run this again: tasks compute only what is missing from their files.
      set -euo pipefail
      if [ -z "${BALLOONSIM:-}" ]; then BALLOONSIM=\(shellCommand([program])); fi
      export BALLOONSIM

      array=$(sbatch --parsable "$@" --job-name=\(job) --array=0-\(shards - 1) --ntasks=1 \\
        --open-mode=append --output=balloonsim-%A_%a.log <<'TASK'
      #!/usr/bin/env bash
      exec "$BALLOONSIM" \(sweep) --jobs "${SLURM_CPUS_PER_TASK:-1}"
      TASK
      )
      array=${array%%;*}
      merge=$(sbatch --parsable "$@" --job-name=\(shellCommand(["balloonsim-\(name)-merge"])) --ntasks=1 \\
        --dependency=afterok:"$array" --kill-on-invalid-dep=yes \\
        --open-mode=append --output=balloonsim-%j.log <<'MERGE'
      #!/usr/bin/env bash
      files=()
      for ((shard = 0; shard < \(shards); shard++)); do
        files+=(\(file))
      done
      exec "$BALLOONSIM" db merge \(shellCommand([database])) "${files[@]}"
      MERGE
      )
      merge=${merge%%;*}
      echo "array job $array, then merge job $merge into "\(shellCommand([database]))

      """
  }
}

extension SweepCommand {
  /// How much work a task should have: starting one takes Slurm about 250 ms, a hundredth of this.
  private static let taskSeconds = 25.0

  /// Prints the script, and says so if tasks would have little to do.
  func printSlurmScript(_ plan: SweepPlan, _ keys: [[String]]) throws {
    let runs = Set(keys.joined()).count
    let store =
      FileManager.default.fileExists(atPath: database.file) ? try database.openToRead() : nil
    let members = keys.indices.flatMap { point in
      keys[point].indices.map { SweepPlan.Member(point: point, repetition: $0) }
    }
    let seconds = try SweepEstimate(of: members, in: plan, level: record, store: store).seconds
    let work = seconds?.reduce(0, +)
    // No more tasks than runs, and no fewer than one.
    let useful = work.map {
      Int(max(1, min($0 / Self.taskSeconds, Double(min(runs, SweepShard.countLimit)))))
    }
    guard let shards = shards ?? useful else {
      throw Failure(
        .usage,
        "how long a run takes is not known, since none of '\(plan.base.scenario.name)' is recorded in "
          + "\(database.file); give --shards, or make one run")
    }
    if let work, let useful, shards > useful {
      let each = UnitScale.text(work / Double(shards), unit: "s")
      note(
        "warning: about \(each) of work in a task, and starting one takes 0.25 s; --shards \(useful) gives it more"
      )
    }
    try put(
      SlurmScript(
        words: words + memory.words, program: Bundle.main.executablePath ?? "balloonsim",
        database: database.file,
        name: name ?? plan.base.scenario.name, shards: shards, runs: runs
      ).text, terminator: "")
  }
}
