public import Recording
internal import Scenarios
internal import Simulation
public import Text
internal import Units

/// Where two runs part, in words, with the decisions behind it.
public struct PartingStory: Sendable {
  private let runs: (RunRecord, RunRecord)
  private let parting: Parting?
  private var decisions: (RecordedDecision?, RecordedDecision?)
  private let hasCommonGuest: Bool
  private var hostParting: (tick: Int64, time: SimTime)?

  /// The story of two runs, from what the database holds of them.
  public init(_ store: ResultStore, _ first: RunRecord, _ second: RunRecord) throws {
    runs = (first, second)
    let guests = try Set(store.guests(of: first.id))
    hasCommonGuest = try !guests.isDisjoint(with: store.guests(of: second.id))
    parting = try store.parting(of: first, and: second)
    if parting == nil, first.course != second.course {
      hostParting = try store.hostParting(of: first, and: second)
    }
    if let parting {
      decisions = (
        try store.turns(of: first.id, guest: parting.guest, at: parting.time).last,
        try store.turns(of: second.id, guest: parting.guest, at: parting.time).last
      )
    }
  }

  /// Whether the runs took the same course as far as can be told.
  public var isSame: Bool { parting == nil && runs.0.course == runs.1.course }

  /// What there is to say, each a paragraph in lines of at most so many characters, or a table in lines of at most `width`.
  public func text(width: Int?, sentences: Int) -> [String] {
    let wrapped = { TableText.wrapped($0, width: sentences) }
    guard let parting else {
      if let one = runs.0.fingerprint, let two = runs.1.fingerprint, runs.0.course == runs.1.course
      {
        return [
          wrapped(
            one == two
              ? "Both took the same course: fingerprint \(one)."
              : """
              Both took the same course. Their fingerprints, \(one) and \(two), differ since they were made by different rules: \
              up to version 0.3 the figures were in it too.
              """)
        ]
      }
      return [wrapped(unparted)]
    }
    let place = "tick \(parting.tick), \(UnitScale.text(parting.time)), in \(parting.guest)"
    if let shorter = parting.shorter {
      let run = shorter == 0 ? runs.0 : runs.1
      return [wrapped("They are the same until run \(run.id) ends, before \(place).")]
    }
    let titles = ["run \(runs.0.id)", "run \(runs.1.id)"].map { TableText.Column($0, .right) }
    let columns = parting.differences.map { difference in
      [difference.column.name] + [difference.first, difference.second].map { "\($0)" }
    }
    var parts = [wrapped("They part at \(place):")]
    parts.append(
      TableText(columns: [.init("column")] + titles, rows: columns).text(width: width))
    guard let one = decisions.0, let two = decisions.1 else {
      parts.append(wrapped("A policy had not yet had a turn in both."))
      return parts
    }
    let names = Set((one.numbers + two.numbers).map(\.name)).subtracting(["run_ns"]).sorted()
    let terms = names.filter { one[$0] != two[$0] }.map { name in
      [name] + [one[name], two[name]].map { $0.map { "\($0)" } ?? "-" }
    }
    if terms.isEmpty {
      parts.append(
        wrapped(
          "The worker's decision before that, at \(UnitScale.text(one.time)), was the same in both: they part by what followed it."
        ))
    } else {
      parts.append(wrapped("The worker's decisions behind it:"))
      parts.append(TableText(columns: [.init("term")] + titles, rows: terms).text(width: width))
    }
    return parts
  }

  /// What there is to say if no tick of a guest that both have differs.
  private var unparted: String {
    if !hasCommonGuest { return "They have no guest in common." }
    if let host = hostParting {
      return
        "Their guests' ticks are the same; their hosts part at tick \(host.tick), \(UnitScale.text(host.time))."
    }
    let unfinished = [runs.0, runs.1].filter { $0.status != .finished }
    if let run = unfinished.first {
      return "Run \(run.id) is \(run.status.rawValue); so far they are the same."
    }
    let kept = runs.0.recording.keepsTicks && runs.1.recording.keepsTicks
    return kept
      ? "All ticks that both kept are the same; what differs happened in between, or after."
      : "Where they part is not known, since ticks are not kept of both."
  }

  /// The parting as a JSON value.
  public var json: JSON {
    guard let parting else { return .null }
    return [
      "guest": parting.guest, "tick": parting.tick, "time_ns": parting.time.nanoseconds,
      "shorter": parting.shorter.map { $0 == 0 ? runs.0.id : runs.1.id },
      "differences": parting.differences.map {
        ["column": $0.column.name, "first": $0.first, "second": $0.second] as JSON
      },
    ]
  }
}
