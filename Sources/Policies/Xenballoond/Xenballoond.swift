public import Units

// The law.
//
// Every round the daemon steps MemTotal towards Committed_AS: a tenth of the way down, the whole way up. It adds nothing
// for the kernel and the page cache, and keeps a floor that depends on the largest MemTotal it ever saw, a number in a
// file that outlives the daemon. When self-ballooning is off it steps towards the size that domain 0 asks for, and then
// without a floor. The version of 2009 also brings pages home from preswap that lie still: any change of its size starts
// the countdown again.
//
// The daemon is a shell script, so its numbers are signed 64-bit, wrap, and are divided towards zero. Its quirks are kept:
// 0 in the xenstore does not switch off what the file switched on; a size of 1 kB asked for means self-ballooning; a
// preswap hysteresis of 0 lets the countdown pass zero, so that nothing comes home until the size changes; a division by
// zero ends the daemon.
//
// Source: Xen's tools/xenballoon, 2008-07-01 and 2009-06-16; restated in `Docs/model.md`.

/// The daemon `xenballoond` that ran in guests in 2008 and 2009, before the kernel had a driver.
public struct Xenballoond: GuestPolicy {
  /// A release of the daemon.
  public enum Version: String, CaseIterable, Sendable {
    /// July 2008: the balloon alone.
    case year2008 = "2008"
    /// June 2009: preswap as well.
    case year2009 = "2009"
  }

  /// The release.
  public let version: Version
  /// Its configuration file, read when it starts.
  public var configuration = Configuration()
  /// What domain 0 has written below `memory/`.
  public var store = Store()
  /// The file with the largest MemTotal ever seen, in kB; nil: there is none.
  public var greatestMemory: Int64?
  /// Pages in preswap at the last round that looked, 0 before.
  private(set) var preswapNow: Int64 = 0
  /// Rounds until preswap shrinks; nil: not set yet.
  public private(set) var inertiaCounter: Int64?
  /// Whether a division by zero has ended it.
  public private(set) var isDead = false

  var hasStarted = false
  private var sleep: Int64 = 0

  /// A daemon that has not started.
  public init(_ version: Version) { self.version = version }

  /// The daemon of a year.
  public init?(version: String) {
    guard let version = Version(rawValue: version) else { return nil }
    self.init(version)
  }

  /// The daemon reads its file and begins its first round at once.
  public mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart {
    hasStarted = true
    return PolicyStart(wake: .seconds(0), notices: [Self.namesItself])
  }

  /// A round.
  public mutating func decide(
    _ guest: GuestView, into row: inout DecisionRow, _ asks: inout Asks
  ) {
    let memory = bits(guest.totalRAM) &* 4
    let sight = Sight(
      memoryTotal: memory, committed: bits(guest.committed) &* 4,
      preswap: guest.hasFrontswap ? bits(guest.frontswap) : nil)
    row.current = bits(guest.totalRAM)
    let outcome = round(sight, into: &row)
    if let target = outcome.target {
      // The kernel cuts what is written to pages; a number below zero is one beyond all memory.
      asks.append(.balloonTarget(UInt64(bitPattern: target) >> 12))
    }
    if let preswap = outcome.preswapTarget {
      asks.append(.shrinkFrontswap(to: UInt64(max(0, preswap)), sparesAll: true))
    }
    sleep = outcome.sleep
  }

  /// The daemon sleeps until its next round.
  public mutating func finish() -> Wake { isDead ? .never : .seconds(sleep) }

  /// With the file's numbers, unless the xenstore has others. The daemon sleeps by a clock of its own, which knows no jiffies.
  public func law(_ timers: KernelTimers) -> PolicyLaw? {
    let shrinks = version == .year2009 && configuration.shrinksPreswap
    let interval =
      store.value(\.interval) ?? (isSelf ? configuration.selfInterval : configuration.interval)
    let (down, up) = (
      store.value(\.downHysteresis) ?? configuration.downHysteresis,
      store.value(\.upHysteresis) ?? configuration.upHysteresis
    )
    return PolicyLaw(
      interval: Double(max(0, interval)), down: down == 0 ? 1 : PolicyLaw.share(down),
      up: PolicyLaw.share(up),
      frontswap: shrinks
        ? PolicyLaw.share(store.value(\.preswapHysteresis) ?? configuration.preswapHysteresis)
        : nil,
      turnsOfShrink: Int(
        clamping: max(1, store.value(\.preswapInertia) ?? configuration.preswapInertia)))
  }

  /// Whether Committed_AS is the goal.
  private var isSelf: Bool { configuration.isSelf || store.value(\.selfballoon) == 1 }

  /// What the daemon reads in a round: kB as in /proc/meminfo, and pages of preswap.
  public struct Sight: Hashable, Sendable {
    /// MemTotal.
    public var memoryTotal: Int64
    /// Committed_AS.
    public var committed: Int64
    /// Pages in preswap; nil: the kernel has no file for it.
    public var preswap: Int64?

