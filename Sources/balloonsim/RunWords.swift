import Recording
import Scenarios

extension ResultStore {
  /// The runs that a word means: one, or several as in `4-6,9`.
  func records(of word: String) throws -> [RunRecord] {
    let isList =
      word.contains { ",-".contains($0) } && word.contains { $0 != "-" }
      && word.allSatisfy { "0123456789,-".contains($0) }
    guard isList else { return [try resolve(word)] }
    return try word.split(separator: ",", omittingEmptySubsequences: false).flatMap { part in
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last, last - first < 100_000
      else { throw Failure(.usage, "'\(word)' is no list of runs such as 4-6,9") }
      return try (first...last).map { try resolve("\($0)") }
    }
  }

  /// The runs that several words mean, each once, in the order in which they are named.
  func records(of words: [String], atMost limit: Int = .max) throws -> [RunRecord] {
    var seen: Set<Int64> = []
    let records = try words.flatMap { try self.records(of: $0) }
      .filter { seen.insert($0.id).inserted }
    guard records.count <= limit else {
      throw Failure(.usage, "these are \(records.count) runs; up to \(limit) are taken")
    }
    return records
  }
}

extension [RunRecord] {
  /// Throws if no ticks of one of the runs are kept.
  func requireTicks() throws(Failure) {
    guard let record = first(where: { !$0.recording.keepsTicks }) else { return }
    throw Failure(
      .usage, "no ticks of run \(record.id) are kept; make it again with --record ticks")
  }

  /// A sentence if a table has no rows of some of the runs because they were not recorded; nothing if all were.
  func remark(onRowsOf table: ResultTable) -> String? {
    let (rows, level): (String, RecordingLevel)
    switch table {
    case .ticks: (rows, level) = ("ticks", .ticks)
    case .hostTicks: (rows, level) = ("ticks of the host", .ticks)
    case .tickHashes: (rows, level) = ("hashes of ticks", .ticks)
    case .decisions, .view: (rows, level) = ("decisions", .worker)
    case .events: (rows, level) = ("events", .worker)
    case .runs, .parameters, .metrics, .sweeps, .sweepPoints: return nil
    }
    let missing = filter { level == .ticks ? !$0.recording.keepsTicks : $0.recording == .metrics }
    guard let run = missing.first else { return nil }
    let whose =
      missing.count == 1 ? "run \(run.id)" : "\(missing.count) runs, such as run \(run.id),"
    let again = missing.count == 1 ? "it" : "them"
    return "no \(rows) of \(whose) are kept; make \(again) again with --record \(level.text)"
  }
}
