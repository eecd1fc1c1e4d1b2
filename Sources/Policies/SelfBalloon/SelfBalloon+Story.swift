extension SelfBalloon {
  /// A run of the worker in sentences.
  public static func story(of row: DecisionRow) -> [Sentence] {
    var sentences: [Sentence] =
      row.current == nil
      ? ["Selfballooning was off: the worker left the balloon alone."] : balloon(row)
    sentences += shrink(row)
    if row.fault != nil {
      sentences.append(
        "A hysteresis of 0 made it divide by zero: the kernel oopsed, and the worker never ran again."
      )
    }
    return sentences
  }

  /// The driver's init, which says how large the reserve is and what is on.
  public static func story(ofStart notices: [String: PolicyNotice]) -> Sentence? {
    guard case .text(let status)? = notices["status"],
      case .number(let reserved)? = notices["reserved_mb"]
    else { return nil }
    let began =
      status == "ok"
      ? "the selfballoon driver started" : "the selfballoon driver did not start (\(status))"
    // In the driver's own order.
    let words = [
      (SelfBalloonDriver.Notice.disabledInInitialDomain, "does not balloon the initial domain"),
      (.selfballooningEnabled, "selfballooning is on"),
      (.selfshrinkingEnabled, "selfshrinking is on"),
    ]
    let said = words.filter { notices[$0.0.rawValue] != nil }
    if notices.count > 2 + said.count { return nil }
    return "\(began), with a reserve of \(reserved, .count) MB\(said.map { ", \($0.1)" }.joined())"
  }

  private static func balloon(_ row: DecisionRow) -> [Sentence] {
    let current = row.current ?? 0
    let goal = row.goal ?? 0
    var sum: Sentence =
      "\(row[Term.committed] ?? 0, .pages) committed + \(row[Term.totalReserve] ?? 0, .pages) kept back by the zones"
    if let reserved = row[Term.reserved], reserved != 0 {
      sum = sum + " + \(reserved, .pages) selfballoon_reserved_mb"
    }
    if let frontswap = row[Term.frontswap], frontswap != 0 {
      sum = sum + " + \(frontswap, .pages) in frontswap"
    }
    var sentences: [Sentence] = ["The goal, in pages: \(sum) = \(goal, .amount)."]
    let gap = row[Term.gap] ?? 0
    let isAbove = UInt64(bitPattern: current) > UInt64(bitPattern: goal)
    if gap == 0 {
      sentences.append("The guest had just that, so there was nothing to do.")
      return sentences
    }
    let hysteresis = isAbove ? "selfballoon_downhysteresis" : "selfballoon_uphysteresis"
    let divisor = row[Term.divisor] ?? 0
    let place: Sentence =
      "The guest had \(current, .amount), \(gap, .amount) \(isAbove ? "above" : "below") the goal"
    guard divisor != 0, let target = row.target, let wanted = row[Term.unflooredTarget] else {
      sentences.append("\(place); \(hysteresis) was 0.")
      return sentences
    }
    let step = bits(UInt64(bitPattern: gap) / UInt64(bitPattern: divisor))
    sentences.append(
      "\(place). Divided by \(hysteresis), \(divisor, .count), that is a step of \(step, .amount) \(isAbove ? "down" : "up"), to \(wanted, .amount)."
    )
    if step == 0 {
      sentences.append(
        "The gap is smaller than the hysteresis, so the step is nothing: so close to its goal a guest stays."
      )
    }
    let floor = row[Term.floor] ?? 0
    let rule =
      row.rule.flatMap { BalloonFloor.Rule(rawValue: $0.text) }.map { " (\($0.text))" } ?? ""
    sentences.append(
      target == wanted
        ? "The floor, \(floor, .amount)\(rule), did not bind."
        : "The floor bound: the target is \(target, .amount)\(rule), not \(wanted, .amount).")
    if let balloon = row[Term.balloonTarget] {
      sentences.append(
        "The balloon driver, whose own count includes what the kernel took at boot, was given \(balloon, .pages) pages."
      )
    }
    return sentences
  }

  private static func shrink(_ row: DecisionRow) -> [Sentence] {
    guard let frontswap = row[Term.shrinkFrontswap], let before = row[Term.counterBefore],
      let after = row[Term.counterAfter]
    else { return [] }
    let previous = row[Term.shrinkPrevious] ?? 0
    if frontswap == 0 { return ["Frontswap was empty, so there was nothing to bring home."] }
    let level: Sentence =
      "Frontswap held \(frontswap, .amount), at the run before \(previous, .amount)"
    if UInt64(bitPattern: frontswap) > UInt64(bitPattern: previous) {
      return ["\(level): it had grown, so its inertia began anew at \(after, .count)."]
    }
    guard let target = row[Term.shrinkTarget] else {
      return [
        "\(level): it had not grown, so its inertia went from \(before, .count) to \(after, .count); at 0 it shrinks."
      ]
    }
    return [
      "\(level), and its inertia ran out (\(before, .count) before): it was to shrink to \(target, .amount), and \(row.shrunk ?? 0, .amount) came home. The inertia is now \(after, .count)."
    ]
  }
}

extension BalloonFloor.Rule {
  /// The rule in words.
  fileprivate var text: String {
    switch self {
    case .minUsable: "selfballoon_min_usable_mb above what the zones keep back"
    case .below16MiB: "less than 16 MiB is usable: all of it"
    case .below64MiB: "16 MiB and half of what is usable above that"
    case .below512MiB: "40 MiB and an eighth of what is usable above that"
    case .large: "99 MiB and a 32nd of what is usable above that"
    }
  }
}
