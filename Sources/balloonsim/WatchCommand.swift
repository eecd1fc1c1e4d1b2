import ArgumentParser
import Foundation
import Recording
import Simulation
import Text
import Units

/// `balloonsim watch`: follows a run that another process writes.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Follow a run that another process is writing, to its end.",
    usage: "balloonsim watch <run> [<options>]",
    discussion: """
      On a terminal a line that renews itself, through a pipe a line whenever there is news; --json makes each line an object. \
      Exit code 0 if the run finishes, 1 if it fails, is interrupted, or its process dies. Ctrl-C ends the watching (130), \
      not the run.
      """)

  @Argument(help: ArgumentHelp("A number, the beginning of a key, or `last`.", valueName: "run"))
  var text: String

  @Option(help: ArgumentHelp("How often to look.", valueName: "time"))
  var every = SimDuration.milliseconds(500)

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (.milliseconds(10) ... .seconds(3_600)).contains(every) else {
      throw ValidationError("--every takes a time from 10ms to 1h")
    }
  }

  func run() throws {
    catchInterrupts()
    let store = try database.openToRead()
    let id = try store.resolve(text).id
    let isDrawn = Terminal.width != nil && Terminal.showsProgress && !output.json
    var start = ContinuousClock.now
    var first: SimTime?
    var last: RunProgress?
    while true {
      // Whatever is written before the end is seen after it.
      let record = try store.resolve("\(id)")
      if let progress = try store.progress(of: id), progress != last, record.status == .running {
        if first == nil { start = .now }
        let begin = first ?? progress.time
        let passed = (ContinuousClock.now - start) / .seconds(1)
        let speed = (progress.time - begin).seconds / passed
        let line = ProgressLine(
          title: "run \(id) \(record.scenarioName)", time: progress.time,
          guestPages: progress.guestPages, speed: first == nil ? nil : speed,
          end: try end(of: id, store))
        if output.json {
          try put(json(record, progress))
        } else if isDrawn {
          line.draw()
        } else if !output.quiet {
          try put(TerminalText.line("\(line.title)  \(line.facts)"))
        }
        (first, last) = (begin, progress)
      }
      if record.status != .running {
        if isDrawn, last != nil { ProgressLine.clear() }
        return try tellEnd(record, last)
      }
      try pause(isDrawn && last != nil)
    }
  }

  /// Sleeps until it is time to look again; Ctrl-C ends it at once.
  private func pause(_ isDrawn: Bool) throws {
    if !wasInterrupted { usleep(UInt32(clamping: every.nanoseconds / 1000)) }
    if wasInterrupted {
      if isDrawn { ProgressLine.clear() }
      throw Failure(.interrupted, "no longer watching; the run goes on")
    }
  }

  /// When the run is to end, if the scenario says so.
  private func end(of run: Int64, _ store: ResultStore) throws -> SimTime? {
    guard case .time(let time)? = try store.provenance(of: run).scenario?.duration else {
      return nil
    }
    return .zero + time
  }

  /// Says how the run ended.
  private func tellEnd(_ record: RunRecord, _ last: RunProgress?) throws {
    if output.json {
      try put(json(record, last))
    } else if !output.quiet, record.status == .finished {
      let simulated = UnitScale.text((record.simulated ?? .zero).seconds, unit: "s")
      try put(
        sentence:
          "run \(record.id) \(record.scenarioName) finished: \(simulated) simulated, fingerprint \(record.fingerprint ?? "none")"
      )
    }
    switch record.status {
    case .running, .finished: return
    case .failed:
      throw Failure(.notHeld, "run \(record.id) failed: \(record.error ?? "it did not say why")")
    case .interrupted where record.finishedAt == nil:
      throw Failure(
        .notHeld, "run \(record.id): its process is gone without a word; what it wrote is kept")
    case .interrupted: throw Failure(.notHeld, "run \(record.id) was interrupted")
    }
  }

  private func json(_ record: RunRecord, _ progress: RunProgress?) -> JSON {
    let time = record.simulated.map { .zero + $0 } ?? progress?.time
    return [
      "run": record.id, "scenario": record.scenarioName, "status": record.status.rawValue,
      "time_ns": time?.nanoseconds, "guests_pages": progress?.guestPages,
      "host_free_pages": progress?.freePages, "fingerprint": record.fingerprint,
      "error": record.error,
    ]
  }
}
