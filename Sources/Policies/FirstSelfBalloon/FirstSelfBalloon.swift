public import Units

// The law.
//
// The first driver in the kernel steps the balloon's own count, not the memory that the page allocator manages. Its goal
// is as far from that count as Committed_AS is from total RAM: no reserve for the kernel, none for the page cache, and no
// floor. With little committed it takes all of a guest's memory; the change that replaced it in the autumn of 2011 says
// so. Frontswap is brought home as by the driver of 3.6: once still, every later run shrinks.
//
// All numbers are unsigned 64-bit and wrap.
//
// Source: Linux commit a50777c79103 (8 July 2011), drivers/xen/xen-selfballoon.c, as restated in `Docs/model.md`.

/// The first selfballoon driver of the kernel, of July 2011.
public struct FirstSelfBalloon: GuestPolicy {
  /// `selfballooning`: whether the worker sets a balloon target.
  public var isSelfballooning = true
  /// `frontswap_selfshrinking`: whether the worker shrinks frontswap.
  public var isSelfshrinking = true
  /// `selfballoon_interval`, in seconds.
  public var interval: UInt32 = 5
  /// `selfballoon_downhysteresis`.
  public var downHysteresis: UInt32 = 8
  /// `selfballoon_uphysteresis`.
  public var upHysteresis: UInt32 = 1
  /// `frontswap_hysteresis`.
  public var frontswapHysteresis: UInt32 = 20
  /// `frontswap_inertia`.
  public var frontswapInertia: UInt32 = 3
  /// The frontswap pages of the run before, 0 at boot.
  var lastFrontswap: UInt64 = 0
  /// Quiet runs until the next shrink, 0 at boot.
  public var inertiaCounter: UInt64 = 0

  /// Whether the worker is queued, from queueing until it begins to run.
  private var isPending = false
  private var isRearmDue = false
  /// The kernel's `HZ`.
  private var hz = KernelTimers().hz

  /// The driver before its init.
  public init() {}

  /// The one version that there is.
  public init?(version: String) {
    if !Self.card.versions.contains(version) { return nil }
    self.init()
  }

  /// Queues the worker if a part is on.
  public mutating func start(_ guest: GuestView, boot: GuestBoot) -> PolicyStart {
    hz = boot.timers.hz
    if boot.isInitialDomain {
      isSelfballooning = false
      isSelfshrinking = false
    }
    return PolicyStart(
      wake: isSelfballooning || isSelfshrinking ? queueWorker() : .never,
      notices: [Self.namesItself])
  }

  /// A run of the worker.
  public mutating func decide(
    _ guest: GuestView, into row: inout DecisionRow, _ asks: inout Asks
  ) {
    isPending = false
    isRearmDue = isSelfballooning || isSelfshrinking
    if isSelfballooning { balloon(guest, into: &row, &asks) }
    if isSelfshrinking && guest.hasFrontswap && row.fault == nil {
      shrink(guest.frontswap, into: &row, &asks)
    }
    if row.fault != nil { isRearmDue = false }
  }

  /// The worker is queued again, unless a write has done that meanwhile.
  public mutating func finish() -> Wake {
    defer { isRearmDue = false }
    return isRearmDue ? queueWorker() : .never
  }

  /// Once frontswap is quiet, every run shrinks it.
  public func law(_ timers: KernelTimers) -> PolicyLaw? {
    PolicyLaw(
      interval: timers.period(of: timers.jiffies(seconds: interval)),
      down: isSelfballooning ? PolicyLaw.share(downHysteresis) : nil,
      up: isSelfballooning ? PolicyLaw.share(upHysteresis) : nil,
      frontswap: isSelfshrinking ? PolicyLaw.share(frontswapHysteresis) : nil)
  }

  /// It keeps nothing back, so only its pace can be changed.
  public func reliefs(memory mebibytes: Int) -> [PolicyRelief] {
    [
      PolicyRelief(SelfBalloonAttribute.interval.rawValue, PolicyRelief.below(interval)),
      PolicyRelief(SelfBalloonAttribute.upHysteresis.rawValue, PolicyRelief.below(upHysteresis)),
      PolicyRelief(
        SelfBalloonAttribute.downHysteresis.rawValue, PolicyRelief.above(downHysteresis)),
    ].compactMap(\.self)
  }

  private mutating func queueWorker() -> Wake {
    if isPending { return .never }
    isPending = true
    return .jiffies(KernelTimers(hz: hz).jiffies(seconds: interval))
  }

