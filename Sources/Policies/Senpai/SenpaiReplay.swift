/// Recorded starts and ticks of `senpai.py`: the state before, what was read, what came of it.
public enum SenpaiReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "senpai"

  /// Told by the reset that no other kind has.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["kind", "config", "reset_to_current"])
  }

  /// Replays a line from what it was before.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let settings = try Senpai.Settings(line.required("config").fields(at: "config"))
    let inputs = try line.required("inputs").fields(at: "inputs")
    let sight = Senpai.Sight(
      total: try inputs.number("total", in: "inputs."),
      current: try inputs.number("current", in: "inputs."),
      high: try inputs.required("high", in: "inputs.").limit(at: "inputs.high"))
    let outcome: Senpai.Outcome
    var senpai: Senpai
    switch try line.required("kind").text(at: "kind") {
    case "start": (senpai, outcome) = Senpai.start(settings, sight)
    case "tick":
      let before = try line.required("before").fields(at: "before")
      senpai = Senpai(settings, try Senpai.State(before))
      outcome = senpai.tick(sight)
    default: throw BadVectorField(path: "kind")
    }
    let decision: VectorFields = [
      "adjust": outcome.adjustment.map { VectorValue(real: $0) } ?? .null,
      "memory_high": outcome.high.map { .text("\($0)") } ?? .null,
    ]
    return VectorDifference.between(
      line.filter { $0.key == "reset_to_current" }, ["reset_to_current": .bool(outcome.isReset)],
      at: "")
      + VectorDifference.between(
        try line.required("decision").fields(at: "decision"), decision, at: "decision")
      + VectorDifference.between(
        try line.required("after").fields(at: "after"), senpai.state.fields, at: "after")
  }
}

extension VectorValue {
  /// A limit of a control group in bytes; nil: `max`. A number may also stand as text, as it does in the file.
  func limit(at path: String) throws(BadVectorField) -> Int64? {
    guard case .text(let text) = self else { return try number(at: path) }
    if text == "max" { return nil }
    guard let bytes = Int64(text) else { throw BadVectorField(path: path) }
    return bytes
  }
}

extension Senpai.Settings {
  /// The arguments that a line names, all of them.
  fileprivate init(_ config: VectorFields) throws(BadVectorField) {
    self.init()
    minSize = try config.number("min_size", in: "config.")
    maxSize = try config.number("max_size", in: "config.")
    interval = try config.number("interval", in: "config.")
    pressure = try config.number("pressure", in: "config.")
    maxProbe = try config.real("max_probe", in: "config.")
    maxBackoff = try config.real("max_backoff", in: "config.")
    probeCoefficient = try config.real("coeff_probe", in: "config.")
    backoffCoefficient = try config.real("coeff_backoff", in: "config.")
    if let wrongArgument { throw BadVectorField(path: "config." + wrongArgument) }
  }
}

extension Senpai.State {
  fileprivate init(_ fields: VectorFields) throws(BadVectorField) {
    self.init(
      limit: try fields.number("limit", in: "before."),
      lastTotal: try fields.number("last_total", in: "before."),
      integral: try fields.number("integral", in: "before."),
      graceTicks: try fields.number("grace_ticks", in: "before."))
  }

  fileprivate var fields: VectorFields {
    [
      "limit": VectorValue(limit), "last_total": VectorValue(lastTotal),
      "integral": VectorValue(integral), "grace_ticks": VectorValue(graceTicks),
    ]
  }
}
