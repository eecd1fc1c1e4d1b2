/// Recorded results of DAMON's own functions: the feedback loop, scores, watermarks, quotas, and whole passes.
public enum DamonReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "damon"

  /// Told by what each of the five is given.
  public static func recognises(_ fields: Set<String>) -> Bool {
    [
      ["last_input", "next_input"], ["nr_accesses_bp", "cold"], ["activated_before", "checks"],
      ["goals", "windows"], ["min_age", "passes"],
    ].contains { fields.isSuperset(of: $0) }
  }

  /// Replays a line.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    switch try line.required("kind").text(at: "kind") {
    case "feed":
      let next = DamonQuota.feed(
        try line.number("last_input"), score: try line.number("score"))
      return compare(line, ["next_input": VectorValue(next)], at: "")
    case "score": return try replayScore(line)
    case "watermarks": return try replayWatermarks(line)
    case "effective_quota": return try replayQuota(line)
    case "passes": return try replayPasses(line)
    default: throw BadVectorField(path: "kind")
    }
  }

  /// The fields of `got` in a line or a part of it.
  static func compare(
    _ line: VectorFields, _ got: VectorFields, at path: String
  ) -> [VectorDifference] {
    VectorDifference.between(line.filter { got[$0.key] != nil }, got, at: path)
  }

  private static func replayScore(
    _ line: VectorFields
  ) throws(BadVectorField) -> [VectorDifference] {
    let intervals = try intervals(line)
    let weights = try weights(line)
    let region = DamonRegion(
      start: 0, end: 0, accesses: try line.number("nr_accesses_bp"), age: try line.number("age"))
    let got: VectorFields = [
      "hot": VectorValue(intervals.hotScore(region, weights)),
      "cold": VectorValue(intervals.coldScore(region, weights)),
    ]
    return compare(line, got, at: "")
  }

  private static func replayWatermarks(
    _ line: VectorFields
  ) throws(BadVectorField) -> [VectorDifference] {
    guard try line.required("metric").text(at: "metric") == "free_mem_rate" else {
      throw BadVectorField(path: "metric")
    }
    var marks = DamonWatermarks()
    marks.high = try line.number("high")
    marks.mid = try line.number("mid")
    marks.low = try line.number("low")
    marks.interval = try line.number("interval_us")
    marks.isActive = try line.required("activated_before").bool(at: "activated_before")
    let total: UInt64 = try line.number("total_pages")
    if total == 0 { throw BadVectorField(path: "total_pages") }
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("checks").list(at: "checks").enumerated() {
      let path = "checks[\(index)]"
      let check = try value.fields(at: path)
      let wait = marks.look(free: try check.number("free_pages", in: path + "."), total: total)
      let got: VectorFields = [
        "wait_us": VectorValue(wait), "activated": .bool(marks.isActive),
      ]
      differences += compare(check, got, at: path)
    }
    return differences
  }

  private static func replayQuota(
    _ line: VectorFields
  ) throws(BadVectorField) -> [VectorDifference] {
    var quota = DamonQuota()
    quota.milliseconds = try line.number("ms")
    quota.size = try line.number("sz")
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("windows").list(at: "windows").enumerated() {
      let path = "windows[\(index)]"
      let window = try value.fields(at: path)
      try quota.set(window.required("before", in: path + "."), at: path + ".before")
      quota.goals = try goals(window, "goals_before", in: path + ".")
      quota.setEffective(pressure: try window.number("psi_some_total_ns", in: path + "."))
      let got: VectorFields = [
        "after": .object(quota.fields), "goals_after": .list(quota.goals.map(\.value)),
      ]
      differences += compare(window, got, at: path)
    }
    return differences
  }

  /// The intervals of a line.
  static func intervals(_ line: VectorFields) throws(BadVectorField) -> DamonIntervals {
    var intervals = DamonIntervals()
    intervals.sample = try line.number("sample_interval_us")
    intervals.aggregation = try line.number("aggr_interval_us")
    if intervals.samples == 0 { throw BadVectorField(path: "aggr_interval_us") }
    return intervals
  }

  /// The weights of a line: of size, which has no effect, accesses and age.
  static func weights(_ line: VectorFields) throws(BadVectorField) -> DamonQuota.Weights {
    let list = try line.required("weights").list(at: "weights")
    guard list.count == 3 else { throw BadVectorField(path: "weights") }
    return DamonQuota.Weights(
      accesses: try list[1].number(at: "weights[1]"), age: try list[2].number(at: "weights[2]"))
  }

  /// The goals of a line.
  static func goals(
    _ line: VectorFields, _ name: String, in path: String = ""
  ) throws(BadVectorField) -> [DamonQuota.Goal] {
    var goals: [DamonQuota.Goal] = []
    for (index, value) in try line.required(name, in: path).list(at: path + name).enumerated() {
      let place = "\(path)\(name)[\(index)]"
      let goal = try value.fields(at: place)
      let metric = try goal.required("metric", in: place + ".").text(at: place + ".metric")
      guard metric == "user_input" || metric == "some_mem_psi_us" else {
        throw BadVectorField(path: place + ".metric")
      }
      let target: UInt64 = try goal.number("target", in: place + ".")
      if target == 0 { throw BadVectorField(path: place + ".target") }
      goals.append(
        DamonQuota.Goal(
          metric: metric == "user_input" ? .userInput : .memoryPressure, target: target,
          current: try goal.number("current", in: place + "."),
          lastPressure: try goal.number("last_psi_total_us", in: place + ".")))
    }
    return goals
  }
}

extension DamonQuota.Goal {
  /// As a vector has it.
  fileprivate var value: VectorValue {
    .object([
      "metric": .text(metric == .userInput ? "user_input" : "some_mem_psi_us"),
      "target": VectorValue(target), "current": VectorValue(current),
      "last_psi_total_us": VectorValue(lastPressure),
    ])
  }
}

extension DamonQuota {
  /// Its state, as a vector has it.
  var fields: VectorFields {
    [
      "esz": VectorValue(effective), "esz_bp": VectorValue(tuned),
      "total_charged_sz": VectorValue(totalCharged),
      "total_charged_ns": VectorValue(totalNanoseconds), "charged_sz": VectorValue(charged),
      "charged_from": VectorValue(chargedFrom), "charge_target": .bool(resumesAt != nil),
      "charge_addr_from": VectorValue(resumesAt ?? 0), "min_score": VectorValue(leastScore),
    ]
  }

  /// Takes over a state.
  mutating func set(_ value: VectorValue, at path: String) throws(BadVectorField) {
    let fields = try value.fields(at: path)
    let place = path + "."
    effective = try fields.number("esz", in: place)
    tuned = try fields.number("esz_bp", in: place)
    totalCharged = try fields.number("total_charged_sz", in: place)
    totalNanoseconds = try fields.number("total_charged_ns", in: place)
    charged = try fields.number("charged_sz", in: place)
    chargedFrom = try fields.number("charged_from", in: place)
    let address: UInt64 = try fields.number("charge_addr_from", in: place)
    let resumes = try fields.required("charge_target", in: place).bool(at: place + "charge_target")
    resumesAt = resumes ? address : nil
    leastScore = try fields.number("min_score", in: place)
  }
}
