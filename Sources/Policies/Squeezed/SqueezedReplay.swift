/// Recorded rounds of the daemon's rule, and whole calls of it: what it saw, and what it did in which order.
public enum SqueezedReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "squeezed"

  /// Told by what a round is given, or a call.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["host", "required_free_kib"])
      || fields.isSuperset(of: ["reserve_kib", "tolerance_kib", "rounds"])
  }

  /// Replays a round or a call.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    switch try line.required("kind").text(at: "kind") {
    case "iteration": return try replayRound(line)
    case "episode": return try replayCall(line)
    default: throw BadVectorField(path: "kind")
    }
  }

  private static func replayRound(
    _ line: VectorFields
  ) throws(BadVectorField) -> [VectorDifference] {
    var rounds = try state(line.required("state_before"), at: "state_before")
    let host = try host(line.required("host"), at: "host")
    let switches = try switches(line)
    let outcome = rounds.round(
      host, required: try line.number("required_free_kib"), until: try condition(line),
      at: try line.real("now_s"), switches: switches)
    let freeable = host.domains.map {
      Squeezed.Setting(id: $0.id, value: $0.freeable(switches))
    }
    let got: VectorFields = [
      "active": numbers(outcome.active.sorted()),
      "proportional_targets": settings(outcome.proportional),
      "min_freeable_kib": settings(freeable.sorted { $0.id < $1.id }),
      "decision": decision(outcome.decision),
      "declared_active": numbers(outcome.declaredActive.sorted()),
      "declared_inactive": numbers(outcome.declaredInactive.sorted()),
      "state_after": state(rounds),
    ]
    return VectorDifference.between(line.filter { got[$0.key] != nil }, got, at: "")
  }

  /// The test switches of a line.
  static func switches(_ line: VectorFields) throws(BadVectorField) -> Squeezed.Switches {
    var switches: Squeezed.Switches = []
    for value in try line.required("fistpoints").list(at: "fistpoints") {
      switch try value.text(at: "fistpoints") {
      case "disable_two_phase": switches.insert(.onePhase)
      case "disable_inaccuracy_compensation": switches.insert(.exactBalloons)
      default: throw BadVectorField(path: "fistpoints")
      }
    }
    return switches
  }

  private static func condition(
    _ line: VectorFields
  ) throws(BadVectorField) -> Squeezed.Condition {
    let fields = try line.required("success_if").fields(at: "success_if")
    let path = "success_if."
    switch try fields.required("kind", in: path).text(at: "success_if.kind") {
    case "free_at_least": return .atLeast(try fields.number("kib", in: path))
    case "free_at_most": return .atMost(try fields.number("kib", in: path))
    case "balanced":
      return .balanced(
        reserve: try fields.number("target_kib", in: path),
        tolerance: try fields.number("tolerance_kib", in: path))
    default: throw BadVectorField(path: "success_if.kind")
    }
  }

  /// A host; its domains are listed the youngest first, whatever their order in the line.
  static func host(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> Squeezed.Host {
    let fields = try value.fields(at: path)
    var host = Squeezed.Host(free: try fields.number("free_kib", in: path + "."), domains: [])
    let list = try fields.required("domains", in: path + ".").list(at: path + ".domains")
    for (index, value) in list.enumerated() {
      let place = "\(path).domains[\(index)]"
      let domain = try value.fields(at: place)
      host.domains.append(
        Squeezed.Domain(
          id: try domain.number("domid", in: place + "."),
          canBalloon: try domain.required("can_balloon", in: place + ".")
            .bool(at: place + ".can_balloon"),
          least: try domain.number("dynamic_min_kib", in: place + "."),
          most: try domain.number("dynamic_max_kib", in: place + "."),
          target: try domain.number("target_kib", in: place + "."),
          actual: try domain.number("actual_kib", in: place + "."),
          inaccuracy: try domain.number("inaccuracy_kib", in: place + ".")))
    }
    host.domains.sort { $0.id > $1.id }
    return host
  }

  private static func state(
    _ value: VectorValue, at path: String
  ) throws(BadVectorField) -> SqueezeRounds {
    let fields = try value.fields(at: path)
    var rounds = SqueezeRounds()
    let drivers = try fields.required("drivers", in: path + ".").list(at: path + ".drivers")
    for (index, value) in drivers.enumerated() {
      let place = "\(path).drivers[\(index)]"
      let driver = try value.fields(at: place)
      rounds.drivers.append(
        SqueezeRounds.Driver(
          id: try driver.number("domid", in: place + "."),
          lastActual: try driver.number("last_actual_kib", in: place + "."),
          lastProgress: try driver.real("last_progress_s", in: place + "."),
          isStuck: try driver.required("stuck", in: place + ".").bool(at: place + ".stuck")))
    }
    for value in try fields.required("inactive", in: path + ".").list(at: path + ".inactive") {
      rounds.inactive.append(try value.number(at: path + ".inactive"))
    }
    return rounds
  }

  private static func state(_ rounds: SqueezeRounds) -> VectorValue {
    let drivers = rounds.drivers.sorted { $0.id < $1.id }.map {
      VectorValue.object([
        "domid": VectorValue($0.id), "last_actual_kib": VectorValue($0.lastActual),
        "last_progress_s": VectorValue(real: $0.lastProgress), "stuck": .bool($0.isStuck),
      ])
    }
    return .object(["drivers": .list(drivers), "inactive": numbers(rounds.inactive.sorted())])
  }

  private static func decision(_ decision: SqueezeRounds.Decision) -> VectorValue {
    switch decision {
    case .adjust(let targets):
      .object(["kind": .text("adjust"), "targets": settings(targets)])
    case .success: .object(["kind": .text("success")])
    case .failed(let domains):
      .object(["kind": .text("failed"), "stuck_domids": numbers(domains)])
    }
  }

  /// Numbers of domains.
  static func numbers(_ numbers: [Int64]) -> VectorValue { .list(numbers.map { VectorValue($0) }) }

  /// A domain's number and a value.
  static func pair(_ setting: Squeezed.Setting) -> VectorValue {
    numbers([setting.id, setting.value])
  }

  private static func settings(_ settings: [Squeezed.Setting]) -> VectorValue {
    .list(settings.map(pair))
  }
}