  private func balloon(_ guest: GuestView, into row: inout DecisionRow, _ asks: inout Asks) {
    let current = guest.balloonCurrent
    let frontswap = isSelfshrinking && guest.hasFrontswap ? guest.frontswap : 0
    let goal = guest.committed &+ current &- guest.totalRAM &+ frontswap
    let isAbove = current > goal
    let gap = isAbove ? current - goal : goal - current
    let divisor = UInt64(isAbove ? downHysteresis : upHysteresis)
    // Rows tell of total RAM, from which the balloon's count differs by what the kernel took at boot.
    let offset = bits(guest.totalRAM) &- bits(current)
    row.current = bits(guest.totalRAM)
    row.goal = bits(goal) &+ offset
    row[Term.balloonCurrent] = bits(current)
    row[Term.balloonGoal] = bits(goal)
    row[Term.committed] = bits(guest.committed)
    row[Term.frontswap] = bits(frontswap)
    row[Term.gap] = bits(gap)
    if gap != 0 { row[Term.divisor] = bits(divisor) }
    if gap != 0 && divisor == 0 {
      row.fault = .divideByZero
      return
    }
    let step = gap == 0 ? 0 : gap / divisor
    let target = isAbove ? current - step : current &+ step
    row.target = bits(target) &+ offset
    row[Term.balloonTarget] = bits(target)
    asks.append(.balloonTarget(target))
  }

  private mutating func shrink(
    _ frontswap: UInt64, into row: inout DecisionRow, _ asks: inout Asks
  ) {
    let previous = lastFrontswap
    row[Term.shrinkFrontswap] = bits(frontswap)
    row[Term.shrinkPrevious] = bits(previous)
    row[Term.counterBefore] = bits(inertiaCounter)
    row.shrunk = 0
    lastFrontswap = frontswap
    if frontswap == 0 || frontswap > previous {
      inertiaCounter = UInt64(frontswapInertia)
    } else {
      if inertiaCounter != 0 { inertiaCounter -= 1 }
      if inertiaCounter == 0 {
        let hysteresis = UInt64(frontswapHysteresis)
        if frontswap > hysteresis && hysteresis == 0 {
          row.fault = .divideByZero
        } else {
          let target = frontswap <= hysteresis ? 0 : frontswap - frontswap / hysteresis
          row[Term.shrinkTarget] = bits(target)
          asks.append(.shrinkFrontswap(to: target, sparesAll: true))
        }
      }
    }
    row[Term.counterAfter] = bits(inertiaCounter)
  }
}

extension FirstSelfBalloon {
  /// What a setting reads as: its 32 bits as a signed number.
  public func read(_ setting: String) -> String? {
    let stored: UInt32
    switch SelfBalloonAttribute(rawValue: setting) {
    case .selfballooning: stored = isSelfballooning ? 1 : 0
    case .selfshrinking: stored = isSelfshrinking ? 1 : 0
    case .interval: stored = interval
    case .downHysteresis: stored = downHysteresis
    case .upHysteresis: stored = upHysteresis
    case .frontswapHysteresis: stored = frontswapHysteresis
    case .frontswapInertia: stored = frontswapInertia
    case .minUsableMB, .reservedMB, nil: return nil
    }
    return "\(Int32(bitPattern: stored))"
  }

  /// Writes a setting: switches take 0 and 1, all others anything but 0, of which the low 32 bits are kept.
  public mutating func write(_ setting: String, _ text: String) -> WriteOutcome {
    guard read(setting) != nil, let attribute = SelfBalloonAttribute(rawValue: setting) else {
      return WriteOutcome(.noAttribute)
    }
    guard case .value(let value) = KernelNumber(text.utf8) else { return WriteOutcome(.invalid) }
    let isSwitch = attribute == .selfballooning || attribute == .selfshrinking
    guard isSwitch ? value <= 1 : value != 0 else { return WriteOutcome(.invalid) }
    let low = UInt32(truncatingIfNeeded: value)
    switch attribute {
    case .selfballooning:
      let wasOn = isSelfballooning
      isSelfballooning = value == 1
      if !wasOn && isSelfballooning { return WriteOutcome(.ok, wake: queueWorker()) }
    case .selfshrinking:
      let wasOn = isSelfshrinking
      isSelfshrinking = value == 1
      if !wasOn && isSelfshrinking && !isSelfballooning {
        return WriteOutcome(.ok, wake: queueWorker())
      }
    case .interval: interval = low
    case .downHysteresis: downHysteresis = low
    case .upHysteresis: upHysteresis = low
    case .frontswapHysteresis: frontswapHysteresis = low
    case .frontswapInertia:
      frontswapInertia = low
      inertiaCounter = value
    case .minUsableMB, .reservedMB: break
    }
    return WriteOutcome(.ok)
  }
}