    /// What is read.
    public init(memoryTotal: Int64, committed: Int64, preswap: Int64?) {
      self.memoryTotal = memoryTotal
      self.committed = committed
      self.preswap = preswap
    }
  }

  /// What a round led to.
  public struct Outcome: Hashable, Sendable {
    /// Bytes written to the balloon; nil: nothing was written.
    public var target: Int64?
    /// The target in kB as it stands in the xenstore, if there is one.
    var selfTarget: Int64?
    /// Pages written to preswap; nil: nothing was written.
    public var preswapTarget: Int64?
    /// Seconds until the next round.
    public var sleep: Int64 = 0
  }

  /// A round as the script goes through it; it may end the daemon.
  public mutating func round(_ sight: Sight, into row: inout DecisionRow) -> Outcome {
    var outcome = Outcome()
    if sight.memoryTotal > greatestMemory ?? 0 { greatestMemory = sight.memoryTotal }
    let asked = store.value(\.target)
    if isSelf || asked == 1 {
      let floor = floorMB &* 1_024 &* 1_024
      let committed = sight.committed &* 1_024
      row[Term.committed] = sight.committed
      row[Term.floor] = floor
      row.rule = configuration.leastMemory != 0 ? "minmem" : "piecewise"
      row.isBound = committed < floor
      outcome.target = step(sight.memoryTotal, towards: max(committed, floor), into: &row)
    } else if let asked {
      row[Term.asked] = asked
      outcome.target = step(sight.memoryTotal, towards: asked &* 1_024, into: &row)
    }
    if isDead { return outcome }
    if let target = outcome.target, store.isEnabled { outcome.selfTarget = target / 1_024 }
    outcome.sleep = isSelf ? configuration.selfInterval : configuration.interval
    if let interval = store.value(\.interval) { outcome.sleep = interval }
    if version == .year2009, configuration.shrinksPreswap, let preswap = sight.preswap {
      outcome.preswapTarget = shrink(preswap, into: &row)
    }
    return outcome
  }

  /// The least memory in MiB.
  private var floorMB: Int64 {
    if configuration.leastMemory != 0 { return configuration.leastMemory }
    let kilobytes = greatestMemory ?? 0
    let pages = kilobytes / 4
    return switch kilobytes / 1_024 {
    case ..<125: 8 &+ pages >> 9
    case ..<500: 40 &+ pages >> 10
    case ..<2_000: 104 &+ pages >> 11
    default: 296 &+ pages >> 13
    }
  }

  /// The bytes to write; nil: a division by zero has ended the daemon.
  private mutating func step(
    _ memoryTotal: Int64, towards goal: Int64, into row: inout DecisionRow
  ) -> Int64? {
    let current = memoryTotal &* 1_024
    row[Term.current] = current
    row[Term.goal] = goal
    row.goal = goal / 4_096
    var target = goal
    if current > goal {
      let divisor = store.value(\.downHysteresis) ?? configuration.downHysteresis
      row[Term.divisor] = divisor
      if divisor != 0 { target = current &- (current &- goal).quotient(by: divisor) }
    } else if current < goal {
      let divisor = store.value(\.upHysteresis) ?? configuration.upHysteresis
      row[Term.divisor] = divisor
      if divisor == 0 {
        isDead = true
        row.fault = .divideByZero
        return nil
      }
      target = current &+ (goal &- current).quotient(by: divisor)
    }
    row[Term.target] = target
    row.target = target / 4_096
    return target
  }

  /// The size to write to preswap, if its countdown is over.
  private mutating func shrink(_ preswap: Int64, into row: inout DecisionRow) -> Int64? {
    let last = preswapNow
    preswapNow = preswap
    row[Term.preswap] = preswap
    row[Term.preswapLast] = last
    row.shrunk = 0
    let inertia = store.value(\.preswapInertia) ?? configuration.preswapInertia
    if preswap == 0 || preswap != last {
      inertiaCounter = inertia
      row[Term.counter] = inertia
      return nil
    }
    let counter = (inertiaCounter ?? 0) &- 1
    inertiaCounter = counter
    row[Term.counter] = counter
    let hysteresis = store.value(\.preswapHysteresis) ?? configuration.preswapHysteresis
    if counter != 0 || hysteresis == 0 { return nil }
    let target = preswap &- preswap.quotient(by: hysteresis)
    row[Term.preswapTarget] = target
    inertiaCounter = inertia
    row[Term.counter] = inertia
    return target == preswap ? nil : target
  }
}

extension Int64 {
  /// Division towards zero as a shell does it; the divisor is not 0.
  fileprivate func quotient(by divisor: Int64) -> Int64 {
    dividedReportingOverflow(by: divisor).partialValue
  }
}
