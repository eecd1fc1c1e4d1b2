internal import Experiments
public import Recording
public import SimulationEngine

/// The minute before a moment, decision by decision, as a table.
public struct MinuteBefore: Sendable {
  private var rows: [WorkerRow]
  private var ticks: [TickRow]
  private var events: [EventRow]
  private static let length = SimDuration.seconds(60)
  /// No more lines than a person reads.
  private static let lines = 15

  /// The minute before `time`.
  public init(_ store: ResultStore, run: Int64, guest: String, before time: SimTime) throws {
    let start = SimTime(nanoseconds: max(0, time.nanoseconds - Self.length.nanoseconds))
    rows = try store.workerRows(of: run, guest: guest, from: start, to: time)
    ticks = try store.ticks(of: run, guest: guest, from: start, to: time)
    events = try store.events(of: run, guest: guest, from: start, to: time)
      .filter { $0.kind != "balloon_target" }
  }

  /// Levels at moments of the minute: at the worker's runs, or at ticks where it did not run.
  public var table: TableText {
    let times = rows.isEmpty ? ticks.map(\.time) : rows.map(\.time)
    let stride = (times.count + Self.lines - 1) / Self.lines
    let last = times.count - 1
    let shown = times.indices.filter { stride <= 1 || (last - $0).isMultiple(of: stride) }
    var waited: Int64?
    let lines = shown.map { index -> [String] in
      let time = times[index]
      let row = rows.isEmpty ? nil : rows[index]
      let tick = ticks.last { $0.time <= time }
      let stall = tick.map {
        $0[.stallReclaimNs] + $0[.stallDiskNs] + $0[.stallSwapNs] + $0[.stallTmemNs]
      }
      defer { waited = stall }
      let wait = stall.flatMap { now in waited.map { now - $0 } }
      func level(_ value: Int64?) -> String {
        value.map { UnitScale.text(Double(UInt64(bitPattern: $0)), unit: "pages") } ?? "-"
      }
      let files = tick.map { $0[.activeFilePages] + $0[.inactiveFilePages] }
      return [
        DecisionStory.text(time), level(row?["committed_pages"] ?? tick?[.committedPages]),
        level(row?["cur_pages"] ?? tick?[.totalRamPages]), level(row?["goal_pages"]),
        level(row?["target_pages"]), level(tick?[.freePages]), level(files),
        wait.map { DecisionStory.text(.nanoseconds($0)) } ?? "-",
      ]
    }
    let titles = ["time", "committed", "RAM", "goal", "target", "free", "file", "waited"]
    return TableText(columns: titles.map { .init($0, .right) }, rows: lines)
  }

  /// What happened in the minute, a line each.
  public var happenings: [String] {
    events.map { event in
      "\(DecisionStory.text(event.time)): \(event.kind.replacing("_", with: " "))"
        + (event.detail == "{}" ? "" : " \(event.detail)")
    }
  }
}

extension WorstMoment {
  /// The moment in words.
  public var text: String {
    switch self {
    case .oom: "A process was killed for want of memory"
    case .stall: "Accesses waited longest"
    case .shortfall: "The worker found the guest furthest below its goal"
    }
  }
}
