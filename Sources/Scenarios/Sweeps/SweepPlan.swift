private import Foundation
public import Simulation
private import Synchronization
internal import Traces

/// All runs of a sweep: a scenario, the points at which it is run, and the seeds.
///
/// The scenario's file is parsed and its traces are read once. A run's own scenario is made for its key, in less than a
/// millisecond, and beyond the first thousand runs, which are kept, once more when it is asked for. Safe to use from several
/// threads.
public struct SweepPlan: Sendable {
  /// A run: its point, and which of the point's seeds.
  public struct Member: Hashable, Sendable {
    /// The point's place in the plan.
    public var point: Int
    /// Counted from 0.
    public var repetition: Int

    /// A run of a plan.
    public init(point: Int, repetition: Int) {
      self.point = point
      self.repetition = repetition
    }
  }

  /// What is varied, and how.
  public let spec: SweepSpec
  /// The scenario that is varied, as its file has it.
  public let base: ResolvedScenario
  /// Of every point the values of the axes, as texts.
  public var points: [[String]] { cells.map { $0.map(\.text) } }
  /// How many runs there are.
  public var count: Int { cells.count * spec.repetitions }

  /// Whether an axis was added: every setting is run with jumps and with straight lines between coarse samples.
  public let variesCoarseDemand: Bool

  let cells: [[SweepAxis.SweepValue]]
  private let file: String
  private let root: SourceNode
  private let traces: TraceCache
  /// Scenarios that were made for their keys, of the first runs, until they are asked for.
  private let kept = KeptScenarios()

  /// The most runs of a plan.
  public static let countLimit = 1_000_000

  /// The plan of a scenario file with a `sweep` section, or of one that is varied by options.
  ///
  /// - Throws: `UnreadableFile`, `ScenarioProblems` or `MemoryShortage`.
  public init(
    file: String, overrides: [ScenarioOverride] = [], options: SweepOptions = SweepOptions()
  ) throws {
    try self.init(
      bytes: try ScenarioReader.bytes(ofFile: file), file: file, overrides: overrides,
      options: options)
  }

  /// The plan of a scenario's bytes as if they stood in `file`.
  ///
  /// - Throws: `ScenarioProblems` or `MemoryShortage`.
  public init(
    bytes: [UInt8], file: String, overrides: [ScenarioOverride] = [],
    options: SweepOptions = SweepOptions()
  ) throws {
    let log = ProblemLog()
    let traces = TraceCache()
    guard let root = ScenarioReader.tree(of: bytes, file: file, overrides: overrides, log: log)
    else { throw ScenarioProblems(problems: log.problems) }
    let base = try ScenarioReader.resolve(root, file: file, traces: traces, log: log)
    var spec = options.applied(to: base.sweep, log: log)
    let isVaried = spec.varyCoarseDemand(of: base, log: log)
    let cells = try Self.cells(of: spec, base, log: log)
    guard let cells, log.problems.isEmpty else {
      throw ScenarioProblems(problems: log.problemsByPlace)
    }
    self.spec = spec
    self.base = base
    self.cells = cells
    self.file = file
    self.root = root
    self.traces = traces
    variesCoarseDemand = isVaried
  }

  /// The points; nothing after a problem.
  private static func cells(
    of spec: SweepSpec, _ base: ResolvedScenario, log: ProblemLog
  ) throws -> [[SweepAxis.SweepValue]]? {
    let names = ParameterNames(axes: spec.axes.map(\.path), of: base.scenario)
    for (index, axis) in spec.axes.enumerated() where names.axis(of: axis.path) != index {
      log.report(axis.place, "", "\(axis.path) is varied twice")
    }
    if spec.repetitions > 1, let axis = spec.axes.first(where: { $0.path == "seed" }) {
      log.report(axis.place, "", "the seed is varied already; leave out --repeat")
    }
    let tests = spec.constraints.map { ($0, $0.bound(to: names, base, log: log)) }
    guard log.problems.isEmpty, var cells = try SweepPoints(spec, log: log)?.cells else {
      return nil
    }
    for (constraint, test) in tests {
      guard let test else { return nil }
      cells = cells.filter { cell in
        switch test(cell.map(\.text)) {
        case .success(let holds): return holds
        case .failure(let unordered):
          log.report(constraint.place, "", unordered.message)
          return false
        }
      }
    }
    if cells.isEmpty && log.problems.isEmpty {
      log.report(
        spec.constraints.first?.place ?? .option("sweep"), "",
        "no point of the sweep satisfies the constraints")
    }
    let (runs, isTooMany) = cells.count.multipliedReportingOverflow(by: spec.repetitions)
    if isTooMany || runs > countLimit {
      log.report(
        .option("sweep"), "",
        "\(cells.count) points with \(spec.repetitions) seeds are more than \(countLimit) runs")
    }
    return log.problems.isEmpty ? cells : nil
  }
}

