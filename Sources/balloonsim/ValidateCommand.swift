import ArgumentParser
import Foundation
import MemoryModel
import Policies
import Recording
import Reporting
import Simulation
import Text
import Validation

/// `balloonsim validate`: holds the simulator against recorded real behaviour.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Hold the simulator against recorded real behaviour.",
    discussion: "Exit code 1 if anything is outside the stated tolerance.",
    subcommands: [
      Driver.self, Zones.self, PageCache.self, Swap.self, ClosedLoop.self,
      XenBalloon.self, Psi.self,
    ])

  /// `balloonsim validate driver`.
  struct Driver: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "policies",
      abstract: "Replay recorded decisions of real programs; every line must be equal.",
      discussion: """
        Of drivers, daemons and mechanisms that decide about memory: Docs/policies.md names them. What a line is of is told by \
        its fields.
        """,
      aliases: ["driver", "policy"])

    @Argument(help: "JSON Lines files of vectors.", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      try show(VectorSummary(try files.map { try DriverVectors.check(file: $0) }), tables, output)
    }
  }

  /// `balloonsim validate zones`.
  struct Zones: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare zones, watermarks and reserves with those of recorded guests.",
      discussion: """
        From the managed pages of a guest: min_free_kbytes equal; marks, protections and totalreserve \
        equal below 4 GiB, within 16 pages (marks 1.5%) above. From its size alone: total RAM within \
        0.5%, totalreserve within 2%.
        """)

    @Argument(help: "JSON files of recorded guests.", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      let summaries = try files.map { ZoneSummary(try ZoneValidation(path: $0), file: $0) }
      if output.json {
        try put(.array(summaries.map(\.json)))
      } else {
        for summary in summaries { try tables.show(summary) }
      }
      if !summaries.allSatisfy(\.ok) { throw ExitCode(ExitStatus.notHeld.rawValue) }
    }
  }
}

extension ValidateCommand {
  /// `balloonsim validate pagecache`.
  struct PageCache: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "pagecache",
      abstract: "Replay recorded page-cache workloads access by access.",
      discussion: """
        The miss ratio after warm-up must be within 3% of the recorded one, or 0.005 (cyclic scans: \
        0.01); over all files 0.6% in the mean, and 95% of the files within 1.5%. The hash of the drawn \
        accesses must equal the recorded one.
        """)

    @Argument(
      help: "JSON files of recorded runs (pagecache/runs, guestcache).", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      try show(
        PageCacheSummary(try inParallel(files) { try PageCacheValidation(path: $0) }), tables,
        output)
    }
  }
}

extension ValidateCommand {
  /// `balloonsim validate swap`.
  struct Swap: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replay recorded workloads of anonymous memory and swap.",
      discussion: """
        Swapped pages and swap-ins after warm-up must be within 3% of the recorded ones, swap-outs within \
        5%; swap in use must not change while nothing is accessed, and be exact after everything was read \
        back. The hash of the drawn accesses must equal the recorded one.
        """)

    @Argument(help: "JSON files of recorded runs (anonswap/runs, guestanon).", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      try show(SwapSummary(try inParallel(files) { try SwapValidation(path: $0) }), tables, output)
    }
  }
}

extension ValidateCommand {
  /// `balloonsim validate closedloop`.
  struct ClosedLoop: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "closedloop",
      abstract: "Simulate recorded whole guests and compare them sample by sample.",
      discussion: """
        Root mean square errors in percent of the RAM at boot: total RAM at most 2 (or twice the \
        difference from the repetition NAME_rep1), file cache 5, swap 3. Committed memory may differ by the 97 \
        pages of a process, except around the operations; every decision of the worker given the recorded \
        inputs must be equal. \
        Balloon steps sampled more than once a second: delay and duration within 20%, or a sample.
        """)

    @Argument(
      help: "JSON files of recorded guests (closedloop, balloonlatency).", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      try show(
        ClosedLoopSummary(try inParallel(files) { try ClosedLoopValidation(path: $0) }), tables,
        output)
    }
  }
}

extension ValidateCommand {
  /// `balloonsim validate xenballoon`.
  struct XenBalloon: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "xenballoon",
      abstract:
        "Simulate recorded guests of Xen's, with its balloon driver, and compare what it did.",
      discussion: """
        What a page out and in takes is the recording's own. Changes of B are whole batches of 512 but at a target or a \
        failure. Every failure, success and cancellation comes in the same order with the same retry_count and \
        schedule_delay. The time from one to the next is within 0.3 s and the granularity of the kernel's timers. Partial \
        grants and final sizes are equal. Where the guest cannot shrink further it stops within 100 pages, what its kernel \
        came to hold besides taken off. In closed loops the target is within 8 pages in 90% of the samples, and misses, \
        refaults and pages swapped out within 10% or 132 pages. The samples themselves are in --json.
        """)

    @Argument(help: "JSON files of recorded guests of Xen's (xenballoon).", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      try show(
        XenBalloonSummary(try inParallel(files) { try XenBalloonValidation(path: $0) }), tables,
        output)
    }
  }
}

extension ValidateCommand {
  /// `balloonsim validate psi`.
  struct Psi: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "psi",
      abstract: "Simulate recorded guests with one processor and compare their memory pressure.",
      discussion: """
        What a page scanned, a read and an access took is the recording's own; the stalls are the model's. Restores \
        (pages that come back within the workingset and had been active) are within 5% or 20 pages. The total of `some` is \
        within 30% or 20 ms, and within 12% in the median; that of `full` within 25% in the median with one task, 50% with \
        several. Where there was no pressure both are exactly 0. With Senpai in the loop its limit is within 5% of the \
        guest's RAM (root mean square). Of guests that waited for their host's processor for more than a fifth of the time, \
        or for nobody knows how long, times are only shown. The samples themselves are in --json.
        """)

    @Argument(help: "JSON files of recorded guests (psi).", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      try show(
        PressureSummary(try inParallel(files) { try PressureValidation(path: $0) }), tables, output)
    }
  }
}

/// Prints what a comparison says; the exit code tells whether it holds.
private func show(
  _ summary: some ValidationSummary, _ tables: TableOptions, _ output: OutputOptions
) throws {
  if output.json { try put(summary.json) } else { try tables.show(summary) }
  if !summary.ok { throw ExitCode(ExitStatus.notHeld.rawValue) }
}

/// How `validate` shows tables.
struct TableOptions: ParsableArguments {
  @Flag(help: "Print tables and sentences in Markdown.")
  var markdown = false

  /// Writes what differs, tables, and sentences below them, to standard output.
  func show(_ summary: some ValidationSummary) throws(OutputError) {
    for line in summary.differences { try put(line) }
    let texts = summary.tables.map { markdown ? $0.markdown : $0.text(width: Terminal.width) }
    try put(texts.joined(separator: "\n"), terminator: markdown ? "\n" : "")
    for sentence in summary.sentences {
      if markdown { try put("- " + sentence) } else { try put(sentence: sentence) }
    }
  }
}
