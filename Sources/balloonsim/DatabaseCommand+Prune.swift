import ArgumentParser
import Recording
import Text

extension DatabaseCommand {
  /// `balloonsim db prune`.
  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove runs and give their space back.",
      discussion: """
        --status removes the runs that failed or were interrupted, --sweep a sweep with its runs, except those that \
        another sweep has too; both together, the runs of the sweep with that status.
        """)

    /// What may be removed by its status alone.
    enum Status: String, ExpressibleByArgument, CaseIterable {
      case failed
      case interrupted
    }

    @Option(help: "Runs that ended so: failed or interrupted.")
    var status: Status?

    @Option(help: "A sweep: its number, its name, or `last`.")
    var sweep: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      if status == nil && sweep == nil { throw ValidationError("give --status, --sweep or both") }
    }

    func run() throws {
      // What is to be removed is there already, so nothing is made.
      _ = try database.openToRead()
      let store = try database.openToWrite()
      let number = try sweep.map { try store.sweepTable($0, metrics: []).id }
      var filter = RunFilter()
      filter.sweep = number
      filter.status = status.flatMap { RunStatus(rawValue: $0.rawValue) }
      var runs = try store.runs(filter)
      if let number, status == nil {
        if let busy = runs.first(where: { $0.status == .running }) {
          throw Failure(.busy, "run \(busy.id) of the sweep is still being made")
        }
        let shared = try store.keys(besides: number)
        runs.removeAll { shared.contains($0.key) }
      }
      try store.remove(runs: runs.map(\.id), sweep: status == nil ? number : nil)
      if output.json { return try put(["removed": runs.count]) }
      try put(sentence: "\(database.file): \(runs.count) runs removed")
    }
  }
}