extension SweepPlan {
  /// The axes as the parameters of a run are called; a bare tunable is the first guest's.
  public var parameterPaths: [String] {
    let names = ParameterNames(axes: spec.axes.map(\.path), of: base.scenario)
    return spec.axes.map { names.parameter(of: $0.path, in: base)?.path ?? $0.path }
  }

  /// The seed of a repetition: the scenario's own and those that follow it, the same at every point, so that points
  /// differ in nothing else (common random numbers).
  public func seed(of repetition: Int) -> UInt64 {
    base.scenario.seed &+ UInt64(repetition)
  }

  /// The values that a run has instead of the scenario's own, as `--set` takes them.
  public func settings(of member: Member) -> [String] {
    var settings = zip(spec.axes, cells[member.point]).flatMap { axis, value in
      ([axis.path] + axis.twins.map(\.description)).map { "\($0)=\(value.text)" }
    }
    if spec.repetitions > 1 { settings.append("seed=\(seed(of: member.repetition))") }
    return settings
  }

  /// What the run that takes most memory takes; known once the keys are.
  public var memory: MemoryEstimate { kept.memory }

  /// The scenario of a run; made anew unless it was kept when its key was made.
  public func scenario(of member: Member) throws(ScenarioProblems) -> ResolvedScenario {
    if let scenario = kept.take(member) { return scenario }
    return try make(member)
  }

  private func make(_ member: Member) throws(ScenarioProblems) -> ResolvedScenario {
    let log = ProblemLog()
    var root = root
    for (axis, value) in zip(spec.axes, cells[member.point]) {
      for path in [axis.parameter] + axis.twins {
        root.override(path, with: value.node, at: axis.place, log: log)
      }
    }
    if spec.repetitions > 1 {
      let place = ScenarioProblem.Place.option("--repeat \(spec.repetitions)")
      let seed = SourceNode(
        content: .scalar("\(seed(of: member.repetition))", isQuoted: false), place: place)
      root.override(ParameterPath("seed"), with: seed, at: place, log: log)
    }
    return try ScenarioReader.resolve(root, file: file, traces: traces, log: log)
  }

  /// The keys of all runs, point after point, each with its repetitions; made on all processors.
  ///
  /// - Throws: `ScenarioProblems` with what is wrong with any point, each problem once.
  public func keys() throws -> [[String]] {
    let count = spec.repetitions
    let made = Mutex<[[String]]>(Array(repeating: [], count: cells.count))
    let faults = Mutex<[Int: ScenarioProblems]>([:])
    // A piece for every turn of a processor, so that the lock is not taken for every point.
    let piece = 32
    onAllProcessors((cells.count + piece - 1) / piece) { index in
      var keys: [[String]] = []
      for point in index * piece..<min((index + 1) * piece, cells.count) {
        do throws(ScenarioProblems) {
          var own: [String] = []
          for repetition in 0..<count {
            let member = Member(point: point, repetition: repetition)
            let scenario = try make(member)
            own.append(scenario.runKey)
            kept.note(scenario)
            if point * count + repetition < KeptScenarios.limit { kept.keep(scenario, of: member) }
          }
          keys.append(own)
        } catch {
          faults.withLock { $0[point] = error }
          keys.append([])
        }
      }
      made.withLock { $0.replaceSubrange(index * piece..<index * piece + keys.count, with: keys) }
    }
    let found = faults.withLock { $0 }
    if found.isEmpty { return made.withLock { $0 } }
    throw ScenarioProblems(problems: problems(in: found))
  }

  /// What is wrong with some points, each problem once, with the first point that has it.
  private func problems(in faults: [Int: ScenarioProblems]) -> [ScenarioProblem] {
    let log = ProblemLog()
    var seen: Set<ScenarioProblem> = []
    for (point, fault) in faults.sorted(by: { $0.key < $1.key }) {
      for problem in fault.problems where seen.insert(problem).inserted {
        let values = settings(of: Member(point: point, repetition: 0)).joined(separator: ", ")
        log.report(problem.place, problem.path, "\(problem.message) (at \(values))")
      }
    }
    return log.problemsByPlace
  }

  /// What tells this plan from every other: a hash of its design and of all keys in their order.
  public func key(of keys: [[String]]) -> String {
    var text = "\(spec.design.rawValue) \(spec.samples ?? 0) \(spec.designSeed)\n"
    for axis in spec.axes { text += "\(axis.path)=\(axis.text)\n" }
    for constraint in spec.constraints { text += "where \(constraint.text)\n" }
    for own in keys { text += own.joined(separator: " ") + "\n" }
    return SHA256.digits(of: text.utf8)
  }
}
