extension SelfBalloonDriver {
  /// What becomes of a write to an attribute.
  public typealias WriteStatus = Policies.WriteOutcome.Status

  /// The outcome of a write; a refused write has changed nothing.
  public struct WriteOutcome: Hashable, Sendable {
    /// What became of it.
    public var status: WriteStatus
    /// The length of the text, if it was accepted.
    public var bytesAccepted: Int?
    /// Jiffies until the worker runs, if this write queued it.
    public var queuedDelay: UInt64?
  }

  /// The attributes of this generation and build, in the order of their directory.
  public var attributes: [SelfBalloonAttribute] {
    SelfBalloonAttribute.allCases.filter(has)
  }

  /// Writes `text` to an attribute, as a user's `echo` does.
  ///
  /// All but the switches refuse 0, then keep the low 32 bits. Inertia also sets the running countdown, to
  /// all 64 bits. Switching selfballooning on queues the worker; switching selfshrinking on does so only
  /// with selfballooning off. Source: Docs/kernel.md 1.1.
  public mutating func write(
    _ attribute: String, text: some Collection<UInt8>, hasCapability: Bool = true
  ) -> WriteOutcome {
    guard let attribute = SelfBalloonAttribute(rawValue: attribute), has(attribute) else {
      return WriteOutcome(status: .noAttribute)
    }
    guard hasCapability else { return WriteOutcome(status: .notPermitted) }
    let value: UInt64
    switch KernelNumber(text) {
    case .malformed: return WriteOutcome(status: .invalid)
    case .overflow:
      return WriteOutcome(status: generation.tellsOverflowApart ? .outOfRange : .invalid)
    case .value(let number): value = number
    }
    guard isAcceptable(value, for: attribute) else { return WriteOutcome(status: .invalid) }
    let delay = store(value, in: attribute)
    return WriteOutcome(status: .ok, bytesAccepted: text.count, queuedDelay: delay)
  }

  /// The text that a read of an attribute gives, newline included; nil: no such attribute.
  ///
  /// The stored 32 bits are shown as a signed number. Source: Docs/kernel.md 1.1.
  public func read(_ attribute: String) -> String? {
    guard let attribute = SelfBalloonAttribute(rawValue: attribute), has(attribute) else {
      return nil
    }
    let stored: UInt32 =
      switch attribute {
      case .selfballooning: tunables.isSelfballooning ? 1 : 0
      case .interval: tunables.interval
      case .downHysteresis: tunables.downHysteresis
      case .upHysteresis: tunables.upHysteresis
      case .minUsableMB: tunables.minUsableMB
      case .reservedMB: tunables.reservedMB
      case .selfshrinking: tunables.isSelfshrinking ? 1 : 0
      case .frontswapHysteresis: tunables.frontswapHysteresis
      case .frontswapInertia: tunables.frontswapInertia
      }
    return "\(Int32(bitPattern: stored))\n"
  }

  private func has(_ attribute: SelfBalloonAttribute) -> Bool {
    (isFrontswapCompiledIn || !attribute.needsFrontswap)
      && (generation.hasReserve || attribute != .reservedMB)
  }

  private func isAcceptable(_ value: UInt64, for attribute: SelfBalloonAttribute) -> Bool {
    switch attribute {
    case .selfballooning, .selfshrinking: value <= 1
    case .interval, .downHysteresis, .upHysteresis, .minUsableMB, .reservedMB,
      .frontswapHysteresis, .frontswapInertia:
      value != 0
    }
  }

  /// Stores an acceptable value and returns the delay of the worker, if that queued it.
  private mutating func store(_ value: UInt64, in attribute: SelfBalloonAttribute) -> UInt64? {
    let low = UInt32(truncatingIfNeeded: value)
    switch attribute {
    case .selfballooning:
      let wasOn = tunables.isSelfballooning
      tunables.isSelfballooning = value == 1
      if !wasOn && tunables.isSelfballooning { return queueWorker() }
    case .selfshrinking:
      let wasOn = tunables.isSelfshrinking
      tunables.isSelfshrinking = value == 1
      if !wasOn && tunables.isSelfshrinking && !tunables.isSelfballooning { return queueWorker() }
    case .interval: tunables.interval = low
    case .downHysteresis: tunables.downHysteresis = low
    case .upHysteresis: tunables.upHysteresis = low
    case .minUsableMB: tunables.minUsableMB = low
    case .reservedMB: tunables.reservedMB = low
    case .frontswapHysteresis: tunables.frontswapHysteresis = low
    case .frontswapInertia:
      tunables.frontswapInertia = low
      countdown = value
    }
    return nil
  }
}
