public import ArgumentParser
import Experiments
public import Recording
import Reporting
import SimulationEngine

/// `balloonsim why`: explains a decision of the worker.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Explain what the selfballoon worker did at a moment, with its arithmetic.",
    usage: "balloonsim why <run> --at <time>|--worst [<options>]",
    discussion: """
      --worst takes the first kill for want of memory; without one the tick in which accesses waited longest after the \
      worker's first run (before it only if none waited later, or there is no worker: a cold file cache has to fill); without \
      that the run of the worker that found the guest furthest below its goal. It also shows the minute before. --by takes \
      one of the three.
      """)

  @Argument(help: ArgumentHelp("A number, the beginning of a key, or `last`.", valueName: "run"))
  var text: String

  @Option(
    help: ArgumentHelp("When, since boot: the worker's last run until then.", valueName: "time"))
  var at: SimDuration?

  @Flag(help: "The worst moment of the run.")
  var worst = false

  @Option(help: "What the worst is: oom, stall or shortfall; implies --worst.")
  var by: WorstMoment?

  @Option(help: "The guest (default: the first, or the one that had it worst).")
  var guest: String?

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if (at == nil) == !(worst || by != nil) { throw ValidationError("give --at or --worst") }
  }

  func run() throws {
    let store = try database.openToRead()
    let record = try store.resolve(self.text)
    let guests = try store.guests(of: record.id)
    if let guest, !guests.contains(guest) {
      throw Failure(
        .usage, "run \(record.id) has no guest '\(guest)': \(guests.joined(separator: ", "))")
    }
    guard record.recording != .metrics else {
      throw Failure(
        .usage,
        "of run \(record.id) figures alone are kept; make it again with --record worker or ticks")
    }
    let moment = try moment(store, record, guests)
    let story = try DecisionStory(store, run: record.id, guest: moment.guest, at: moment.time)
    if output.json { return try put(story.json) }
    var lines: [String] = []
    if let what = moment.what {
      lines.append("\(what), in \(moment.guest), at \(Self.text(moment.time - .zero)).")
    }
    var text = lines.map(wrapped).joined()
    if moment.what != nil {
      let minute = try MinuteBefore(store, run: record.id, guest: moment.guest, before: moment.time)
      text += "\nThe minute before:\n" + minute.table.text(width: Terminal.width)
      text += minute.happenings.map(wrapped).joined() + "\n"
    }
    text += story.sentences.map(wrapped).joined()
    try put(text, terminator: "")
  }

  /// The guest and time in question, and what was looked for.
  private func moment(
    _ store: ResultStore, _ record: RunRecord, _ guests: [String]
  ) throws -> (guest: String, time: SimTime, what: String?) {
    if let at {
      if let end = record.simulated, at > end {
        throw Failure(.usage, "--at: run \(record.id) ended at \(Self.text(end))")
      }
      return (try guest ?? store.firstGuest(of: record.id), .zero + at, nil)
    }
    for kind in by.map({ [$0] }) ?? WorstMoment.allCases {
      guard let found = try store.worst(kind, of: record.id, guest: guest) else { continue }
      return (found.guest, found.time, kind.text(isAfterFirstRun: found.isAfterFirstRun))
    }
    let what =
      switch by {
      case .oom: "no process was killed"
      case .stall: "no access waited, or its ticks are not kept"
      case .shortfall: "the worker never found the guest below its goal"
      case nil: "nothing bad happened: no kill, no wait, never below the goal"
      }
    throw Failure(.notHeld, "run \(record.id): \(what)")
  }

  private func wrapped(_ text: String) -> String {
    TableText.wrapped(text, width: Terminal.width ?? 100) + "\n"
  }

  private static func text(_ duration: SimDuration) -> String {
    UnitScale.text(Double(duration.nanoseconds) / 1e9, unit: "s")
  }
}

extension WorstMoment: ExpressibleByArgument {}
