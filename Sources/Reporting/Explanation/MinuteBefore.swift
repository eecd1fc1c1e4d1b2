internal import Policies
public import Recording
internal import Simulation
public import Text
public import Units

/// The minute before a moment as a table: decision by decision, and its end tick by tick.
public struct MinuteBefore: Sendable {
  private var rows: [RecordedDecision]
  private var ticks: [TickRow]
  private var events: [EventRow]
  private static let length = SimDuration.seconds(60)
  /// No more decisions than a person reads.
  private static let decisions = 10
  /// So many ticks up to the moment itself, which may come long after the last decision.
  private static let lastTicks = 5

  /// The minute before `time`.
  public init(_ store: ResultStore, run: Int64, guest: String, before time: SimTime) throws {
    let start = SimTime(nanoseconds: max(0, time.nanoseconds - Self.length.nanoseconds))
    rows = try store.turns(of: run, guest: guest, from: start, to: time)
    ticks = try store.ticks(of: run, guest: guest, from: start, to: time)
    // What came after the worker's last run belongs to the story of that run, which tells it.
    let decision = try store.turns(of: run, guest: guest, at: time).last
    events = try store.events(of: run, guest: guest, from: start, to: time)
      .filter { event in
        event.known != .balloonTarget && decision.map { event.time < $0.time } ?? true
      }
  }

  /// Moments of the minute: the worker's runs, or ticks where it did not run, evenly thinned, and the last ticks.
  private var times: [SimTime] {
    let steady = rows.isEmpty ? ticks.map(\.time) : rows.map(\.time)
    let stride = (steady.count + Self.decisions - 1) / Self.decisions
    let last = steady.count - 1
    let thinned = steady.indices.filter { stride <= 1 || (last - $0).isMultiple(of: stride) }
    return Set(thinned.map { steady[$0] } + ticks.suffix(Self.lastTicks).map(\.time)).sorted()
  }

  /// Levels at moments of the minute.
  public var table: TableText {
    var waited: Int64?
    let lines = times.map { time -> [String] in
      let row = rows.last { $0.time == time }
      let tick = ticks.last { $0.time <= time }
      let stall = tick.map { tick in TickColumn.stalls.reduce(Int64(0)) { $0 &+ tick[$1] } }
      defer { waited = stall }
      let wait = stall.flatMap { now in waited.map { now &- $0 } }
      func level(_ value: Int64?) -> String {
        value.map { UnitScale.text(Double(UInt64(bitPattern: $0)), unit: "pages") } ?? "-"
      }
      let files = tick.map { $0[.activeFilePages] &+ $0[.inactiveFilePages] }
      return [
        UnitScale.text(time), level(row?["committed_pages"] ?? tick?[.committedPages]),
        level(row?.row.current ?? tick?[.ramPages]), level(row?.row.goal),
        level(row?.row.target), level(tick?[.freePages]), level(files),
        wait.map { UnitScale.text(.nanoseconds($0)) } ?? "-",
      ]
    }
    let titles = ["time", "committed", "RAM", "goal", "target", "free", "file", "waited"]
    return TableText(columns: titles.map { .init($0, .right) }, rows: lines)
  }

  /// What happened in the minute, a line each.
  public var happenings: [String] {
    events.map { "\(UnitScale.text($0.time)): \($0.sentence)" }
  }
}

extension WorstMoment {
  /// The moment in words; of the longest wait it says whether the time before the worker's first run was left out.
  public func text(isAfterFirstRun: Bool) -> String {
    isAfterFirstRun && self == .stall ? "\(text) after the worker's first run" : text
  }

  /// The moment in words.
  public var text: String {
    switch self {
    case .oom: "A process was killed for want of memory"
    case .stall: "Accesses waited longest"
    case .shortfall: "A policy found its guest furthest below the goal"
    }
  }
}
