extension FirstSelfBalloon {
  /// The terms of a worker's run.
  public enum Term: Int, PolicyTerm {
    case committed, frontswap, balloonCurrent, balloonGoal, gap, divisor, balloonTarget
    case shrinkFrontswap, shrinkPrevious, counterBefore, counterAfter, shrinkTarget

    /// The name and the meaning.
    public var entry: TermEntry {
      switch self {
      case .committed: TermEntry("committed_pages", "vm_committed_as at the run")
      case .frontswap: TermEntry("frontswap_pages", "frontswap counted into the goal")
      case .balloonCurrent: TermEntry("balloon_current_pages", "the balloon's count")
      case .balloonGoal: TermEntry("balloon_goal_pages", "the goal as the balloon counts")
      case .balloonTarget:
        TermEntry("balloon_target_pages", "what the balloon driver was given")
      case .gap: TermEntry("gap_pages", "the distance to the goal")
      case .divisor: TermEntry("divisor", "the hysteresis that the gap was divided by")
      case .shrinkFrontswap: TermEntry("shrink_frontswap_pages", "frontswap at the run")
      case .shrinkPrevious:
        TermEntry("shrink_previous_frontswap_pages", "frontswap at the run before")
      case .counterBefore: TermEntry("shrink_counter_before", "the countdown before the run")
      case .counterAfter: TermEntry("shrink_counter_after", "the countdown after the run")
      case .shrinkTarget: TermEntry("shrink_target_pages", "what frontswap was to shrink to")
      }
    }
  }

  /// What there is to know of the driver without running it.
  ///
  /// The switches are those of a kernel with tmem and without boot options against it.
  public static let card = PolicyCard(
    name: "selfballoon2011", title: "the first selfballoon driver",
    source: "drivers/xen/xen-selfballoon.c of July 2011 (commit a50777c79103)",
    actor: "selfballoon worker", role: "worker", place: .guestKernel, needsTmem: true,
    isOlderThanTimerWheel: true,
    versions: ["2011"],
    settings: SelfBalloon.card.settings.compactMap { setting in
      guard let initial = FirstSelfBalloon().read(setting.name) else { return nil }
      var own = setting
      own.initial = initial
      own.versions = ["2011"]
      return own
    },
    terms: Term.allCases.map(\.entry))

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

  private static func balloon(_ row: DecisionRow) -> [Sentence] {
    let current = row[Term.balloonCurrent] ?? 0
    let goal = row[Term.balloonGoal] ?? 0
    var sum: Sentence =
      "the balloon's count of \(current, .pages) + \(row[Term.committed] ?? 0, .pages) committed - \(row.current ?? 0, .pages) of total RAM"
    if let frontswap = row[Term.frontswap], frontswap != 0 {
      sum = sum + " + \(frontswap, .pages) in frontswap"
    }
    var sentences: [Sentence] = ["The goal, in pages: \(sum) = \(goal, .amount)."]
    let gap = row[Term.gap] ?? 0
    let given: Sentence? = row[Term.balloonTarget].map {
      "the balloon driver was given \($0, .pages) pages. There is no floor."
    }
    guard let divisor = row[Term.divisor] else {
      sentences.append("The balloon's count was just that, so nothing moves.")
      return sentences
    }
    let isAbove = UInt64(bitPattern: current) > UInt64(bitPattern: goal)
    let place: Sentence =
      "The guest was \(gap, .amount) \(isAbove ? "above" : "below") the goal, divided by \(isAbove ? "selfballoon_downhysteresis" : "selfballoon_uphysteresis"), \(divisor, .count)"
    sentences.append(given.map { "\(place): \($0)" } ?? "\(place).")
    return sentences
  }

  private static func shrink(_ row: DecisionRow) -> [Sentence] {
    guard let frontswap = row[Term.shrinkFrontswap], let before = row[Term.counterBefore],
      let after = row[Term.counterAfter]
    else { return [] }
    let level: Sentence =
      "Frontswap held \(frontswap, .amount), at the run before \(row[Term.shrinkPrevious] ?? 0, .amount); the inertia was \(before, .count) and is \(after, .count)"
    guard let target = row[Term.shrinkTarget] else { return ["\(level)."] }
    return [
      "\(level), so it was to shrink to \(target, .amount), and \(row.shrunk ?? 0, .amount) came home. The inertia does not begin anew, so every quiet run shrinks."
    ]
  }
}
