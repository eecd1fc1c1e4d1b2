// What squeezed does.
//
// XenServer's and XCP-ng's `squeezed` runs in domain 0. It gives every guest the same share of its own dynamic range, so
// much that the host keeps a reserve free. It never looks at pressure inside a guest. A guest that does not move towards
// its target for 5 s is left out for the rest of a call. While any guest still has to give, none is told to grow.
//
// Numbers are signed 64-bit and wrap; shares are doubles, cut towards zero.
//
// Source: xapi-project/xen-api, ocaml/squeezed/lib/squeeze.ml of 2026-08-21; restated in `Docs/policies.md`, section
// "squeezed".

/// XenServer's daemon that balances memory between guests: its settings, and the times between its turns. In KiB.
public struct Squeezed: Hashable, Sendable {
  /// What is kept free on the host. Default 64 MiB, at which Xen itself would sound an alarm, and 8 MiB more.
  public var reserve: Int64 = 73_728
  /// How far free memory may be above the reserve before it is shared out. Default 512 KiB.
  public var tolerance: Int64 = 512
  /// Switches of the daemon's own tests; none outside them.
  public var switches: Switches = []

  /// The shipped settings.
  public init() {}

  /// `balance-check-interval`: seconds between two looks at the balance.
  public static let checkInterval: Int64 = 10
  /// Seconds between two rounds of a call.
  public static let roundInterval: Int64 = 1
  /// Seconds without progress after which a guest off its target counts as stuck.
  static let patience = 5.0
  /// How far a domain's memory may be from its target and still be on it.
  public static let inaccuracy: Int64 = 4

  /// Switches of the daemon's own tests.
  public struct Switches: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Switches of these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Guests are told to grow while others still have to give.
    public static let onePhase = Switches(rawValue: 1)
    /// What can be freed is counted without allowing for inaccurate balloons.
    public static let exactBalloons = Switches(rawValue: 2)
  }

  /// A domain as the daemon sees it.
  public struct Domain: Hashable, Sendable {
    /// Its number.
    public var id: Int64
    /// Whether it has a balloon driver (`control/feature-balloon`).
    public var canBalloon: Bool
    /// dynamic-min: the least that the operator lets it have.
    public var least: Int64
    /// dynamic-max: the most.
    public var most: Int64
    /// Its balloon target.
    public var target: Int64
    /// What it holds, less the constant by which it differed from its target at first.
    public var actual: Int64
    /// How far `actual` may be from a target and still be on it.
    public var inaccuracy: Int64

    /// A domain.
    public init(
      id: Int64, canBalloon: Bool, least: Int64, most: Int64, target: Int64, actual: Int64,
      inaccuracy: Int64 = Squeezed.inaccuracy
    ) {
      self.id = id
      self.canBalloon = canBalloon
      self.least = least
      self.most = most
      self.target = target
      self.actual = actual
      self.inaccuracy = inaccuracy
    }

    /// Where its memory has to go to reach a target.
    func direction(to target: Int64) -> Direction? {
      let delta = actual &- target
      if (delta < 0 ? 0 &- delta : delta) <= inaccuracy { return nil }
      return target > actual ? .grow : .shrink
    }

    /// What it gives at least if its target becomes its least.
    func freeable(_ switches: Switches) -> Int64 {
      let slack = switches.contains(.exactBalloons) ? 0 : 2 &* inaccuracy
      return max(0, actual &- least &- slack)
    }

    /// How far its target can be moved.
    var range: Int64 { max(0, most &- least) }
  }

  /// A direction of a domain's memory.
  enum Direction { case grow, shrink }

  /// The host as the daemon sees it.
  public struct Host: Hashable, Sendable {
    /// Free pages and those about to be scrubbed, less what is reserved for domains being built.
    public var free: Int64
    /// The domains, the youngest first, as Xen lists them to the daemon.
    public var domains: [Domain]

    /// A host.
    public init(free: Int64, domains: [Domain]) {
      self.free = free
      self.domains = domains
    }
  }

  /// A balloon target, or a maxmem.
  public struct Setting: Hashable, Sendable {
    /// The domain's number.
    public var id: Int64
    /// What is set.
    public var value: Int64

    /// A value for a domain.
    public init(id: Int64, value: Int64) {
      self.id = id
      self.value = value
    }
  }

  /// When a round that leaves nothing to be done is a success, by the host's free memory.
  public enum Condition: Hashable, Sendable {
    /// So much or more is free.
    case atLeast(Int64)
    /// So much or less is free.
    case atMost(Int64)
    /// Less is free than a reserve and a tolerance come to.
    case balanced(reserve: Int64, tolerance: Int64)

    func holds(_ free: Int64) -> Bool {
      switch self {
      case .atLeast(let least): free >= least
      case .atMost(let most): free <= most
      case .balanced(let reserve, let tolerance): free &- reserve < tolerance
      }
    }
  }

  /// When the balance is right: no more is free than the reserve and the tolerance.
  var balance: Condition { .balanced(reserve: reserve, tolerance: tolerance) }

  /// Whether memory has to be shared out anew: a round from scratch would change a target.
  ///
  /// The daemon asks every 10 s, and begins a call to balance if so.
  public func isUnbalanced(_ host: Host, at now: Double) -> Bool {
    var rounds = SqueezeRounds()
    let outcome = rounds.round(
      host, required: reserve, until: balance, at: now, switches: switches)
    guard case .adjust(let targets) = outcome.decision else { return false }
    return targets.contains { setting in
      host.domains.first { $0.id == setting.id }.map { $0.target != setting.value } ?? false
    }
  }
}
