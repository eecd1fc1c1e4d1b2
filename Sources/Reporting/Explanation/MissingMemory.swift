private import Foundation
internal import Policies
public import Recording
internal import Simulation
public import Text
public import Units

/// What a guest lacked when a process in it was killed: memory, and the time until its worker would have given it more.
public struct MissingMemory: Sendable {
  /// When the process was killed.
  private let time: SimTime
  /// The worker's last run before that, and the next.
  private let runs: (last: SimTime?, next: SimTime?)
  /// What the guest had and what was free of it at the last tick, in pages; nothing if no tick is kept.
  private let level: (ram: Int64, free: Int64, committed: Int64)?
  /// What the guest needed by the law; nothing without a worker, and where the law's goal does not move with committed memory.
  private let goal: Int64?

  /// What was missing at `time`, when a process was killed in a guest.
  public init(
    _ store: ResultStore, run: Int64, guest: String, at time: SimTime, _ story: DecisionStory
  ) throws {
    self.time = time
    let decision = story.decision
    runs = (decision?.time, story.next?.time)
    guard let tick = try store.tick(of: run, guest: guest, at: time) else {
      (level, goal) = (nil, nil)
      return
    }
    let known = decision?["committed_pages"] ?? 0
    var committed = max(tick[.committedPages], known)
    if committed == known {
      // What was committed after the last tick is what is committed without the killed, and what they had.
      let after = try store.ticks(
        of: run, guest: guest, from: time + .nanoseconds(1), to: time + .seconds(60)
      ).first
      let killed = try store.events(of: run, guest: guest, from: time, to: time)
        .filter { $0.kind == EventRecord.Kind.oomKill.rawValue }
        .compactMap { try? JSONDecoder().decode(Kill.self, from: Data($0.detail.utf8)) }
        .reduce(Int64(0)) { $0 &+ max(0, $1.committed) }
      if let after { committed = max(committed, after[.committedPages] &+ killed) }
    }
    level = (tick[.ramPages], tick[.freePages], committed)
    // Only the law of a guest's own policy that tells committed memory has a goal that moves with it, page by page.
    let follows =
      decision?["committed_pages"] != nil && decision?.type?.card.place != .host
    goal = follows ? decision?.row.goal.map { $0 &- known &+ committed } : nil
  }

  private struct Kill: Decodable {
    var committed: Int64

    private enum CodingKeys: String, CodingKey {
      case committed = "committed_pages"
    }
  }

  /// How far the guest was below its goal, in pages; negative: above it.
  private var missing: Int64? {
    guard let level, let goal else { return nil }
    return goal &- level.ram
  }

  /// What was missing, a sentence each.
  public var sentences: [String] {
    var sentences: [String] = []
    if let level {
      let had =
        "When the process was killed, \(UnitScale.amount(level.committed)) were committed, and the guest had "
        + "\(UnitScale.amount(level.ram))"
      if let missing, let goal {
        sentences.append(
          missing > 0
            ? "\(had). Its goal had become \(UnitScale.amount(goal)): \(UnitScale.amount(missing)) were missing."
            : "\(had), which was its goal or more: by the law nothing was missing, so what the law keeps in reserve "
              + "was too little.")
      } else {
        sentences.append(
          "\(had); \(UnitScale.amount(level.free)) were free at the tick before.")
      }
    } else {
      sentences.append("What was missing is not known: no ticks of the run are kept.")
    }
    guard let last = runs.last else { return sentences }
    let before = "Its policy had its last turn \(Self.milliseconds(time - last)) before"
    sentences.append(
      runs.next.map {
        "\(before); its next run was due \(Self.milliseconds($0 - time)) later, at \(UnitScale.text($0))."
      } ?? "\(before) and did not run again.")
    return sentences
  }

  /// A JSON object.
  public var json: JSON {
    [
      "time_ns": time.nanoseconds, "committed_pages": level?.committed, "ram_pages": level?.ram,
      "goal_pages": goal, "missing_pages": missing, "last_run_ns": runs.last?.nanoseconds,
      "next_run_ns": runs.next?.nanoseconds, "sentences": sentences,
    ]
  }

  /// `1,431.6 ms`
  private static func milliseconds(_ duration: SimDuration) -> String {
    UnitScale(unit: "count", largest: 0).text((Double(duration.nanoseconds) / 1e6).rounded())
      + " ms"
  }
}
