/// Something wrong with a scenario: where, in which value, and what.
public struct ScenarioProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where a value was written.
  public enum Place: Hashable, Sendable, CustomStringConvertible {
    /// A file; line and column count from 1, the column in Unicode scalars.
    case file(String, line: Int, column: Int)
    /// The command line, such as `--set guests.build.memory=2GiB`.
    case option(String)

    /// `file:line:column`, or the option.
    public var description: String {
      switch self {
      case .file(let file, let line, let column): "\(file):\(line):\(column)"
      case .option(let option): option
      }
    }
  }

  /// Where.
  public var place: Place
  /// The value's path, as `--set` takes it; empty for the whole file.
  public var path: String
  /// What is wrong and, where known, the mend: a sentence without a full stop.
  public var message: String

  /// `file:line:column: path: message`.
  public var description: String {
    "\(place): \(path.isEmpty ? "" : path + ": ")\(message)"
  }
}

/// Every problem of a scenario, in the order of the file; at least one.
public struct ScenarioProblems: Error, Hashable, Sendable, CustomStringConvertible {
  /// The problems.
  public var problems: [ScenarioProblem]

  /// One problem a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Collects problems, so that one reading reports them all.
final class ProblemLog {
  /// What was found so far; at most `limit`, each once.
  private(set) var problems: [ScenarioProblem] = []

  /// So many problems are shown; a file with more is no scenario.
  private let limit = 200

  /// Notes a problem.
  func report(_ place: ScenarioProblem.Place, _ path: String, _ message: String) {
    let problem = ScenarioProblem(place: place, path: path, message: message)
    if problems.count < limit && !problems.contains(problem) { problems.append(problem) }
  }

  /// The problems in the order of the file, those of options after them.
  var problemsByPlace: [ScenarioProblem] {
    func rank(_ problem: ScenarioProblem) -> (Int, Int) {
      switch problem.place {
      case .file(_, let line, let column): (line, column)
      case .option: (.max, 0)
      }
    }
    // `sort` is stable: problems of one place stay in the order in which they were found.
    return problems.sorted { rank($0) < rank($1) }
  }
}
