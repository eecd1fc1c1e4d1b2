public import Recording
public import Scenarios
public import Text

/// What a sweep will do: its points, which of them are recorded already, and what the others will cost.
public struct SweepForecast: Sendable {
  private let plan: SweepPlan
  private let keys: [[String]]
  private let own: Set<String>
  private let missing: Set<String>
  private let estimate: SweepEstimate
  private let level: RecordingLevel
  private let threads: Int

  /// The forecast of a plan, or of a share of it with the keys `own`, of which the runs with some keys are missing.
  public init(
    plan: SweepPlan, keys: [[String]], own: Set<String>, missing: Set<String>,
    estimate: SweepEstimate, level: RecordingLevel, threads: Int
  ) {
    self.plan = plan
    self.keys = keys
    self.own = own
    self.missing = missing
    self.estimate = estimate
    self.level = level
    self.threads = threads
  }

  /// How many different runs there are.
  private var runs: Int { Set(keys.joined()).count }
  /// The points of the share: place, values, and the keys that belong to it.
  private var points: [(place: Int, values: [String], keys: [String])] {
    zip(plan.points, keys).enumerated().compactMap { place, point in
      let keys = point.1.filter(own.contains)
      return keys.isEmpty ? nil : (place, point.0, keys)
    }
  }
  /// The expected time in seconds with all threads at work.
  private var seconds: Double? {
    estimate.seconds.map { $0.reduce(0, +) / Double(max(threads, 1)) }
  }

  /// A line a point and three of summary.
  public func text(width: Int?) -> String {
    let table = TableText(
      columns: [.init("point", .right)] + plan.spec.axes.map { .init($0.path, .right) }
        + [.init("recorded", .right)],
      rows: points.map { point in
        ["\(point.place + 1)"] + point.values
          + ["\(point.keys.count { !missing.contains($0) }) of \(point.keys.count)"]
      })
    let share = own.count < runs ? " in all, \(own.count) in this share" : ""
    let time =
      seconds.map { "about " + UnitScale.text($0, unit: "s") }
      ?? "unknown, since no run of this scenario is recorded"
    let space = UnitScale.text(Double(estimate.bytes), unit: "bytes")
    let lines = [
      "\(counted(keys.count, "point")), \(counted(plan.spec.repetitions, "seed")): "
        + "\(counted(runs, "run"))\(share), \(own.count - missing.count) recorded, \(missing.count) to be made",
      "time:  \(time)", "space: about \(space) (--record \(level.text))",
    ]
    return table.text(width: width) + "\n"
      + lines.map { TableText.wrapped($0, width: width) + "\n" }.joined()
  }

  /// A JSON object.
  public var json: JSON {
    let points = points.map { point in
      [
        "values": JSON.object(zip(plan.spec.axes, point.values).map { ($0.path, $1) }),
        "runs": point.keys.map { ["key": $0, "recorded": !missing.contains($0)] as JSON },
      ] as JSON
    }
    return [
      "runs": own.count, "missing": missing.count, "seconds": seconds, "bytes": estimate.bytes,
      "record": level.text, "points": JSON.lines(points),
    ]
  }
}
