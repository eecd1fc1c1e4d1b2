/// Recorded rounds of MOM with both sets of rules: what its monitors had and got, and what it sent.
public enum MomReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "mom"

  /// Told by its variant and its turns of monitors.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["variant", "balloon_enabled", "turns", "controls"])
  }

  private static let hostFields = ["mem_available", "mem_free"]
  private static let guestFields = ["balloon_cur", "balloon_min", "balloon_max", "mem_unused"]

  /// Replays a round from the windows before it.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    guard let variant = Mom.Variant(rawValue: try line.required("variant").text(at: "variant"))
    else { throw BadVectorField(path: "variant") }
    var settings = Mom.Settings(variant)
    settings.isBalloonEnabled = try line.required("balloon_enabled").bool(at: "balloon_enabled")
    settings.history = try line.number("history")
    guard 1...1_000 ~= settings.history else { throw BadVectorField(path: "history") }
    for (name, fields) in [("host_fields", hostFields), ("guest_fields", guestFields)] {
      if try line.required(name) != .list(fields.map { .text($0) }) {
        throw BadVectorField(path: name)
      }
    }
    var daemon = MomRecording(Mom(variant, settings))
    try daemon.restore(try line.required("before").fields(at: "before"), at: "before.")
    for (index, value) in try line.required("turns").list(at: "turns").enumerated() {
      let path = "turns[\(index)]"
      try daemon.turn(try value.fields(at: path), at: path + ".")
    }

    let controls = try line.required("controls").fields(at: "controls")
    let round = daemon.round(like: controls)

    let after = try line.required("after").fields(at: "after")
    return VectorDifference.between(
      line.filter { $0.key == "error" }, ["error": round.error], at: "")
      + VectorDifference.between(controls, round.controls, at: "controls")
      + VectorDifference.between(
        try line.required("decision").fields(at: "decision"), round.decision, at: "decision")
      + VectorDifference.between(
        after.filter { $0.key == "host" }, ["host": daemon.hostWindow], at: "after")
      + VectorDifference.between(
        try after.required("guests", in: "after.").fields(at: "after.guests"), daemon.guestWindows,
        at: "after.guests")
  }
}
