internal import Text
internal import Units

/// A line of a workload script that cannot be carried out.
public struct WorkloadScriptProblem: Error, Hashable, Sendable {
  /// The line, counted from 1.
  public let line: Int
  /// What is wrong with it.
  public let message: String
}

extension WorkloadScript {
  /// The operations by their words, and what has to follow each.
  private static let forms = [
    "alloc": "alloc NAME PAGES", "touch": "touch NAME FIRST PAGES RATE",
    "azipf": "azipf NAME ALPHA PERM SEED FIRST PAGES ACCESSES RATE",
    "fzipf": "fzipf ALPHA PERM SEED FIRST PAGES ACCESSES RATE",
    "fscan": "fscan FIRST PAGES ACCESSES RATE", "free": "free NAME",
  ]

  /// Pages that a script may name, and accesses that one line may make.
  private static let pageLimit = 1 << 30
  private static let accessLimit = 1_000_000_000_000_000
  private static let timeLimit = 100_000_000.0

  /// Reads a script, a line an operation: `PROC AT OP ARGS`; empty lines and those that begin with `#` are passed over.
  ///
  /// A region may be touched from its start on only, and read only where it is touched.
  public init(lines: some Sequence<String>) throws(WorkloadScriptProblem) {
    var readers: [Int: ProcessReader] = [:]
    for (index, line) in lines.enumerated() {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      var line = LineReader(words: words, number: index + 1)
      let process = try line.integer("PROC", 0...65_535)
      let at = try line.decimal("AT", 0...Self.timeLimit)
      let step = SimTime(nanoseconds: Int64((at * 1e9).rounded()))
      var reader = readers[process] ?? ProcessReader()
      try reader.read(&line, at: step)
      readers[process] = reader
    }
    processes = readers.sorted { $0.key < $1.key }.map(\.value.steps)
  }

  /// What is known of a process while its lines are read.
  private struct ProcessReader {
    var steps: [Step] = []
    /// The regions mapped now: number, size, and how many of its pages are touched.
    var regions: [String: (number: Int, size: Int, touched: Int)] = [:]
    var mapped = 0

    mutating func read(_ line: inout LineReader, at: SimTime) throws(WorkloadScriptProblem) {
      let word = line.word()
      guard let word, let form = WorkloadScript.forms[word] else {
        let known = WorkloadScript.forms.keys.sorted()
        let near = word.flatMap { nearestWord(to: $0, among: known) }
        throw line.problem(
          "expected one of \(known.joined(separator: ", "))"
            + (near.map { "; did you mean '\($0)'?" } ?? ""))
      }
      guard line.words.count == form.split(separator: " ").count + 2 else {
        throw line.problem("expected PROC AT \(form)")
      }
      steps.append(Step(at: at, try operation(word, &line)))
    }

    private mutating func operation(
      _ word: String, _ line: inout LineReader
    ) throws(WorkloadScriptProblem) -> Operation {
      switch word {
      case "alloc":
        let name = line.word() ?? ""
        guard regions[name] == nil else { throw line.problem("'\(name)' is mapped already") }
        let pages = try line.integer("PAGES", 1...WorkloadScript.pageLimit)
        regions[name] = (mapped, pages, 0)
        mapped += 1
        return .map(region: mapped - 1, pages: pages)
      case "touch":
        let (name, region) = try region(&line)
        let (first, count) = try range(&line, of: region.size)
        guard first <= region.touched else {
          throw line.problem("page \(region.touched) of '\(name)' has to be touched before")
        }
        regions[name]?.touched = max(region.touched, first + count)
        return .touch(region: region.number, first: first, count: count, rate: try line.rate())
      case "azipf":
        let (name, region) = try region(&line)
        let reads = try reads(&line, of: region.size)
        guard reads.first + reads.count <= region.touched else {
          throw line.problem("page \(region.touched) of '\(name)' is not touched")
        }
        return .readRegion(region: region.number, reads)
      case "fzipf": return .readFile(try reads(&line, of: WorkloadScript.pageLimit))
      case "fscan":
        let (first, count) = try range(&line, of: WorkloadScript.pageLimit)
        let accesses = try line.integer("ACCESSES", 0...WorkloadScript.accessLimit)
        return .scanFile(
          first: first, count: count, accesses: Int64(accesses), rate: try line.rate())
      default:
        let (name, region) = try region(&line)
        regions[name] = nil
        return .unmap(region: region.number)
      }
    }

    private func region(
      _ line: inout LineReader
    ) throws(WorkloadScriptProblem) -> (String, (number: Int, size: Int, touched: Int)) {
      let name = line.word() ?? ""
      guard let region = regions[name] else {
        throw line.problem("'\(name)' is not mapped")
      }
      return (name, region)
    }

    private func range(
      _ line: inout LineReader, of size: Int
    ) throws(WorkloadScriptProblem) -> (first: Int, count: Int) {
      let first = try line.integer("FIRST", 0...size - 1)
      return (first, try line.integer("PAGES", 1...size - first))
    }

    private func reads(
      _ line: inout LineReader, of size: Int
    ) throws(WorkloadScriptProblem) -> ZipfReads {
      let alpha = try line.decimal("ALPHA", 0...16)
      let shuffle = try line.seed("PERM")
      let seed = try line.seed("SEED")
      let (first, count) = try range(&line, of: size)
      let accesses = try line.integer("ACCESSES", 0...WorkloadScript.accessLimit)
      return ZipfReads(
        alpha: alpha, shuffle: shuffle, seed: seed, first: first, count: count,
        accesses: Int64(accesses), rate: try line.rate())
    }
  }

  /// The words of a line, taken one after another.
  private struct LineReader {
    let words: [String]
    let number: Int
    private var position = 0

    init(words: [String], number: Int) {
      self.words = words
      self.number = number
    }

    func problem(_ message: String) -> WorkloadScriptProblem {
      WorkloadScriptProblem(line: number, message: message)
    }

    mutating func word() -> String? {
      guard position < words.count else { return nil }
      position += 1
      return words[position - 1]
    }

    mutating func integer(
      _ name: String, _ range: ClosedRange<Int>
    ) throws(WorkloadScriptProblem) -> Int {
      let word = word() ?? ""
      guard let value = Int(word), range.contains(value) else {
        throw problem(
          "\(name): expected a number from \(range.lowerBound) to \(range.upperBound), found '\(word)'"
        )
      }
      return value
    }

    mutating func decimal(
      _ name: String, _ range: ClosedRange<Double>
    ) throws(WorkloadScriptProblem) -> Double {
      let word = word() ?? ""
      guard let value = Double(word), range.contains(value) else {
        throw problem(
          "\(name): expected a number from \(range.lowerBound) to \(range.upperBound), found '\(word)'"
        )
      }
      return value
    }

    mutating func seed(_ name: String) throws(WorkloadScriptProblem) -> UInt64 {
      let word = word() ?? ""
      guard let value = UInt64(word) else {
        throw problem("\(name): expected a number from 0 to 2^64 - 1, found '\(word)'")
      }
      return value
    }

    mutating func rate() throws(WorkloadScriptProblem) -> Int64 {
      Int64(try integer("RATE", 0...1_000_000_000))
    }
  }
}
