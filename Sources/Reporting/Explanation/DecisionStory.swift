internal import Foundation
internal import MemoryModel
internal import Policies
public import Recording
internal import Simulation
public import Text
public import Units

/// Why the policy of a guest did what it did: its arithmetic, and what came of it until its next run, as
/// sentences.
public struct DecisionStory: Sendable {
  /// The guest.
  public var guest: String
  /// The moment that was asked for.
  public var time: SimTime
  /// The worker's last run until then; nothing if there was none.
  public var decision: RecordedDecision?
  /// Its run after that.
  public var next: RecordedDecision?
  /// The ticks at the decision and at the end: at the next run, or the last of the run.
  public var ticks: (before: TickRow, after: TickRow)?
  /// What happened in between.
  public var events: [EventRow]
  /// Whether the guest has no worker at all.
  private let isStatic: Bool
  /// The host's policy; nil: nobody decides there.
  private let hostPolicy: PolicyCard?

  /// The story of a moment of a run, from what the database holds of it.
  public init(_ store: ResultStore, run: Int64, guest: String, at time: SimTime) throws {
    self.guest = guest
    self.time = time
    (decision, next) = try store.turns(of: run, guest: guest, at: time)
    let start = decision?.time ?? .zero
    let end = next?.time ?? SimTime(nanoseconds: .max)
    let before = try store.tick(of: run, guest: guest, at: start)
    let after = try store.tick(of: run, guest: guest, at: end)
    if let before, let after { ticks = (before, after) }
    isStatic =
      try decision == nil
      && store.provenance(of: run).scenario?.guests.contains {
        $0.name == guest && $0.controller == .none
      } ?? false
    hostPolicy = try store.provenance(of: run).scenario?.host.policy?.card
    events = try store.events(of: run, guest: guest, from: start, to: end)
      .filter { ![.runStarted, .driverInit, .balloonTarget].contains($0.known) }
  }

  /// The story in sentences, each a paragraph.
  public var sentences: [String] {
    if isStatic, let hostPolicy {
      return [
        "Until \(UnitScale.text(time)) the host's policy, \(hostPolicy.title), had decided nothing of \(guest): its memory was what it "
          + "booted with, or what was written to its balloon."
      ]
    }
    if isStatic {
      return [
        "\(guest) has no worker (controller: none): its memory is fixed, unless a target is written to its balloon."
      ]
    }
    guard let decision else {
      return [
        "Until \(UnitScale.text(time)) the worker of \(guest) had not run: the balloon's target was what the driver set at boot, "
          + "or what was written to it."
      ]
    }
    let card = decision.type?.card
    let role = (card?.place == .host ? "" : "its ") + (card?.role ?? decision.policy)
    let sentences =
      ["\(guest), run \(decision.turn) of \(role), at \(UnitScale.text(decision.time))."]
      + (decision.type.map { $0.story(of: decision.row).map(Self.text) }
        ?? ["Its policy, \(decision.policy), is one that this program does not know."])
    return sentences + aftermath(decision)
  }

  // MARK: What came of it

  private func aftermath(_ row: RecordedDecision) -> [String] {
    let end =
      next.map { "Until its next run, \(UnitScale.text($0.time - row.time)) later" }
      ?? "Until the end of the run"
    let happenings = events.map { "At \(UnitScale.text($0.time)): \($0.sentence)." }
    guard let ticks else {
      return ["\(end): not known, since no ticks of the run are kept."] + happenings
    }
    // Amounts are counted as the kernel does, in 64 bits without a sign.
    func change(_ column: TickColumn) -> Int64 { ticks.after[column] &- ticks.before[column] }
    func size(_ difference: Int64) -> String {
      UnitScale.amount(Int64(bitPattern: difference.magnitude))
    }
    // Ticks at the time of a run show what the balloon did at once, so memory is what the runs themselves saw.
    let ram = next?.row.current ?? ticks.after[.ramPages]
    let moved = ram &- (row.row.current ?? ticks.before[.ramPages])
    var facts: [String] = []
    if moved != 0 {
      facts.append("the balloon \(moved < 0 ? "took" : "gave back") \(size(moved))")
    } else {
      facts.append("the guest's memory stayed as it was")
    }
    if let target = row.row.target {
      facts.append(
        ram == target
          ? "which is what it was asked for" : "\(size(ram &- target)) from the target")
    }
    var sentences = ["\(end), \(facts.joined(separator: ", "))."]
    var reclaim: [String] = []
    for (counter, text) in [
      (VMCounter.pgstealKswapd, "reclaimed in the background"),
      (.pgstealDirect, "reclaimed by the allocations themselves"),
      (.cleancachePuts, "put into cleancache"), (.frontswapStores, "swapped out to frontswap"),
      (.pswpout, "swapped out to disk"), (.frontswapLoads, "swapped in from frontswap"),
      (.pswpin, "swapped in from disk"), (.workingsetRefault, "read again after eviction"),
    ] where change(.counter(counter)) != 0 {
      reclaim.append("\(UnitScale.amount(change(.counter(counter)))) \(text)")
    }
    let waits = TickColumn.stalls.map(change)
    let names = ["reclaim", "disks", "swap", "tmem"]
    let parts = zip(names, waits).filter { $1 > 0 }.map {
      "\(UnitScale.text(.nanoseconds($1))) for \($0)"
    }
    if reclaim.isEmpty && parts.isEmpty {
      sentences.append("Nothing was reclaimed, and no access waited.")
    } else {
      if !reclaim.isEmpty {
        sentences.append("In that time: " + reclaim.joined(separator: ", ") + ".")
      }
      sentences.append(
        parts.isEmpty
          ? "No access waited." : "Accesses waited " + parts.joined(separator: ", ") + ".")
    }
    return sentences + happenings
  }

  /// A sentence with its numbers as people read them.
  static func text(_ sentence: Sentence) -> String {
    sentence.text { number, kind in
      switch kind {
      case .amount: UnitScale.amount(number)
      case .pages: UnitScale.count(number)
      case .bytes: UnitScale.text(Double(number) / 4_096, unit: "pages")
      case .count: "\(number)"
      }
    }
  }

  /// The decision, what came of it and the sentences, as a JSON object.
  public var json: JSON {
    let changes = ticks.map { ticks in
      JSON.object(TickColumn.all.map { ($0.name, ticks.after[$0] - ticks.before[$0]) })
    }
    return [
      "guest": guest, "time_ns": time.nanoseconds, "decision": decision?.json,
      "next_time_ns": next?.time.nanoseconds, "changes": changes, "sentences": sentences,
    ]
  }
}

extension RecordedDecision: JSONValue {
  /// The columns of numbers that have a value, by name, then those that are words.
  public var json: JSON {
    let column = type?.card.columns.first { $0.source == .rule }?.name ?? "rule"
    return JSON.object(numbers.sorted { $0.name < $1.name }.map { ($0.name, $0.value) })
      + JSON.object([(column, rule), ("fault", fault)])
  }
}
