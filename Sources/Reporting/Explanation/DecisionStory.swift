internal import Foundation
internal import MemoryModel
internal import Policies
public import Recording
internal import Simulation
public import Text
public import Units

/// Why the selfballoon worker of a guest did what it did: its arithmetic, and what came of it until its next run, as
/// sentences.
public struct DecisionStory: Sendable {
  /// The guest.
  public var guest: String
  /// The moment that was asked for.
  public var time: SimTime
  /// The worker's last run until then; nothing if there was none.
  public var decision: WorkerRow?
  /// Its run after that.
  public var next: WorkerRow?
  /// The ticks at the decision and at the end: at the next run, or the last of the run.
  public var ticks: (before: TickRow, after: TickRow)?
  /// What happened in between.
  public var events: [EventRow]
  /// Whether the guest has no worker at all.
  private let isStatic: Bool

  /// The story of a moment of a run, from what the database holds of it.
  public init(_ store: ResultStore, run: Int64, guest: String, at time: SimTime) throws {
    self.guest = guest
    self.time = time
    (decision, next) = try store.workerRuns(of: run, guest: guest, at: time)
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
    events = try store.events(of: run, guest: guest, from: start, to: end)
      .filter { ![.runStarted, .driverInit, .balloonTarget].contains($0.known) }
  }

  /// The story in sentences, each a paragraph.
  public var sentences: [String] {
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
    var sentences = [
      "\(guest), run \(decision.invocation) of its worker, at \(UnitScale.text(decision.time))."
    ]
    if decision["cur_pages"] != nil {
      sentences += balloon(decision)
    } else {
      sentences.append("Selfballooning was off: the worker left the balloon alone.")
    }
    sentences += shrink(decision)
    if decision.fault == "divide_by_zero" {
      sentences.append(
        "A hysteresis of 0 made it divide by zero: the kernel oopsed, and the worker never ran again."
      )
    }
    return sentences + aftermath(decision)
  }

  // MARK: The decision

  private func balloon(_ row: WorkerRow) -> [String] {
    let current = row["cur_pages"] ?? 0
    let goal = row["goal_pages"] ?? 0
    var terms = [
      ("committed", row["committed_pages"]), ("kept back by the zones", row["totalreserve_pages"]),
    ]
    if let reserved = row["reserved_pages"], reserved != 0 {
      terms.append(("selfballoon_reserved_mb", reserved))
    }
    if let frontswap = row["frontswap_pages"], frontswap != 0 {
      terms.append(("in frontswap", frontswap))
    }
    let sum = terms.map { "\(UnitScale.count($1 ?? 0)) \($0)" }.joined(separator: " + ")
    var sentences = ["The goal, in pages: \(sum) = \(UnitScale.amount(goal))."]
    let gap = row["gap_pages"] ?? 0
    let isAbove = UInt64(bitPattern: current) > UInt64(bitPattern: goal)
    if gap == 0 {
      sentences.append("The guest had just that, so there was nothing to do.")
      return sentences
    }
    let hysteresis = isAbove ? "selfballoon_downhysteresis" : "selfballoon_uphysteresis"
    let divisor = row["divisor"] ?? 0
    let place =
      "The guest had \(UnitScale.amount(current)), \(UnitScale.amount(gap)) \(isAbove ? "above" : "below") the goal"
    guard divisor != 0, let target = row["target_pages"], let wanted = row["unfloored_target_pages"]
    else {
      sentences.append("\(place); \(hysteresis) was 0.")
      return sentences
    }
    let step = UInt64(bitPattern: gap) / UInt64(bitPattern: divisor)
    sentences.append(
      "\(place). Divided by \(hysteresis), \(divisor), that is a step of "
        + "\(UnitScale.amount(Int64(bitPattern: step))) \(isAbove ? "down" : "up"), to \(UnitScale.amount(wanted))."
    )
    if step == 0 {
      sentences.append(
        "The gap is smaller than the hysteresis, so the step is nothing: so close to its goal a guest stays."
      )
    }
    let floor = row["floor_pages"] ?? 0
    let rule = row.floorRule.flatMap(FloorRule.init).map { " (\($0.text))" } ?? ""
    sentences.append(
      target == wanted
        ? "The floor, \(UnitScale.amount(floor))\(rule), did not bind."
        : "The floor bound: the target is \(UnitScale.amount(target))\(rule), not \(UnitScale.amount(wanted))."
    )
    if let balloon = row["balloon_target_pages"] {
      sentences.append(
        "The balloon driver, whose own count includes what the kernel took at boot, was given \(UnitScale.count(balloon)) pages."
      )
    }
    return sentences
  }

  private func shrink(_ row: WorkerRow) -> [String] {
    guard let frontswap = row["shrink_frontswap_pages"], let before = row["shrink_counter_before"],
      let after = row["shrink_counter_after"]
    else { return [] }
    let previous = row["shrink_previous_frontswap_pages"] ?? 0
    if frontswap == 0 { return ["Frontswap was empty, so there was nothing to bring home."] }
    let level =
      "Frontswap held \(UnitScale.amount(frontswap)), at the run before \(UnitScale.amount(previous))"
    if frontswap > previous {
      return ["\(level): it had grown, so its inertia began anew at \(after)."]
    }
    guard let target = row["shrink_target_pages"] else {
      return [
        "\(level): it had not grown, so its inertia went from \(before) to \(after); at 0 it shrinks."
      ]
    }
    let shrunk = row["shrunk_pages"] ?? 0
    return [
      "\(level), and its inertia ran out (\(before) before): it was to shrink to \(UnitScale.amount(target)), and "
        + "\(UnitScale.amount(shrunk)) came home. The inertia is now \(after)."
    ]
  }

  // MARK: What came of it

  private func aftermath(_ row: WorkerRow) -> [String] {
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
    let ram = next?["cur_pages"] ?? ticks.after[.ramPages]
    let moved = ram &- (row["cur_pages"] ?? ticks.before[.ramPages])
    var facts: [String] = []
    if moved != 0 {
      facts.append("the balloon \(moved < 0 ? "took" : "gave back") \(size(moved))")
    } else {
      facts.append("the guest's memory stayed as it was")
    }
    if let target = row["target_pages"] {
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

extension WorkerRow: JSONValue {
  /// The columns that have a value, by name, then those that are words.
  public var json: JSON {
    let numbers = values.filter { !["id", "run_id"].contains($0.key) }.sorted { $0.key < $1.key }
    return JSON.object(numbers.map { ($0.key, $0.value) })
      + ["floor_rule": floorRule, "fault": fault]
  }
}

/// The rules of the floor in words.
private struct FloorRule {
  let text: String

  init?(_ name: String) {
    guard let rule = BalloonFloor.Rule(rawValue: name) else { return nil }
    text =
      switch rule {
      case .minUsable: "selfballoon_min_usable_mb above what the zones keep back"
      case .below16MiB: "less than 16 MiB is usable: all of it"
      case .below64MiB: "16 MiB and half of what is usable above that"
      case .below512MiB: "40 MiB and an eighth of what is usable above that"
      case .large: "99 MiB and a 32nd of what is usable above that"
      }
  }
}
