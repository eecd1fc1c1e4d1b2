import Foundation
import Testing

@Suite("A sweep on several machines", .timeLimit(.minutes(5)))
struct ShardTests {
  let workplace: Workplace
  private static let sweep = [
    "sweep", "small.yaml", "--vary", "selfballoon_downhysteresis=1..4", "--vary",
    "selfballoon_interval=1..4", "--db", "a.sqlite",
  ]

  init() throws { workplace = try Workplace() }

  private func sweep(
    _ more: String..., environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await workplace.start(Self.sweep + more, environment: environment).outcome()
  }

  @Test(
    "Eight shares, each named by another scheduler, merge into the table of one machine")
  func shares() async throws {
    try await workplace.start(Self.sweep.dropLast() + ["whole.sqlite"]).outcome().expect(0)
    let variables = [
      ("SLURM_ARRAY_TASK_ID", 0), ("JOB_COMPLETION_INDEX", 0), ("PARALLEL_SEQ", 1),
    ]
    for share in 0..<8 {
      let outcome: Outcome
      if share < 2 {
        outcome = try await sweep("--shard", "\(share)/8")
      } else {
        let (name, first) = variables[share % 3]
        outcome = try await sweep("--shard", "auto/8", environment: [name: "\(share + first)"])
      }
      outcome.expect(0)
      #expect(outcome.output.contains("2 computed, 0 reused, 0 failed"))
      #expect(FileManager.default.fileExists(atPath: workplace.path("a.\(share)-of-8.sqlite")))
    }

    let merge = "balloonsim db merge a.sqlite a.*-of-8.sqlite"
    let once = try await workplace.shell(merge)
    let again = try await workplace.shell(merge)

    once.expect(0)
    again.expect(0)
    #expect(once.lines.last?.hasPrefix("a.sqlite: 16 runs merged") == true)
    #expect(again.lines.last?.contains("0 runs merged") == true)
    let merged = try await workplace.sweepTable("a.sqlite")
    #expect(merged.count == 17)
    #expect(try await merged == workplace.sweepTable("whole.sqlite"))
  }

  @Test("A share that cannot be is refused with what is meant")
  func wrongShares() async throws {
    for (text, message) in [
      ("8/8", "expected I from 0 to 7, not '8'"), ("-1/8", "expected I from 0 to 7, not '-1'"),
      ("1", "expected I/N or auto/N, N from 1 to 100000"),
      ("1/0", "expected I/N or auto/N, N from 1 to 100000"),
      ("auto/8", "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, PARALLEL_SEQ is set"),
    ] {
      let outcome = try await sweep("--shard=\(text)")
      #expect(outcome.code == 64)
      #expect(outcome.errors.contains("--shard '\(text)': \(message)"), "\(outcome.errors)")
    }
    let index = try await sweep("--shard", "auto/8", environment: ["PARALLEL_SEQ": "9"])
    #expect(index.errors.contains("expected PARALLEL_SEQ from 1 to 8, not '9'"))
  }

  @Test("The script for Slurm submits the shares and then the merge, whatever names hold")
  func slurmScript() async throws {
    try workplace.write(Workplace.small, to: "it's small.yaml")
    // A scheduler that does at once what it is asked to, and writes down how it was asked.
    try workplace.write(
      """
      #!/bin/bash
      echo "$*" >>asked
      script=$(cat)
      case "$*" in
        *--array=0-2*) for i in 0 1 2; do SLURM_ARRAY_TASK_ID=$i bash -c "$script" >&2 || exit 1; done ;;
        *) bash -c "$script" >&2 ;;
      esac
      echo "$(wc -l <asked);cluster"
      """, to: "sbatch")
    let outcome = try await workplace.shell(
      """
      chmod +x sbatch && export PATH=".:$PATH"
      balloonsim sweep "it's small.yaml" --vary selfballoon_interval=1..5 --db 'my $runs.sqlite' \
        --name 'a "b"' --emit slurm --shards 3 >submit.sh && bash submit.sh --partition=long
      """)

    outcome.expect(0)
    #expect(outcome.output == "array job 1, then merge job 2 into my $runs.sqlite\n")
    let asked = try workplace.read("asked").split(separator: "\n")
    try #require(asked.count == 2)
    #expect(asked.allSatisfy { $0.contains("--partition=long") })
    #expect(asked[0].contains("--array=0-2 ") && asked[0].contains("--open-mode=append"))
    #expect(asked[1].contains("--dependency=afterok:1 "))
    let sweeps = try await workplace.run("sweeps", "--json", "--db", "my $runs.sqlite")
    let list = try #require(try sweeps.json() as? [[String: Any]])
    #expect(list.map { $0["finished_runs"] as? Int } == [5])
    #expect(list.map { $0["name"] as? String } == [#"a "b""#])
  }

  @Test("Files that cannot be merged are named, and nothing is made of them")
  func wrongFiles() async throws {
    try await workplace.run("run", "small.yaml", "--db", "a.sqlite").expect(0)

    let missing = try await workplace.run("db", "merge", "new.sqlite", "a.sqlite", "nothing.sqlite")
    let other = try await workplace.run("db", "merge", "new.sqlite", "small.yaml")
    let itself = try await workplace.run("db", "merge", "a.sqlite", "./a.sqlite")

    missing.expect(66)
    other.expect(65, saying: "small.yaml: not a database; choose another --db")
    itself.expect(64, saying: "./a.sqlite: is the database to merge into")
    #expect(!FileManager.default.fileExists(atPath: workplace.path("new.sqlite")))
  }

  @Test("More files are merged than may be open at once")
  func openFiles() async throws {
    try await sweep("--shard", "0/100").expect(0)

    let outcome = try await workplace.shell(
      """
      for i in $(seq 1 99); do cp a.0-of-100.sqlite a.$i-of-100.sqlite; done
      ulimit -n 64; balloonsim db merge a.sqlite a.*-of-100.sqlite
      """)

    outcome.expect(0)
    #expect(outcome.lines.last?.hasPrefix("a.sqlite: 1 runs merged") == true, "\(outcome)")
  }

  @Test("Failed runs and sweeps are removed, and space is given back")
  func pruning() async throws {
    try await sweep().expect(0)
    let failing = try await sweep("--set", "guests.boot=tmem.selfballooning=7")
    failing.expect(1)
    let size = try Data(contentsOf: URL(filePath: workplace.path("a.sqlite"))).count

    let failed = try await workplace.run("db", "prune", "--status", "failed", "--db", "a.sqlite")
    let whole = try await workplace.run("db", "prune", "--sweep", "1", "--db", "a.sqlite")
    let nothing = try await workplace.run("db", "prune", "--db", "a.sqlite")

    #expect(failed.output == "a.sqlite: 16 runs removed\n")
    #expect(whole.output == "a.sqlite: 16 runs removed\n")
    #expect(nothing.code == 64)
    let after = try Data(contentsOf: URL(filePath: workplace.path("a.sqlite"))).count
    #expect(after < size / 2)
  }
}
