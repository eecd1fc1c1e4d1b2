public import ArgumentParser
public import Recording
import Reporting
import Scenarios
import Simulation
import Text
import Units

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

      Of a kill it explains the decision before it, says what was missing, and tries for at most a second (--try) with what \
      other settings the same run would have ended without one. That takes the run's traces, and nothing is recorded.
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

  @Option(
    name: .customLong("try"),
    help: ArgumentHelp(
      "How long to try what would have prevented a kill; 0s: not at all (default: 1s).",
      valueName: "time"))
  var tryTime: SimDuration?

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
    // What a worker did at the moment of a kill it did after it.
    let isKill = moment.kind == .oom
    let before = isKill ? SimTime(nanoseconds: moment.time.nanoseconds - 1) : moment.time
    let story = try DecisionStory(store, run: record.id, guest: moment.guest, at: before)
    let missing =
      isKill
      ? try MissingMemory(store, run: record.id, guest: moment.guest, at: moment.time, story) : nil
    let attempt = isKill ? try attempt(store, record, moment.guest) : nil
    if output.json {
      var json = story.json
      if let missing { json = json + ["missing": missing.json] }
      if let found = attempt?.prevention {
        json = json + ["prevention": PreventionText(found).json]
      }
      return try put(json)
    }
    var lines: [String] = []
    if let what = moment.what {
      lines.append("\(what), in \(moment.guest), at \(UnitScale.text(moment.time)).")
    }
    var text = lines.map(wrapped).joined()
    if moment.what != nil {
      let minute = try MinuteBefore(store, run: record.id, guest: moment.guest, before: before)
      text += "\nThe minute before:\n" + minute.table.text(width: Terminal.width)
      text += minute.happenings.map(wrapped).joined() + "\n"
    }
    text += story.sentences.map(wrapped).joined()
    if let missing { text += "\n" + missing.sentences.map(wrapped).joined() }
    if let attempt { text += "\n" + self.text(of: attempt, record) }
    try put(text, terminator: "")
  }

  /// What would have prevented a kill, or why that was not tried.
  private func attempt(
    _ store: ResultStore, _ record: RunRecord, _ guest: String
  ) throws -> (prevention: KillPrevention?, reason: String)? {
    let time = tryTime ?? .seconds(1)
    if time.nanoseconds <= 0 { return nil }
    do {
      // The folder that its traces are looked for in is the one that the run was made in.
      let resolved = try ScenarioReader.read(
        text: store.provenance(of: record.id).scenarioYAML, file: "")
      guard resolved.runKey == record.key else {
        return (nil, "the traces or the program are not those of the run any more")
      }
      let prevention = try KillPrevention(
        of: resolved, guest: guest, within: .nanoseconds(time.nanoseconds))
      return (prevention, "the scenario has no such guest")
    } catch is ScenarioProblems {
      return (nil, "its scenario and traces cannot be read from this folder")
    }
  }

  private func text(
    of attempt: (prevention: KillPrevention?, reason: String), _ record: RunRecord
  ) -> String {
    guard let prevention = attempt.prevention else {
      return wrapped("What would have prevented it was not tried: \(attempt.reason).")
    }
    let words = wordsOfCommand(record.command)
    return PreventionText(prevention).sentences.map { sentence, settings in
      guard let settings, let words, words.prefix(2) == ["balloonsim", "run"] else {
        return wrapped(sentence)
      }
      let command = words + settings.flatMap { ["--set", $0] } + ["--db", database.file]
      return wrapped(sentence)
        + shellCommand(command, indentedWithin: Terminal.width ?? 100) + "\n"
    }.joined()
  }

  /// The guest and time in question, and what was looked for.
  private func moment(
    _ store: ResultStore, _ record: RunRecord, _ guests: [String]
  ) throws -> (guest: String, time: SimTime, kind: WorstMoment?, what: String?) {
    if let at {
      if let end = record.simulated, at > end {
        throw Failure(.usage, "--at: run \(record.id) ended at \(UnitScale.text(end))")
      }
      let (guest, time) = (try guest ?? store.firstGuest(of: record.id), SimTime.zero + at)
      let isKill = try store.events(of: record.id, guest: guest, from: time, to: time)
        .contains { $0.known == .oomKill }
      return (guest, time, isKill ? .oom : nil, nil)
    }
    for kind in by.map({ [$0] }) ?? WorstMoment.allCases {
      guard let found = try store.worst(kind, of: record.id, guest: guest) else { continue }
      return (found.guest, found.time, kind, kind.text(isAfterFirstRun: found.isAfterFirstRun))
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
}

extension WorstMoment: ExpressibleByArgument {}
