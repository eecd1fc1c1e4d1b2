extension SqueezedReplay {
  /// What a recorded call was.
  private enum Recorded {
    case call(SqueezeCall.Request)
    /// The daemon's own look every 10 s, and the call that follows if the balance is not right.
    case balance
    /// That look alone.
    case isUnbalanced

    /// A call by the name that a line gives it, with its amounts; those of the project's own tests include the reserve.
    init(_ line: VectorFields, reserve: Int64) throws(BadVectorField) {
      let words = try line.required("case").text(at: "case").split(separator: "-")
      let name = words.first ?? ""
      let amounts = words.dropFirst().compactMap { Int64($0) }
      switch (name, amounts.count) {
      case ("free_memory", 1): self = .call(.free(amounts[0]))
      case ("free_memory_range", 2): self = .call(.freeRange(amounts[0], amounts[1]))
      case ("balance_memory", 0): self = .balance
      case ("is_host_memory_unbalanced", 0): self = .isUnbalanced
      case ("scenario", 1): self = .call(.free(amounts[0] &- reserve))
      default: throw BadVectorField(path: "case")
      }
    }
  }

  /// A look that was recorded: what was seen, and when.
  private struct Look {
    var event: VectorValue
    var host: Squeezed.Host
    var now: Double
  }

  /// Replays a call look by look, and compares what was done round by round.
  static func replayCall(_ line: VectorFields) throws(BadVectorField) -> [VectorDifference] {
    var squeezed = Squeezed()
    squeezed.reserve = try line.number("reserve_kib")
    squeezed.tolerance = try line.number("tolerance_kib")
    squeezed.switches = try switches(line)
    let recorded = try Recorded(line, reserve: squeezed.reserve)
    var expected: [[VectorValue]] = []
    for (index, round) in try line.required("rounds").list(at: "rounds").enumerated() {
      expected.append(try round.list(at: "rounds[\(index)]"))
    }
    let outcome = try line.required("outcome")
    let (got, end) = play(recorded, squeezed, try looks(expected)[...])
    var differences: [VectorDifference] = []
    for round in 0..<max(expected.count, got.count) {
      let (wanted, done) = (expected.at(round) ?? [], got.at(round) ?? [])
      for event in 0..<max(wanted.count, done.count) where wanted.at(event) != done.at(event) {
        differences.append(
          VectorDifference(
            path: "rounds[\(round)][\(event)]", expected: wanted.at(event)?.description,
            got: done.at(event)?.description))
      }
    }
    // A guest of the recording ended the call, not the daemon.
    if try outcome.fields(at: "outcome")["kind"] == .text("environment") && end == nil {
      return differences
    }
    if end != outcome {
      differences.append(
        VectorDifference(
          path: "outcome", expected: outcome.description, got: end?.description))
    }
    return differences
  }

  private static func looks(_ rounds: [[VectorValue]]) throws(BadVectorField) -> [Look] {
    var looks: [Look] = []
    for (round, events) in rounds.enumerated() {
      for (index, event) in events.enumerated() {
        let path = "rounds[\(round)][\(index)]"
        let fields = try event.fields(at: path)
        guard let seen = fields["see"] else { continue }
        looks.append(
          Look(
            event: event, host: try host(seen, at: path + ".see"),
            now: try fields.real("now_s", in: path + ".")))
      }
    }
    return looks
  }

  /// What is done, round by round, and the outcome; nil: there is no look that it could go on with.
  private static func play(
    _ recorded: Recorded, _ squeezed: Squeezed, _ looks: ArraySlice<Look>
  ) -> (rounds: [[VectorValue]], outcome: VectorValue?) {
    var rounds: [[VectorValue]] = [[]]
    var looks = looks
    var isUnbalanced: Bool?
    let request: SqueezeCall.Request
    switch recorded {
    case .call(let call): request = call
    case .balance, .isUnbalanced:
      request = .balance
      guard let look = looks.popFirst() else { return (rounds, nil) }
      rounds[0].append(look.event)
      let value = squeezed.isUnbalanced(look.host, at: look.now)
      if case .isUnbalanced = recorded {
        return (rounds, .object(["kind": .text("unbalanced"), "value": .bool(value)]))
      }
      isUnbalanced = value
    }
    var call = SqueezeCall(request, squeezed)
    while let look = looks.popFirst() {
      if rounds[rounds.count - 1].last == wait { rounds.append([]) }
      let step = call.look(look.host, at: look.now)
      rounds[rounds.count - 1] +=
        [look.event] + step.maxmem.map { .object(["setmaxmem": pair($0)]) }
        + step.targets.map { .object(["set_target": pair($0)]) }
      switch step.next {
      case .look: break
      case .wait: rounds[rounds.count - 1].append(wait)
      case .end(let ending): return (rounds, outcome(ending, isUnbalanced))
      }
    }
    return (rounds, isUnbalanced == false ? outcome(.success, false) : nil)
  }

  private static let wait = VectorValue.object([
    "wait_s": VectorValue(Squeezed.roundInterval)
  ])

  /// How a call ended; one to balance swallows its errors.
  private static func outcome(
    _ ending: SqueezeCall.Ending, _ isUnbalanced: Bool?
  ) -> VectorValue {
    if let isUnbalanced {
      return .object(["kind": .text("returned"), "unbalanced_before": .bool(isUnbalanced)])
    }
    return switch ending {
    case .success: .object(["kind": .text("success")])
    case .reserved(let size): .object(["kind": .text("reserved"), "kib": VectorValue(size)])
    case .cannotFree(let needed, let free):
      .object([
        "kind": .text("cannot_free"), "needed_kib": VectorValue(needed),
        "free_kib": VectorValue(free),
      ])
    case .refused(let domains): .object(["kind": .text("refused"), "domids": numbers(domains)])
    }
  }
}

extension Array {
  /// An element, or nil beyond the end.
  fileprivate func at(_ index: Int) -> Element? { index < count ? self[index] : nil }
}
