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
    subcommands: [Driver.self, Zones.self, PageCache.self, Swap.self, ClosedLoop.self])

  /// `balloonsim validate driver`.
  struct Driver: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replay vectors of real drivers and daemons; every line must be equal.",
      discussion: """
        Of the selfballoon driver of Linux 4.19 and of July 2011, and of xenballoond of 2008 and 2009; what a line is of is \
        told by its fields.
        """,
      aliases: ["policy"])

    @Argument(help: "JSON Lines files of vectors.", completion: .file())
    var files: [String]

    @OptionGroup var tables: TableOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
      let reports = try files.map { try DriverVectors.check(file: $0) }
      let lines = reports.reduce(0) { $0 + $1.lines }
      let equal = reports.reduce(0) { $0 + $1.equalLines }
      if output.json {
        try put(["lines": lines, "equal": equal, "files": reports.map(\.json)])
      } else {
        for report in reports {
          for line in report.differing {
            for difference in line.differences {
              try put(
                """
                \(report.file):\(line.line): \(line.id) (\(line.category)): \(difference.path): \
                expected \(difference.expected ?? "nothing"), got \(difference.got ?? "nothing")
                """)
            }
          }
        }
        let table = TableText(
          columns: [.init("file"), .init("lines", .right), .init("equal", .right)],
          rows: reports.map { [$0.file, "\($0.lines)", "\($0.equalLines)"] })
        try tables.show([table], ["\(equal) of \(lines) lines equal"])
      }
      if equal < lines { throw ExitCode(ExitStatus.notHeld.rawValue) }
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
      let checks = try files.map { (file: $0, check: try ZoneValidation(path: $0)) }
      if output.json {
        try put(.array(checks.map { $0.check.json(file: $0.file) }))
      } else {
        for (file, check) in checks {
          for line in check.outside(file: file) { try put(line) }
          let good = check.entries.count(where: \.ok)
          try tables.show(
            [check.table], ["\(file): \(good) of \(check.entries.count) guests within tolerance"])
        }
      }
      if !checks.allSatisfy(\.check.ok) { throw ExitCode(ExitStatus.notHeld.rawValue) }
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
      let summary = PageCacheSummary(try inParallel(files) { try PageCacheValidation(path: $0) })
      if output.json {
        try put(summary.json)
      } else {
        try tables.show([summary.table], summary.sentences)
      }
      if !summary.ok { throw ExitCode(ExitStatus.notHeld.rawValue) }
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
      let summary = SwapSummary(try inParallel(files) { try SwapValidation(path: $0) })
      if output.json {
        try put(summary.json)
      } else {
        try tables.show([summary.table], summary.sentences)
      }
      if !summary.ok { throw ExitCode(ExitStatus.notHeld.rawValue) }
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
      let summary = ClosedLoopSummary(try inParallel(files) { try ClosedLoopValidation(path: $0) })
      if output.json {
        try put(summary.json)
      } else {
        try tables.show(
          [summary.table, summary.balloonTable, summary.costTable].compactMap(\.self),
          summary.sentences)
      }
      if !summary.ok { throw ExitCode(ExitStatus.notHeld.rawValue) }
    }
  }
}

/// How `validate` shows tables.
struct TableOptions: ParsableArguments {
  @Flag(help: "Print tables and sentences in Markdown.")
  var markdown = false

  /// Writes tables, and sentences below them, to standard output.
  func show(_ tables: [TableText], _ sentences: [String]) throws(OutputError) {
    let texts = tables.map { markdown ? $0.markdown : $0.text(width: Terminal.width) }
    try put(texts.joined(separator: "\n"), terminator: markdown ? "\n" : "")
    for sentence in sentences {
      if markdown { try put("- " + sentence) } else { try put(sentence: sentence) }
    }
  }
}

extension VectorReport {
  /// One JSON object.
  fileprivate var json: JSON {
    let differing = differing.map { line in
      [
        "line": line.line, "id": line.id, "category": line.category,
        "differences": line.differences.map {
          ["path": $0.path, "expected": $0.expected ?? "", "got": $0.got ?? ""] as JSON
        },
      ] as JSON
    }
    return ["file": file, "lines": lines, "equal": equalLines, "differing": differing]
  }
}

extension ZoneValidation {
  /// A line for each quantity that is outside its tolerance.
  fileprivate func outside(file: String) -> [String] {
    entries.flatMap { entry in
      entry.quantities.filter { !$0.ok }.map {
        """
        \(file): \(entry.guestMebibytes) MiB, THP \(entry.transparentHugePages ? "on" : "off"): \
        \($0.name): expected \($0.expected), got \($0.got)
        """
      }
    }
  }

  /// A line a guest: how many quantities agree, and the recorded and computed totals.
  fileprivate var table: TableText {
    let columns: [TableText.Column] = [
      .init("guest"), .init("THP"), .init("rules"), .init("agree", .right),
      .init("RAM", .right), .init("predicted", .right), .init("reserve", .right),
      .init("predicted", .right),
    ]
    return TableText(
      columns: columns,
      rows: entries.map { entry in
        let ram = entry.quantities.first { $0.name == "predicted.totalram_pages" }
        let reserve = entry.quantities.first { $0.name == "predicted.totalreserve_pages" }
        return [
          "\(entry.guestMebibytes) MiB", entry.transparentHugePages ? "on" : "off",
          entry.policy.rawValue,
          "\(entry.quantities.count(where: \.ok))/\(entry.quantities.count)",
          "\(ram?.expected ?? 0)", "\(ram?.got ?? 0)", "\(reserve?.expected ?? 0)",
          "\(reserve?.got ?? 0)",
        ]
      })
  }

  /// One JSON object.
  fileprivate func json(file: String) -> JSON {
    let entries = entries.map { entry in
      [
        "guest_mb": entry.guestMebibytes, "thp": entry.transparentHugePages, "ok": entry.ok,
        "quantities": entry.quantities.map {
          [
            "name": $0.name, "expected": $0.expected, "got": $0.got, "tolerance": $0.tolerance,
            "ok": $0.ok,
          ] as JSON
        },
      ] as JSON
    }
    return ["file": file, "ok": ok, "entries": entries]
  }
}
