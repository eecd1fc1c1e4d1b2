extension SelfBalloonDriver {
  /// What the driver's init is told and finds out for itself.
  public struct InitFlags: Hashable, Sendable {
    /// The boot options ask for selfballooning.
    public var useSelfballooning: Bool
    /// The boot options ask for selfshrinking.
    public var useSelfshrinking: Bool
    /// The kernel runs as a Xen guest.
    public var isXenDomain: Bool
    /// The kernel runs as the first, privileged domain.
    public var isInitialDomain: Bool
    /// Transcendent memory is switched on.
    public var isTmemEnabled: Bool
    /// A frontswap backend is registered; only 3.6 asks.
    public var isFrontswapRegistered: Bool

    /// Flags of an init.
    public init(
      useSelfballooning: Bool, useSelfshrinking: Bool, isXenDomain: Bool, isInitialDomain: Bool,
      isTmemEnabled: Bool, isFrontswapRegistered: Bool = true
    ) {
      self.useSelfballooning = useSelfballooning
      self.useSelfshrinking = useSelfshrinking
      self.isXenDomain = isXenDomain
      self.isInitialDomain = isInitialDomain
      self.isTmemEnabled = isTmemEnabled
      self.isFrontswapRegistered = isFrontswapRegistered
    }
  }

  /// What init says in the kernel log; the raw value stands in recorded events.
  public enum Notice: String, Sendable {
    /// The initial domain does not balloon itself.
    case disabledInInitialDomain = "disabled_in_initial_domain"
    /// Selfballooning is on.
    case selfballooningEnabled = "selfballooning_enabled"
    /// Selfshrinking is on.
    case selfshrinkingEnabled = "selfshrinking_enabled"
  }

  /// How an init ended.
  public struct InitOutcome: Hashable, Sendable {
    /// How init ends; the raw value is the kernel's word.
    public enum Status: String, Sendable {
      /// The worker is queued.
      case ok
      /// No Xen guest, the initial domain, or neither part is on.
      case noDevice = "ENODEV"
    }
    /// How it ended.
    public var status: Status
    /// What it said, in order.
    public var notices: [Notice] = []
    /// Jiffies until the worker runs, if this init queued it.
    public var queuedDelay: UInt64?
  }

  /// Runs the driver's init, once at boot; `totalRAM` is totalram_pages at that time.
  ///
  /// Not being a Xen guest and being the initial domain leave everything as it was. Without tmem neither
  /// part is switched on. The sysfs attributes work whatever comes of it, so a later write can still start
  /// the worker, then without a reserve. Source: Docs/kernel.md 1.6.
  public mutating func initialise(_ flags: InitFlags, totalRAM: UInt64) -> InitOutcome {
    isFrontswapRegistered = flags.isFrontswapRegistered
    guard flags.isXenDomain else { return InitOutcome(status: .noDevice) }
    if flags.isInitialDomain {
      return InitOutcome(status: .noDevice, notices: [.disabledInInitialDomain])
    }
    tunables.isSelfballooning = flags.isTmemEnabled && flags.useSelfballooning
    tunables.isSelfshrinking =
      isFrontswapCompiledIn && flags.isTmemEnabled && flags.useSelfshrinking
    guard tunables.isSelfballooning || tunables.isSelfshrinking else {
      return InitOutcome(status: .noDevice)
    }
    var outcome = InitOutcome(status: .ok)
    if tunables.isSelfballooning { outcome.notices.append(.selfballooningEnabled) }
    if tunables.isSelfshrinking { outcome.notices.append(.selfshrinkingEnabled) }
    if generation.hasReserve && tunables.reservedMB == 0 {
      tunables.reservedMB = SelfBalloonTunables.defaultReservedMB(totalRAM: totalRAM)
    }
    outcome.queuedDelay = queueWorker()
    return outcome
  }
}
