/// Recorded rounds of the recommender: samples, and what it knew and recommended.
public enum VPAReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "vpa"

  /// Told by its events and percentiles.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["shared_aggregate", "events", "percentiles"])
  }

  /// Replays a round from what was known before it.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let settings = try settings(try line.required("config").fields(at: "config"))
    var names: [String] = []
    var places: [Int] = []
    for (index, value) in try line.required("containers").list(at: "containers").enumerated() {
      let name = try value.text(at: "containers[\(index)]")
      if !names.contains(name) { names.append(name) }
      places.append(names.firstIndex(of: name) ?? 0)
    }
    var vpa = VPA(
      settings, names: places,
      sharesAggregates: try line.required("shared_aggregate").bool(at: "shared_aggregate"))
    try vpa.restore(
      try line.required("before").fields(at: "before"), names: names, at: "before.")
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("events").list(at: "events").enumerated() {
      let path = "events[\(index)]"
      let event = try value.list(at: path)
      if event.count != 5 { throw BadVectorField(path: path) }
      let isTaken = VectorValue.bool(try vpa.take(event, at: path))
      differences += VectorDifference.between(
        ["accepted": event[4]], ["accepted": isTaken], at: path)
    }

    var decision: VectorFields = [:]
    var percentiles: VectorFields = [:]
    for (place, name) in names.enumerated() {
      let got = vpa.recommend(name: place)
      decision[name] = .object([
        "target": VectorValue(got.target), "lower": VectorValue(got.lower),
        "upper": VectorValue(got.upper),
      ])
      percentiles[name] = .object([
        "target": VectorValue(real: got.percentiles.target),
        "lower": VectorValue(real: got.percentiles.lower),
        "upper": VectorValue(real: got.percentiles.upper),
      ])
    }
    let after = VectorValue.object(try line.required("after").fields(at: "after"))
    for (name, got) in [("percentiles", percentiles), ("decision", decision)] {
      differences += VectorDifference.between(
        try line.required(name).fields(at: name), got, at: name)
    }
    return differences
      + VectorDifference.between(
        try after.fields(at: "after"),
        try vpa.state(names: names).near(after).fields(at: "after"), at: "after")
  }

  private static func settings(_ config: VectorFields) throws(BadVectorField) -> VPA.Settings {
    var settings = VPA.Settings()
    settings.aggregationInterval = try seconds("aggregation_interval_s", config)
    settings.halfLife = try seconds("half_life_s", config)
    settings.confidenceInterval = try seconds("confidence_interval_s", config)
    settings.safetyMargin = try share("safety_margin", config, most: 1e6)
    settings.targetPercentile = try share("target_percentile", config, most: 1)
    settings.lowerPercentile = try share("lower_percentile", config, most: 1)
    settings.upperPercentile = try share("upper_percentile", config, most: 1)
    settings.leastOfPod = try share("pod_min_memory_mb", config, most: 1e9)
    settings.bumpRatio = try share("oom_bump_up_ratio", config, most: 1e6)
    settings.leastBump = try share("oom_min_bump_up_bytes", config, most: 1e15)
    return settings
  }

  /// 1 second to a leap year: a hundred half-lives are less than Go's longest duration.
  private static func seconds(
    _ name: String, _ config: VectorFields
  ) throws(BadVectorField) -> Int64 {
    let seconds: Int64 = try config.number(name, in: "config.")
    guard 1...31_622_400 ~= seconds else { throw BadVectorField(path: "config." + name) }
    return seconds
  }

  private static func share(
    _ name: String, _ config: VectorFields, most: Double
  ) throws(BadVectorField) -> Double {
    let share = try config.real(name, in: "config.")
    guard 0...most ~= share else { throw BadVectorField(path: "config." + name) }
    return share
  }
}

extension VectorValue {
  /// The value, with those of another one in the place of doubles that are as near as weights need be.
  ///
  /// Recordings say 1e-12, relative: what 2 to the power of an age is in another library.
  fileprivate func near(_ other: VectorValue?) -> VectorValue {
    switch (self, other) {
    case (.real(let own), .real(let its)):
      return abs(own - its) <= 1e-12 * abs(its) ? .real(its) : self
    case (.real(let own), .number(let its)):
      return abs(own - Double(its)) <= 1e-12 * abs(Double(its)) ? .number(its) : self
    case (.number(let own), .real(let its)):
      return abs(Double(own) - its) <= 1e-12 * abs(its) ? .real(its) : self
    // Weights are written with the fewest digits that read back to the same double.
    case (.number(let own), .number(let its)) where own.magnitude > 1 << 53:
      return Double(own) == Double(its) ? .number(its) : self
    case (.list(let own), .list(let its)) where own.count == its.count:
      return .list(zip(own, its).map { $0.near($1) })
    case (.object(let own), .object(let its)):
      return .object(own.reduce(into: own) { $0[$1.key] = $1.value.near(its[$1.key]) })
    default: return self
    }
  }
}
