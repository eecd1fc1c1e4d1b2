import ArgumentParser
import Recording
import Text

/// `balloonsim db`: looks after the database.
struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "db", abstract: "Look after the database.",
    subcommands: [Check.self, Merge.self, Prune.self])

  /// `balloonsim db check`.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read the whole database and say what is wrong with it.",
      discussion:
        "Exit code 1 if anything is, 65 if it is too damaged to be read. Runs whose process died are named; they are no fault."
    )

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let check = try database.openToRead().check()
      let findings = check.findings.map(Self.sentence)
      if output.json {
        try put([
          "version": check.version, "runs": check.runs, "died_runs": check.diedRuns,
          "findings": findings,
        ])
      } else {
        for finding in findings { try put(sentence: finding) }
        if !check.diedRuns.isEmpty {
          let runs = check.diedRuns.map(String.init).joined(separator: ", ")
          try put(sentence: "died before their end: \(runs)")
        }
        if findings.isEmpty { try put(sentence: "\(database.file): \(check.runs) runs, all sound") }
      }
      if !findings.isEmpty { throw ExitCode(ExitStatus.notHeld.rawValue) }
    }

    static func sentence(_ finding: DatabaseCheck.Finding) -> String {
      switch finding {
      case .integrity(let text): "SQLite: \(text)"
      case .orphanRows(let table, let parent, let rows):
        "\(table): \(rows) rows without their \(parent)"
      case .wrongKeys(let table, let run, let rows):
        "\(table): \(rows) rows of run \(run) with a key that does not fit"
      case .missingTicks(let run, let guest, let expected, let found):
        "run \(run), \(guest ?? "host"): \(found) ticks where there should be \(expected)"
      case .changedRows(let table, let run):
        "run \(run): \(table) are not as they were recorded"
      case .changedTicks(let run, let guest, let tick):
        "run \(run), \(guest): ticks up to \(tick) are not as they were recorded"
      case .changedSweep(let sweep): "sweep \(sweep): not as it was entered"
      case .changedSchema(let name): "\(name): not defined as in the schema"
      case .wrongValues(let table, let column, let rows):
        "\(table): \(rows) rows with a value in \(column) that it cannot have"
      case .strayHash(let table, let owner):
        "row_hashes: a hash of \(table) \(owner), which is not there"
      case .noFingerprint(let run): "run \(run): finished without a fingerprint"
      case .noMetrics(let run): "run \(run): finished without metrics"
      }
    }
  }
}
