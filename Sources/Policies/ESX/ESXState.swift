/// How short of memory the host is, the shortest last.
public enum ESXState: Int, CaseIterable, Comparable, Sendable {
  /// Nothing is reclaimed.
  case high
  /// Balloons reclaim.
  case soft
  /// A real host pages guests out by force.
  case hard
  /// A real host also blocks guests that have more than they are due.
  case low

  /// By how short memory is.
  public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }

  /// The state's name.
  var name: ShortName {
    switch self {
    case .high: "high"
    case .soft: "soft"
    case .hard: "hard"
    case .low: "low"
    }
  }
}

/// The free pages at which the host's state changes.
public struct ESXThresholds: Hashable, Sendable {
  /// By the state: below its number it begins; the first one, of `high`, is where the others end.
  public let pages: [UInt64]

  /// ESX up to 4.0: 6, 4, 2 and 1% of the host's memory.
  ///
  /// Source: the states of 2002 as restated in `Docs/policies.md`, section "ESX".
  public init(sharesOf memory: UInt64) {
    pages = [memory * 6 / 100, memory * 4 / 100, memory * 2 / 100, memory / 100]
  }

  /// ESXi 5.0: a sliding MinFree, and 64, 32 and 16% of it.
  public init(slidingOf memory: UInt64) {
    let least = Self.minFree(of: memory)
    pages = [least, least * 64 / 100, least * 32 / 100, least * 16 / 100]
  }

  /// Mem.MinFreePct of ESXi 5.0: 6% of the first 4 GiB, 4% of the next 8, 2% of the next 16, 1% of the rest, cut to pages.
  public static func minFree(of memory: UInt64) -> UInt64 {
    let gibibyte = 262_144 as UInt64
    var left = memory
    var sum = 0 as UInt64
    for (size, percent) in [(4, 6), (8, 4), (16, 2)] as [(UInt64, UInt64)] {
      let part = min(left, size * gibibyte)
      sum += part * percent
      left -= part
    }
    return (sum + left) / 100
  }

  /// The state with so much free memory after `state`.
  ///
  /// A state begins when free memory is below its threshold. It is left when free memory is above that of the state before it,
  /// which lies well above its own.
  public func next(after state: ESXState, free: UInt64) -> ESXState {
    var reached = ESXState.high
    for lower in ESXState.allCases.dropFirst() where free < pages[lower.rawValue] {
      reached = lower
    }
    if reached >= state { return reached }
    // The way back, as far as free memory is above the thresholds.
    var held = state
    while held > reached, free > pages[held.rawValue - 1],
      let upper = ESXState(rawValue: held.rawValue - 1)
    {
      held = upper
    }
    return held
  }
}
