internal import Units

/// Recorded sequences of worker runs of the first driver: each run has its whole input and what came of it.
public enum FirstSelfBalloonReplay: PolicyReplay {
  /// The policy's name.
  public static let kind = "selfballoon2011"

  /// Told by its runs, which no other kind has.
  public static func recognises(_ fields: Set<String>) -> Bool {
    fields.isSuperset(of: ["driver", "runs"])
  }

  /// Replays a line from its beginning.
  public static func replay(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    let hz: UInt32 = try line.number("hz")
    if hz != KernelTimers().hz { throw BadVectorField(path: "hz") }
    var policy = FirstSelfBalloon()
    policy.isSelfballooning = try flag("selfballooning", line)
    policy.isSelfshrinking = try flag("selfshrinking", line)
    policy.downHysteresis = try line.number("downhysteresis")
    policy.upHysteresis = try line.number("uphysteresis")
    policy.interval = try line.number("interval")
    policy.frontswapHysteresis = try line.number("frontswap_hysteresis")
    policy.frontswapInertia = try line.number("frontswap_inertia")
    var differences: [VectorDifference] = []
    for (index, value) in try line.required("runs").list(at: "runs").enumerated() {
      let path = "runs[\(index)]"
      let run = try value.fields(at: path)
      let got = try Self.run(&policy, run, at: path + ".")
      let expected = run.filter { got[$0.key] != nil }
      differences += VectorDifference.between(expected, got, at: path)
    }
    return differences
  }

  private static func flag(_ name: String, _ line: VectorFields) throws(BadVectorField) -> Bool {
    let number: Int = try line.number(name)
    guard 0...1 ~= number else { throw BadVectorField(path: name) }
    return number == 1
  }

  private static func run(
    _ policy: inout FirstSelfBalloon, _ run: VectorFields, at path: String
  ) throws(BadVectorField) -> VectorFields {
    policy.inertiaCounter = try run.number("inertia_counter_before", in: path)
    policy.lastFrontswap = try run.number("last_frontswap_before", in: path)
    let guest = GuestView(
      totalRAM: try run.number("total_ram_pages", in: path), totalReserve: 0, maxPFN: 0,
      committed: GuestView.committed(
        ofCounter: try run.number("committed_counter", in: path)),
      frontswap: try run.number("frontswap_pages", in: path),
      balloonCurrent: try run.number("current_pages", in: path))
    var row = DecisionRow()
    var asks = Asks()
    policy.decide(guest, into: &row, &asks)
    let wake = policy.finish()
    if let fault = row.fault { return ["fault": .text(fault.text)] }
    var got: VectorFields = [
      "balloon_target": .number(-1), "frontswap_shrink_to": .number(-1),
      "rearm_jiffies": .number(-1), "inertia_counter_after": VectorValue(policy.inertiaCounter),
    ]
    for ask in asks.list {
      switch ask {
      case .balloonTarget(let target): got["balloon_target"] = VectorValue(bits(target))
      case .shrinkFrontswap(let target, _): got["frontswap_shrink_to"] = VectorValue(bits(target))
      case .maximum, .tmemCapacity, .reclaim, .pageOut: break
      }
    }
    if case .jiffies(let delay) = wake { got["rearm_jiffies"] = VectorValue(delay) }
    return got
  }
}
