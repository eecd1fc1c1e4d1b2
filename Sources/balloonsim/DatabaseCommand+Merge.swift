import ArgumentParser
import Recording
import Text

extension DatabaseCommand {
  /// `balloonsim db merge`.
  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Carry the finished runs and the sweeps of other databases over into one.",
      usage: "balloonsim db merge <into> <from> ... [<options>]",
      discussion: """
        Runs are known by their keys: what is there already is not carried over again, so the same command may be \
        repeated. Of the same run the one with more rows is kept. Runs that are not finished stay where they are. Two \
        finished runs with one key and different courses are refused before anything is changed.
        """)

    @Argument(
      help: "The database that is to hold everything; made if it is not there.", completion: .file()
    )
    var into: String

    @Argument(help: "The databases to be merged; they are only read.", completion: .file())
    var from: [String]

    @OptionGroup var output: OutputOptions

    func run() throws {
      for file in from where isSameFile(file, into) {
        throw Failure(.usage, "\(file): is the database to merge into")
      }
      // A file that is missing or wrong is found before anything is made.
      for file in from { try DatabaseOptions(file: file).openToRead().close() }
      let outcomes = try DatabaseOptions(file: into).openToWrite().merge(from)
      if output.json {
        let files = zip(from, outcomes).map { file, outcome in
          [
            "file": file, "merged": outcome.merged, "replaced": outcome.replaced,
            "skipped": outcome.skipped, "left_out": outcome.leftOut, "sweeps": outcome.sweeps,
          ] as JSON
        }
        return try put(["into": into, "files": files])
      }
      for (file, outcome) in zip(from, outcomes) { output.say("\(file): \(Self.text(outcome))") }
      let all = outcomes.reduce(into: MergeOutcome()) { sum, outcome in
        sum.merged += outcome.merged
        sum.replaced += outcome.replaced
        sum.skipped += outcome.skipped
        sum.leftOut += outcome.leftOut
        sum.sweeps += outcome.sweeps
      }
      try put(sentence: "\(into): \(Self.text(all))")
    }

    private static func text(_ outcome: MergeOutcome) -> String {
      "\(outcome.merged) runs merged (\(outcome.replaced) in place of one with less), "
        + "\(outcome.skipped) skipped, \(outcome.leftOut) unfinished left out"
    }
  }
}
