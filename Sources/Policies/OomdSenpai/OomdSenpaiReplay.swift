/// Recorded runs of oomd's plugin `senpai`: the state before, what was read, what came of it.
public enum OomdSenpaiReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "oomd-senpai"

  /// Told by the factor that no other kind has.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["config", "swappiness_factor"])
  }

  /// Replays a line from what it was before.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let config = try line.required("config").fields(at: "config")
    let inputs = try line.required("inputs").fields(at: "inputs")
    let sight = try OomdSenpai.Sight(
      inputs, hostTotal: config.number("host_mem_total", in: "config."))
    var state: OomdSenpai.State?
    if case let before = try line.required("before"), before != .null {
      state = try OomdSenpai.State(before.fields(at: "before"))
    }
    var senpai = OomdSenpai(try OomdSenpai.Settings(config), state)
    let outcome = senpai.run(sight)
    let decision: VectorFields = [
      "memory_high": .text((outcome.high ?? sight.high).map { "\($0)" } ?? "max"),
      "memory_reclaim": VectorValue(outcome.reclaim),
    ]
    let factor = VectorValue(real: senpai.swappinessFactor(sight.swap))
    return VectorDifference.between(
      line.filter { $0.key == "swappiness_factor" }, ["swappiness_factor": factor], at: "")
      + VectorDifference.between(
        try line.required("decision").fields(at: "decision"), decision, at: "decision")
      + VectorDifference.between(
        try line.required("after").fields(at: "after"), senpai.state?.fields ?? [:], at: "after")
  }
}

extension OomdSenpai.Settings {
  /// The arguments that a line names, all of them.
  fileprivate init(_ config: VectorFields) throws(BadVectorField) {
    self.init()
    let path = "config."
    leastLimit = try config.number("limit_min_bytes", in: path)
    mostLimit = try config.number("limit_max_bytes", in: path)
    interval = try config.number("interval", in: path)
    let milliseconds: Int64 = try config.number("pressure_ms", in: path)
    pressure =
      milliseconds.multipliedReportingOverflow(by: 1_000).overflow ? 0 : milliseconds * 1_000
    pressurePercent = try config.real("pressure_pct", in: path)
    ioPressurePercent = try config.real("io_pressure_pct", in: path)
    maxProbe = try config.real("max_probe", in: path)
    maxBackoff = try config.real("max_backoff", in: path)
    probeCoefficient = try config.real("coeff_probe", in: path)
    backoffCoefficient = try config.real("coeff_backoff", in: path)
    reclaims = try config.required("immediate_backoff", in: path).bool(
      at: path + "immediate_backoff")
    validatesSwap = try config.required("swap_validation", in: path).bool(
      at: path + "swap_validation")
    swapThreshold = try config.real("swap_threshold", in: path)
    swapOutThreshold = try config.real("swapout_bps_threshold", in: path)
    if let wrongArgument { throw BadVectorField(path: path + wrongArgument) }
  }
}

extension OomdSenpai.Sight {
  fileprivate init(_ inputs: VectorFields, hostTotal: Int64) throws(BadVectorField) {
    let path = "inputs."
    self.init(
      total: try inputs.number("pressure_some_total_us", in: path),
      current: try inputs.number("memory_current", in: path),
      high: try inputs.limit("memory_high"), hostTotal: hostTotal,
      file: try inputs.number("file_lru", in: path),
      anonymous: try inputs.number("anon_lru", in: path))
    memoryMin = try inputs.limit("memory_min") ?? .max
    memoryMax = try inputs.limit("memory_max")
    swap.total = try inputs.number("system_swap_total", in: path)
    swap.used = try inputs.number("system_swap_used", in: path)
    swap.limit = try inputs.limit("swap_max")
    swap.current = try inputs.number("swap_current", in: path)
    swap.swappiness = try inputs.number("swappiness", in: path)
    swap.outRate60 = try inputs.real("swapout_bps_60", in: path)
    swap.outRate300 = try inputs.real("swapout_bps_300", in: path)
    memory = Pressure(
      avg10: Float(try inputs.real("memory_some_avg10", in: path)),
      avg60: Float(try inputs.real("memory_some_avg60", in: path)))
    io = Pressure(
      avg10: Float(try inputs.real("io_some_avg10", in: path)),
      avg60: Float(try inputs.real("io_some_avg60", in: path)))
  }
}

extension VectorFields {
  /// A limit among the inputs of a line; nil: `max`.
  fileprivate func limit(_ name: String) throws(BadVectorField) -> Int64? {
    try required(name, in: "inputs.").limit(at: "inputs." + name)
  }
}

extension OomdSenpai.State {
  fileprivate init(_ fields: VectorFields) throws(BadVectorField) {
    self.init(
      limit: try fields.number("limit", in: "before."),
      lastTotal: try fields.number("last_total_us", in: "before."),
      ticks: try fields.number("ticks", in: "before."))
    cumulative = try fields.number("cumulative_us", in: "before.")
    probeBytes = try fields.number("probe_bytes", in: "before.")
    probeCount = try fields.number("probe_count", in: "before.")
  }

  fileprivate var fields: VectorFields {
    [
      "limit": VectorValue(limit), "last_total_us": VectorValue(lastTotal),
      "cumulative_us": VectorValue(cumulative), "ticks": VectorValue(ticks),
      "probe_bytes": VectorValue(probeBytes), "probe_count": VectorValue(probeCount),
    ]
  }
}
