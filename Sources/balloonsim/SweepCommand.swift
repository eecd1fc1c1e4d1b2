public import ArgumentParser
import Foundation
import Recording
import Reporting
public import Scenarios
import Simulation
import Text

/// `balloonsim sweep`: runs a scenario at many points of a parameter space.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Run a scenario over a space of parameters.",
    usage: "balloonsim sweep <scenario> [--vary <path=values>] ... [<options>]",
    discussion: """
      Values are a list (1,2,4,8), a range (1..64 step 4) or a geometric range (1..64 log 7), of anything that --set \
      takes:

        balloonsim sweep Scenarios/compile.yaml --vary 'selfballoon_downhysteresis=1..64 log 7' \\
          --vary selfballoon_interval=1,5 --where 'selfballoon_interval <= selfballoon_downhysteresis'

      The scenario's `sweep` section says the same, so that it is not lost. Runs that the database holds are not made \
      again: after Ctrl-C, a crash or a full disk the same command goes on. Exit code 1 if a run failed.
      """)

  @OptionGroup var arguments: ScenarioArguments

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Vary a parameter; may be repeated.", valueName: "path=values"))
  var vary: [String] = []

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Only points at which this holds, such as 'a < b'; may be repeated.", valueName: "condition"))
  var conditions: [String] = []

  @Option(help: "Which points: grid, random, lhs, sobol, morris or saltelli (default: grid).")
  var design: SweepSpec.Design?

  @Option(help: "How many points, trajectories (morris) or rows (saltelli).")
  var samples: Int?

  @Option(name: .customLong("design-seed"), help: "Where the design's random numbers start.")
  var designSeed: UInt64?

  @Option(
    name: .customLong("repeat"),
    help: "Run every point with so many seeds, the same at every point.")
  var repetitions: Int?

  @Option(help: "How much to keep of every run: ticks, every:TIME, worker or metrics.")
  var record = RecordingLevel.ticks

  @Option(help: "How many runs at once (default: one a processor).")
  var jobs: Int?

  @Option(help: "The sweep's name (default: the scenario's).")
  var name: String?

  @Flag(name: .customLong("dry-run"), help: "List the points and what they will cost; run nothing.")
  var isDryRun = false

  @Flag(help: "Only go on with a sweep that was begun.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      """
      Make only share I of N, counted from 0, into a file of its own beside the database; `auto/N` takes I from \
      SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or PARALLEL_SEQ.
      """, valueName: "I/N"), transform: { try ShardOption($0) })
  var shard: ShardOption?

  @Option(help: "Print a script that has the sweep made elsewhere, and run nothing: slurm.")
  var emit: Scheduler?

  @Option(
    help: "How many shares the script has (default: 25 s of work in each, if times are recorded).")
  var shards: Int?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  /// What scripts can be printed for.
  enum Scheduler: String, ExpressibleByArgument, CaseIterable { case slurm }

  func validate() throws {
    if let shards, !(1...SweepShard.countLimit).contains(shards) {
      throw ValidationError("--shards takes a number from 1 to \(SweepShard.countLimit)")
    }
    if shards != nil && emit == nil { throw ValidationError("--shards belongs to --emit slurm") }
    if emit != nil && (shard != nil || isDryRun || output.json) {
      throw ValidationError("--emit goes without --shard, --dry-run and --json")
    }
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs takes a number from 1 to 1024")
    }
    for (option, value) in [("--samples", samples), ("--repeat", repetitions)] {
      if let value, !(1...SweepPlan.countLimit).contains(value) {
        throw ValidationError("\(option) takes a number from 1 to \(SweepPlan.countLimit)")
      }
    }
    if name == "" { throw ValidationError("--name takes a name") }
  }

  func run() throws {
    let plan = try SweepPlan(
      file: arguments.scenario, overrides: try arguments.overrides(), options: options)
    noteWarnings(of: plan.base)
    noteGuess(of: plan.base, isVaried: plan.variesCoarseDemand)
    let keys = try plan.keys()
    if emit == .slurm { return try printSlurmScript(plan, keys) }
    let threads = try threads(for: plan)
    if isDryRun { return try foretell(plan, keys, threads) }

    let store = try ownDatabase.openToWrite()
    if !StoppedRuns.known.isEmpty { try store.interruptOwnRuns() }
    let sweepKey = plan.key(of: keys)
    if resume, try store.sweep(key: sweepKey) == nil {
      throw Failure(
        .usage, "no such sweep was begun in \(ownDatabase.file); leave out --resume to begin it")
    }
    let sweep = try store.enter(
      SweepDescription(
        key: sweepKey, name: name ?? plan.base.scenario.name, design: plan.designJSON,
        command: shellCommand(words), runs: keys))
    let todo = try missing(keys, in: store)
    let estimate = try SweepEstimate(
      of: todo.jobs.map(\.member), in: plan, level: record, store: store)
    warn(of: estimate)
    let older = try store.olderVersions(of: todo.jobs.map(\.member), in: plan)
    if !older.isEmpty && !output.quiet {
      note(
        """
        The database has runs of these settings by version \(older.joined(separator: " and ")); the model has changed since, so \
        they are computed anew, once.
        """)
    }
    let jobs = StoppedRuns.knownLast(estimate.longestFirst(todo.jobs))
    let outcome = try carryOut(plan, sweep, jobs, todo.reused, threads, store)
    let record = try store.sweeps().first { $0.id == sweep }
    let refusals = try self.refusals(in: sweep, store)
    let next =
      shard == nil && !output.json && !output.quiet
      ? try NextCommands(sweep, in: store, database: database.path) : nil
    try store.close()
    try report(outcome, of: record, refusals, sweep: sweep, plan, next)
    if !outcome.faults.isEmpty { throw ExitCode(ExitStatus.notHeld.rawValue) }
  }

  private var options: SweepOptions {
    var options = SweepOptions()
    options.vary = vary
    options.conditions = conditions
    options.design = design
    options.samples = samples
    options.designSeed = designSeed
    options.repetitions = repetitions
    return options
  }

  /// The command line that repeats the sweep.
  var words: [String] {
    var words = ["balloonsim", "sweep", arguments.scenario]
    for text in vary { words += ["--vary", text] }
    for text in conditions { words += ["--where", text] }
    if let design { words += ["--design", design.rawValue] }
    if let samples { words += ["--samples", "\(samples)"] }
    if let designSeed { words += ["--design-seed", "\(designSeed)"] }
    if let repetitions { words += ["--repeat", "\(repetitions)"] }
    words += arguments.words()
    if record != .ticks { words += ["--record", record.text] }
    if let name { words += ["--name", name] }
    return words
  }

  /// The database of this command: a share has one of its own.
  var ownDatabase: DatabaseOptions {
    guard let shard else { return database }
    return DatabaseOptions(file: shard.file(of: database.file))
  }

  /// The keys of the share, or of the whole sweep.
  private func wanted(of keys: [[String]]) -> Set<String> {
    let all = Set(keys.joined())
    return shard?.shard.share(of: all) ?? all
  }

  /// The runs of the share that the database lacks, each once, and how many different ones it has.
  private func missing(
    _ keys: [[String]], in store: ResultStore?
  ) throws -> (jobs: [SweepExecution.Job], reused: Int) {
    let wanted = wanted(of: keys)
    let present = try store?.finishedKeys(among: wanted, recording: record) ?? []
    var rest = wanted.subtracting(present)
    let reused = present.count
    var jobs: [SweepExecution.Job] = []
    for (point, own) in keys.enumerated() {
      for (repetition, key) in own.enumerated() where rest.remove(key) != nil {
        jobs.append(.init(member: .init(point: point, repetition: repetition), key: key))
      }
    }
    return (jobs, reused)
  }

  /// How many runs are made at once: as many as were asked for, and as fit into memory.
  ///
  /// - Throws: `MemoryShortage` if the largest run does not fit.
  private func threads(for plan: SweepPlan) throws -> Int {
    try memory.threads(for: plan.count, of: plan.memory, wanted: jobs)
  }

  /// Says so if the sweep will fill more than 2 GiB.
  private func warn(of estimate: SweepEstimate) {
    guard estimate.bytes > 2 << 30 else { return }
    note(
      "warning: about \(UnitScale.text(Double(estimate.bytes), unit: "bytes")) will be written; "
        + "--record every:60s, worker or metrics keeps less")
  }

  /// What came of a sweep.
  struct Outcome {
    var computed: Int
    var reused: Int
    var faults: [SweepExecution.Fault]
    var wall: Duration
  }

  private func carryOut(
    _ plan: SweepPlan, _ sweep: Int64, _ jobs: [SweepExecution.Job], _ reused: Int, _ threads: Int,
    _ store: ResultStore
  ) throws -> Outcome {
    catchInterrupts()
    // What can be read only once would be empty for the program that goes on.
    var information = stat()
    if stat(arguments.scenario, &information) == 0, information.st_mode & S_IFMT == S_IFREG {
      StoppedRuns.watch()
    }
    let level = record
    let scenario = arguments.scenario
    // What every run is told besides its own values.
    let fixed = arguments.words(seeded: (repetitions ?? 1) == 1)
    let hooks = SweepExecution.Hooks(
      describe: { job, resolved in
        var words = ["balloonsim", "run", scenario]
        for setting in plan.settings(of: job.member) { words += ["--set", setting] }
        return resolved.description(
          command: shellCommand(words + fixed), key: job.key, sweep: sweep, recording: level)
      },
      simulate: { job, resolved, recorder in
        try StoppedRuns.guarding(job.key) {
          let monitor = RunMonitor(
            recorder: recorder, title: resolved.scenario.name, end: resolved.expectedEnd,
            drawsLine: false)
          var simulation = try resolved.simulation(observer: monitor)
          return try simulation.run()
        }
      },
      message: { Failure(describing: $0)?.lines.joined(separator: "; ") ?? "\($0)" },
      isInterrupted: { wasInterrupted })
    let execution = SweepExecution(plan: plan, store: store, level: level, hooks: hooks)
    let bar = SweepBar(
      total: jobs.count, reused: reused, isDrawn: Terminal.showsProgress && !output.quiet)
    let start = ContinuousClock.now
    do {
      let progress = try execution.run(jobs, threads: threads) {
        bar.draw(execution.current)
      }
      bar.clear()
      if wasInterrupted { throw Interrupted() }
      return Outcome(
        computed: progress.finished, reused: reused, faults: progress.faults,
        wall: ContinuousClock.now - start)
    } catch {
      bar.clear()
      let progress = execution.current
      output.say(
        "stopped: \(progress.finished) computed, \(reused) reused, \(progress.faults.count) failed, "
          + "\(jobs.count - progress.finished - progress.faults.count) missing; the same command goes on"
      )
      throw error
    }
  }

  /// Lists the points, which of them are there already, and what the others will cost.
  private func foretell(_ plan: SweepPlan, _ keys: [[String]], _ threads: Int) throws {
    let store =
      FileManager.default.fileExists(atPath: ownDatabase.file) ? try ownDatabase.openToRead() : nil
    let todo = try missing(keys, in: store)
    let estimate = try SweepEstimate(
      of: todo.jobs.map(\.member), in: plan, level: record, store: store)
    let missing = Set(todo.jobs.map(\.key))
    let list = SweepForecast(
      plan: plan, keys: keys, own: wanted(of: keys), missing: missing, estimate: estimate,
      level: record, threads: threads)
    if output.json {
      try put(list.json)
    } else {
      try put(list.text(width: Terminal.width), terminator: "")
    }
    warn(of: estimate)
  }
}

extension SweepSpec.Design: ExpressibleByArgument {}

extension RecordingLevel: ExpressibleByArgument {
  /// A level by its name.
  public init?(argument: String) { self.init(argument) }
}

extension SweepEstimate {
  /// The runs in the order in which they are best begun: a long one at the end would leave processors idle.
  func longestFirst(_ jobs: [SweepExecution.Job]) -> [SweepExecution.Job] {
    guard let seconds else { return jobs }
    return zip(jobs, seconds).enumerated()
      .sorted { ($0.element.1, $1.offset) > ($1.element.1, $0.offset) }
      .map(\.element.0)
  }
}
